"""What a request asks for, as far as it can be told before anything is checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cpanel_emu.accounts.credentials import parse_authorization
from cpanel_emu.accounts.models import Service
from cpanel_emu.journal import Door
from cpanel_emu.journal.entries import secret_position
from cpanel_emu.server import api
from cpanel_emu.server.api import Format
from cpanel_emu.server.gate import session_cookie
from cpanel_emu.server.request import Request

_FORMATS = {"json-api": Format.JSON, "xml-api": Format.XML}
_LOGINS = frozenset({"login", "logout"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The function and the account that a request names; nobody has checked either."""

    module: str = ""
    function: str = ""
    user: str = ""

    @property
    def title(self) -> str:
        """The function's name, or ``""``."""
        return f"{self.module}::{self.function}" if self.module else self.function


def door_of(request: Request) -> Door:
    """Return the door that the path of *request* belongs to (``wire §2.2``)."""
    section = request.section
    if section in _FORMATS:
        if request.rest != "cpanel":
            return Door.NATIVE
        if request.service is Service.WHM:
            return Door.WHM
        return Door.JSON if section == "json-api" else Door.XML
    if section == "execute":
        return Door.EXECUTE
    if section == "frontend":
        return Door.PAGE
    return Door.LOGIN if section in _LOGINS else Door.OTHER


def asked(request: Request) -> Asked:
    """Return what *request* asks for."""
    form, rest = _FORMATS.get(request.section), request.rest
    if form is not None and rest == "cpanel":
        call = api.requested_call(request, form)
        user = api.named_account(request, form) or _user(request)
        return Asked(call.module[:200], call.function[:200], user[:200])
    user = _user(request)[:200]
    if form is not None:
        return Asked("", rest[:200], user)
    if request.section == "execute":
        module, _, function = rest.partition("/")
        return Asked(module[:200], function[:200], user)
    return Asked(user=user)


def secret_parameters(request: Request) -> Collection[str]:
    """Return the parameters of *request* that are secret by their position (``ssl §7``)."""
    values = request.values
    if "arg-0" not in values and "xmlin" not in values:
        return ()
    form = _FORMATS.get(request.section)
    if form is None:
        return ()
    call = api.requested_call(request, form)
    position = secret_position(call.module, call.function)
    return () if position is None else (f"arg-{position}",)


def _user(request: Request) -> str:
    if request.authorization:
        credentials = parse_authorization(request.authorization)
        return credentials.user if credentials is not None else ""
    name, mark, _ = session_cookie(request).replace("%3a", ":").replace("%3A", ":").partition(":")
    if mark:
        return name
    return request.values.get("user", "")
