"""The TOML file of options."""

from __future__ import annotations

from pathlib import Path

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.options import Options, resolve
from tests.fuzz.files import fed_with_a_file, must_read_or_tell
from tests.fuzz.target import Target


def _check(path: Path) -> None:
    options = must_read_or_tell(
        lambda: resolve({"config": str(path), "root": str(path.parent)}, {}), ConfigurationError
    )
    if isinstance(options, Options):
        assert options.release.name
        assert options.threads > 0
        assert options.max_body > 0


TARGET = Target(
    about="option files: checked options, or one line that tells the mend",
    opened=fed_with_a_file("cpanel-emu.toml", _check),
    covers=("cpanel_emu.options", "cpanel_emu.option_values"),
    words=(
        b"emulate_version = ",
        b"emulate-version = ",
        b'"11.32"\n',
        b"host = ",
        b"cpanel = ",
        b'"off"\n',
        b"control_allow = ",
        b'"172.17.0.0/16"\n',
        b"clock = ",
        b"2026-01-05T09:00:00Z\n",
        b"max_body = ",
        b'"16M"\n',
        b"head_timeout = 0.5\n",
        b"theme = ",
        b"random_seed = 1\n",
        b"lockout = 3\n",
        b"strict = true\n",
    ),
    seeds=(
        b'emulate_version = "11.32"\nhost = "::1"\ncpanel = "off"\nmax_body = "1K"\n',
        b'control_allow = ["172.17.0.0/16"]\nclock = 2026-01-05T09:00:00Z\nidle_timeout = 0.5\n',
        b"nonsense = 1\n[table]\n",
    ),
)
