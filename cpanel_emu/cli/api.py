"""``cpapi1``, ``cpapi2`` and ``uapi``: where they start; `call_program` is what they do."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from cpanel_emu.cli import interrupt


def main() -> None:
    """Run the program under the name it was called by."""
    # The process ends long before garbage could matter, and looking for it, among all that is
    # loaded at the start and once more at the end, takes a fifth of the time.
    gc.disable()
    # What is stored is whole at any moment, so there is nothing to clean up.
    interrupt.end_at_once()
    from cpanel_emu.cli.call_program import run  # noqa: PLC0415  (see above)

    status = run(Path(sys.argv[0]).name, sys.argv[1:])
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    main()
