"""``Authorization``, cookies and handed-over sessions (``wire §3``)."""

from __future__ import annotations

import base64
from functools import partial
from types import SimpleNamespace
from typing import Any

from cpanel_emu import Emulator
from cpanel_emu.accounts.credentials import CredentialChecker, parse_authorization
from cpanel_emu.accounts.models import Service
from cpanel_emu.server.gate import session_cookie
from cpanel_emu.server.request import split_path
from tests.fuzz.emulators import under_attack
from tests.fuzz.target import Target, as_text, chosen, joined, parts

_SECRET = "12345luggage"


def _check(emulator: Emulator, data: bytes) -> None:
    service = (Service.CPANEL, Service.WHM)[chosen(data, 2)]
    header, cookie, path = parts(data[1:], 3)
    value = header.decode("latin-1")
    login = CredentialChecker(emulator.accounts).check_header(value, service)
    claimed = parse_authorization(value)
    if login is not None:
        assert claimed is not None
        assert (claimed.user, claimed.secret) in {
            ("user", _SECRET),
            ("username", _SECRET),
            ("root", _SECRET),
        }
        assert login.is_root == (service is Service.WHM)
    assert claimed is None or claimed.secret not in repr(claimed) or claimed.secret in claimed.user
    asked: Any = SimpleNamespace(cookie=cookie.decode("latin-1"), service=service)
    token, rest = split_path(as_text(path))
    assert token == "" or token.isdecimal()
    assert "//" not in rest
    assert emulator.sessions.check(session_cookie(asked), f"/cpsess{token}", service) is None
    assert emulator.sessions.check(as_text(path), f"/cpsess{token}", service) is None


def _basic(text: bytes) -> bytes:
    return b"Basic " + base64.b64encode(text)


_COOKIE = b"cpsession=user%3aAbCdEf0123456789%2c0123456789abcdef0123456789abcdef; b=c"

TARGET = Target(
    about="credentials: only the right secret opens, no text breaks the comparison",
    opened=partial(under_attack, _check),
    covers=(
        "cpanel_emu.accounts.credentials",
        "cpanel_emu.accounts.sessions",
        "cpanel_emu.accounts.passwords",
    ),
    words=(
        b"Basic ",
        b"WHM root:",
        b"whm ",
        b"cpanel user:",
        b"cpsession=",
        b"whostmgrsession=",
        b"%3a",
        b"%2c",
        b"/cpsess1234567890",
        b"/json-api/json-api/",
        b"..%2f",
        b"=",
        b"; ",
    ),
    seeds=(
        b"\x00" + joined(_basic(b"user:12345luggage"), _COOKIE, b"/cpsess1234567890/json-api//a"),
        b"\x01" + joined(b"WHM root:abc\t def", b"whostmgrsession=..:a,b", b"/cpsess1"),
        b"\x00" + joined(_basic(b"us\xe4r:\xff"), b"a; cpsession", b"user:../../x,y"),
    ),
)
