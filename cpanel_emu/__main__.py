"""``cpanel-emu``, which is ``python -m cpanel_emu`` too: where it starts."""

from cpanel_emu.cli import interrupt


def main() -> None:
    """Run ``cpanel-emu``."""
    interrupt.end_at_once()
    # What takes time to load.
    from cpanel_emu.cli.main import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
