"""The API paths: from a request's parameters to a call, from its answer to bytes.

``/json-api/cpanel`` and ``/xml-api/cpanel`` (``wire §2.2``, ``wire §2.3``).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from cpanel_emu.accounts.models import Service
from cpanel_emu.call import Answer, Api, Arguments, Call, Tree
from cpanel_emu.releases import Release
from cpanel_emu.server.parameters import positional
from cpanel_emu.server.request import Request
from cpanel_emu.server.responses import PLAIN_TEXT, XML, Response, bare
from cpanel_emu.tongues import envelopes, json_api, xml_api
from cpanel_emu.tongues.envelopes import Envelope
from cpanel_emu.tongues.xml_action import read_xml_action

_DENIED = "403 Forbidden Access denied"
_PREFIXES = ("cpanel_jsonapi_", "cpanel_xmlapi_")
_OTHER_PREFIXES = ("cpanel_xmlapi_", "cpanel_jsonapi_")


_FAMILIES: Mapping[str | None, Api] = {"1": Api.API1, "3": Api.UAPI}
"""The API families by ``apiversion``; absent or anything else means 2 (``wire §2.3``)."""


class Format(enum.Enum):
    """What an API path answers in; the value begins its path and its parameters' prefix."""

    JSON = "json"
    XML = "xml"


def control(values: Mapping[str, str], name: str, form: Format) -> str | None:
    """Return the control parameter *name*, such as ``func``, if either prefix has it.

    The path's own prefix comes first (``wire §2.3``).
    """
    own, other = _PREFIXES if form is Format.JSON else _OTHER_PREFIXES
    value = values.get(own + name)
    return values.get(other + name) if value is None else value


def requested_call(request: Request, form: Format) -> Call:
    """Return the call that the parameters describe.

    On ``/xml-api/`` an ``xmlin`` document may describe it instead (``wire §2.9``).
    """
    values = request.values
    if form is Format.XML and "xmlin" in values:
        return _call_in_document(values["xmlin"], posted=request.posted)
    named, controls = _parted(values, form)
    api = _FAMILIES.get(controls.get("apiversion"), Api.API2)
    return Call(
        api,
        controls.get("module", ""),
        controls.get("func", ""),
        Arguments(named, positional(values) if api is Api.API1 else ()),
        request.posted,
    )


def _parted(values: Mapping[str, str], form: Format) -> tuple[dict[str, str], dict[str, str]]:
    """Return the function's arguments, and the control parameters as `control` finds them."""
    own, other = _PREFIXES if form is Format.JSON else _OTHER_PREFIXES
    named: dict[str, str] = {}
    controls: dict[str, str] = {}
    for name, value in values.items():
        if name.startswith(own):
            controls[name[len(own) :]] = value
        elif name.startswith(other):
            controls.setdefault(name[len(other) :], value)
        else:
            named[name] = value
    return named, controls


def _call_in_document(document: str, *, posted: bool) -> Call:
    action = read_xml_action(document.encode("utf-8")) or {}
    arguments = action.get("args")
    named = arguments if isinstance(arguments, Mapping) else {}
    listed = arguments if isinstance(arguments, list) else []
    return Call(
        api=_FAMILIES.get(_text(action.get("apiversion")), Api.API2),
        module=_text(action.get("module")),
        function=_text(action.get("func")),
        arguments=Arguments(
            {name: _text(value) for name, value in named.items()},
            tuple(_text(value) for value in listed),
        ),
        posted=posted,
    )


def _text(value: Tree) -> str:
    return value if isinstance(value, str) else ""


def content_type(form: Format, release: Release) -> str:
    """Return the Content-Type of a 200 answer (``wire §1.2``, ``wire §6.1``)."""
    return XML if form is Format.XML else release.json_content_type


def encode(envelope: Envelope, form: Format) -> bytes:
    """Return *envelope* in the format of the path."""
    return xml_api.encode(envelope) if form is Format.XML else json_api.encode(envelope)


def encode_answer(answer: Answer, form: Format, release: Release) -> bytes:
    """Return the body that tells *answer* (``wire §5``, ``wire §6``)."""
    undefined = release.undefined_api1
    if form is Format.XML:
        return xml_api.encode(envelopes.envelope(answer, undefined=undefined, source="internal"))
    return json_api.encode(envelopes.envelope(answer, undefined=undefined, source="module"))


def named_account(request: Request, form: Format) -> str:
    """Return the account that a request names, or ``""`` (``wire §2.3``).

    The older ``user`` counts on WHM ports alone, and only if neither prefix is there.
    """
    named = control(request.values, "user", form)
    if named is None and request.service is Service.WHM:
        named = request.values.get("user")
    return named or ""


def bad_user(api: Api, form: Format, release: Release) -> bytes:
    """Return the body for a missing, unknown or foreign account (``wire §5.6``).

    A release without UAPI does not know its shape either.
    """
    return encode(envelopes.bad_user(api if release.uapi else Api.API2), form)


def access_denied(form: Format, reason: str = envelopes.ACCESS_DENIED) -> Response:
    """Return the refusal of ``wire §4.1`` or, in XML, of ``wire §4.2``."""
    body = encode(envelopes.access_denied(reason), form)
    if form is Format.XML:
        return bare(_DENIED, XML, body)
    return bare(_DENIED, PLAIN_TEXT, body.rstrip(b"\n") + b"\r\n")
