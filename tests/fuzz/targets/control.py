"""The control namespace ``/_emu/``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from cpanel_emu import Emulator
from cpanel_emu.server.app import Application
from tests.fuzz import wire
from tests.fuzz.answers import must_be_json, taken_apart
from tests.fuzz.emulators import under_attack
from tests.fuzz.target import Check, Target, chosen, joined, parts

_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")
_HEAD = "%s /_emu/%s HTTP/1.1\r\nHost: 127.0.0.1:2082\r\n%s%sContent-Length: %d\r\n\r\n"


def _check(application: Application, data: bytes) -> None:
    method = _METHODS[chosen(data, len(_METHODS))]
    accept = ("", "Accept: text/html\r\n")[chosen(data[1:], 2)]
    target, kind, body = parts(data[2:], 3)
    if any(byte < 33 or byte == 127 for byte in target) or b"/dev/" in body or b"/proc/" in body:
        return
    field = f"Content-Type: {kind.decode('latin-1')}\r\n" if kind.isalnum() or b"/" in kind else ""
    head = _HEAD % (method, target.decode("latin-1"), accept, field, len(body))
    for request in wire.requests(head.encode("latin-1") + body):
        answer = wire.answer(application, request, "cpanel")
        application.emulator.faults.clear()
        if method == "HEAD":
            return
        status, headers, shown = taken_apart(answer)
        assert status < 500 or status == 503
        if headers.get("content-type", "").startswith("application/json"):
            must_be_json(shown)
        if "/_emu/" in request.target and status != 404:
            assert headers.get("x-frame-options", "DENY") == "DENY"
        return


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    applications: list[Application] = []

    def check(emulator: Emulator, data: bytes) -> None:
        if not applications:
            applications.append(Application(emulator))
            emulator.call("SSL", "listcsrs", user="user")
        _check(applications[0], data)

    with under_attack(check) as checked:
        yield checked


TARGET = Target(
    about="the control namespace: every answer parses and carries its headers, never a 500",
    opened=_opened,
    covers=(
        "cpanel_emu.control.access",
        "cpanel_emu.control.answers",
        "cpanel_emu.control.door",
        "cpanel_emu.control.faults",
        "cpanel_emu.control.pages",
        "cpanel_emu.control.views",
    ),
    words=(
        b"health",
        b"version",
        b"journal",
        b"journal?after=1&limit=2&q=",
        b"faults",
        b"faults/1/remove",
        b"coverage?release=72",
        b"seed",
        b"journal/1",
        b"application/json",
        b'{"kind":"fail","text":"',
        b'{"kind":"delay","seconds":1e999}',
        b'"times":',
        b'"bytes":-1',
        b"kind=drop&times=1",
        b"[accounts.a]\n",
        b'domain = "a.example"\n',
        b"\\ud800",
        b"NaN",
    ),
    seeds=(
        b"\x00\x00" + joined(b"journal?after=0&limit=5&module=SSL", b"", b""),
        b"\x00\x01" + joined(b"", b"", b""),
        b"\x00\x01" + joined(b"coverage?release=72", b"", b""),
        b"\x01\x00" + joined(b"faults", b"application/json", b'{"kind":"fail","text":"a"}'),
        b"\x02\x00" + joined(b"faults", b"application/json", b'[{"kind":"slow","bytes":3}]'),
        b"\x01\x01" + joined(b"faults", b"application/x-www-form-urlencoded", b"kind=drop&times=1"),
        b"\x01\x00" + joined(b"seed", b"", b'[accounts.a]\ndomain = "a.example"\n'),
        b"\x03\x00" + joined(b"faults/1", b"", b""),
    ),
)
