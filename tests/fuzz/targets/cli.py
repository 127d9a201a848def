"""The command lines of ``cpapi1``, ``cpapi2`` and ``uapi`` (``liveapi_cli §2``)."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from unittest import mock

from cpanel_emu import Emulator
from cpanel_emu.cli import call_program
from tests.fuzz.answers import must_be_json, must_be_xml
from tests.fuzz.emulators import OPTIONS, cheap_passwords
from tests.fuzz.target import Check, Target, as_text, chosen

_PROGRAMS = ("cpapi2", "uapi", "cpapi1")
_DEVICE = re.compile(r"=@+/*(dev|proc|sys)\b|=@.*\.\.")
"""What a user who asks for it gets: a file that never ends."""


def check(data: bytes) -> None:
    """Any words end with an answer in the format asked for, or with one line and status 1."""
    program = _PROGRAMS[chosen(data, 3)]
    words = as_text(data[1:]).replace("\0", "").split("\n")
    if any(_DEVICE.search(word) for word in words):
        return
    output, errors = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = call_program.run(program, words)
    assert isinstance(output.buffer, io.BytesIO)
    written = output.buffer.getvalue()
    if status == 1:
        assert written == b""
        assert errors.getvalue().startswith(f"[{program}] ")
        return
    assert status == 0
    _must_be_readable(written)


def _must_be_readable(written: bytes) -> None:
    if written.startswith(b"Usage: "):
        return
    if written.startswith(b"<?xml"):
        must_be_xml(written)
    elif written.startswith(b"---"):
        written.decode("utf-8")  # what YAML it is, tests/tongues compares with the original
    elif written.startswith(b"{\n"):
        must_be_json(written.replace(b"\n", b" "))
    else:
        must_be_json(written)


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with cheap_passwords(), Emulator(**OPTIONS) as emulator:
        given = {"CPANEL_EMU_ROOT": str(emulator.root.path)}
        given |= {f"CPANEL_EMU_{name.upper()}": str(value) for name, value in OPTIONS.items()}
        with mock.patch.dict(os.environ, given):
            yield check


TARGET = Target(
    about="command lines: an answer in the format asked for, or one line and status 1",
    opened=_opened,
    covers=(
        "cpanel_emu.cli.call_program",
        "cpanel_emu.cli.command_line",
        "cpanel_emu.tongues.yaml_cli",
        "cpanel_emu.tongues.json_pretty",
    ),
    words=(
        b"--user=user\n",
        b"--output=json\n",
        b"--output=jsonpretty\n",
        b"--output=xml\n",
        b"--output\n",
        b"--input=json\n",
        b"--help\n",
        b"--\n",
        b"SSL\n",
        b"gencsr\n",
        b"listcsrs\n",
        b"list_keys\n",
        b"=@",
        b"%40",
        b"%00",
        b"host=example.com\n",
        b"api2_filter=1\n",
    ),
    seeds=(
        b"\x00--user=user\n--output=json\nSSL\ngencsr\ncity=a%20b\nhost=@/etc/hostname",
        b"\x01SSL\n--user\nuser\nlist_keys\na=b\na=c\n--output=jsonpretty",
        b"\x02--output=xml\n--user=user\nSSL\nnosuch\n\xff\n%ff",
        b"\x00--user=user\nNo\n: #\n~=yes",
    ),
)
