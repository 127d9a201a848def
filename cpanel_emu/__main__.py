"""``python -m cpanel_emu`` is ``cpanel-emu``."""

from cpanel_emu.cli.main import main

if __name__ == "__main__":
    main()
