"""Files of planned faults (``--faults``)."""

from __future__ import annotations

from pathlib import Path

from cpanel_emu.control.answers import as_json
from cpanel_emu.control.faults import Faults
from cpanel_emu.control.faults_file import load_faults
from cpanel_emu.control.views import fault_shown
from cpanel_emu.errors import EmulatorError
from tests.fuzz.answers import must_be_json
from tests.fuzz.files import fed_with_a_file, must_read_or_tell
from tests.fuzz.target import Target


def _check(path: Path) -> None:
    faults = Faults()
    must_read_or_tell(lambda: faults.replace(load_faults(path)), EmulatorError)
    must_be_json(as_json(list(map(fault_shown, faults.planned()))).body)


TARGET = Target(
    about="fault files: planned faults that can be shown, or one line that tells the mend",
    opened=fed_with_a_file("faults.toml", _check),
    covers=("cpanel_emu.control.faults", "cpanel_emu.control.faults_file"),
    words=(
        b"[[faults]]\n",
        b'kind = "refuse"\n',
        b'kind = "fail"\n',
        b'kind = "delay"\n',
        b'kind = "content-type"\n',
        b'kind = "slow"\n',
        b'stage = "after"\n',
        b'door = "json"\n',
        b"times = 1\n",
        b"skip = 1\n",
        b"probability = 0.5\n",
        b"seconds = inf\n",
        b"seconds = nan\n",
        b"bytes = 3\n",
        b'text = "a"\n',
        b"seed = 1\n",
    ),
    seeds=(
        b'[[faults]]\nkind = "fail"\ntext = "a"\nmodule = "SSL"\ntimes = 1\n',
        b'[[faults]]\nkind = "slow"\nseconds = 0.5\nbytes = 3\nprobability = 0.5\nseed = 1\n',
        b"faults = 1\n",
    ),
)
