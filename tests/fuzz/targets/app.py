"""Whole requests to the application: every path, tongue and function (``wire §2`` to §8)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from cpanel_emu import Emulator
from cpanel_emu.control.views import entry_shown
from cpanel_emu.server.app import Application
from cpanel_emu.server.request import split_path
from tests.fuzz import wire
from tests.fuzz.answers import must_be_json, must_be_xml, taken_apart
from tests.fuzz.emulators import under_attack
from tests.fuzz.target import Check, Target, chosen

_LOGINS = (b"user", b"root", b"username", b"")
_BASIC = {
    b"user": b"dXNlcjoxMjM0NWx1Z2dhZ2U=",
    b"root": b"cm9vdDoxMjM0NWx1Z2dhZ2U=",
    b"username": b"dXNlcm5hbWU6MTIzNDVsdWdnYWdl",
}
_MOST = 4


def _check(applications: tuple[Application, ...], emulator: Emulator, data: bytes) -> None:
    application = applications[chosen(data, len(applications))]
    service = ("cpanel", "whm")[chosen(data[1:], 2)]
    login = _LOGINS[chosen(data[2:], len(_LOGINS))]
    stream = data[3:]
    if login:
        line, end, rest = stream.partition(b"\n")
        stream = b"%b%bAuthorization: Basic %b\r\n%b" % (line, end, _BASIC[login], rest)
    emulator.faults.clear()
    for number, request in enumerate(wire.requests(stream)):
        if number == _MOST:
            return
        answer = wire.answer(application, request, service)
        path = split_path(request.target.partition("?")[0])[1]
        _check_answer(answer, path, head_only=request.method == "HEAD")
    for entry in application.emulator.journal.entries()[-2:]:
        str(entry_shown(entry)).encode("utf-8", "surrogatepass")


def _check_answer(answer: bytes, path: str, *, head_only: bool) -> None:
    if head_only:
        return
    status, headers, body = taken_apart(answer)
    assert status != 500
    kind = headers.get("content-type", "")
    is_page = path.startswith("/frontend/")
    if kind == "text/xml":
        must_be_xml(body)
    elif (kind.startswith("application/json") and not is_page) or _is_call(status, path):
        must_be_json(body)
    if path.startswith(("/json-api/", "/xml-api/")):
        assert b"<html>" not in body.lower()


def _is_call(status: int, path: str) -> bool:
    """Whether an answer is JSON whatever its Content-Type says; old releases say text."""
    return status == 200 and path.startswith("/json-api/")


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(Emulator(emulate_version="11.32"))
        applications: list[Application] = []

        def check(emulator: Emulator, data: bytes) -> None:
            if not applications:
                applications.extend((Application(emulator), Application(old)))
            _check(tuple(applications), emulator, data)

        yield stack.enter_context(under_attack(check))


_CALL = b"cpanel_jsonapi_user=user&cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=%b"

TARGET = Target(
    about="whole requests: never a 500, no line split, every answer parses in its tongue",
    opened=_opened,
    covers=(
        "cpanel_emu.server.app",
        "cpanel_emu.server.api",
        "cpanel_emu.server.request",
        "cpanel_emu.server.parameters",
        "cpanel_emu.server.gate",
        "cpanel_emu.server.login",
        "cpanel_emu.server.frontend_door",
        "cpanel_emu.functions.dispatch",
        "cpanel_emu.functions.ssl.api1",
        "cpanel_emu.functions.ssl.api2",
        "cpanel_emu.functions.ssl.uapi",
        "cpanel_emu.functions.whm",
        "cpanel_emu.functions.pages.files",
        "cpanel_emu.tongues.json_api",
        "cpanel_emu.tongues.xml_api",
        "cpanel_emu.control.asked",
        "cpanel_emu.control.watch",
    ),
    words=(
        b"GET ",
        b"POST ",
        b"HEAD ",
        b" HTTP/1.1\r\n",
        b"\r\n\r\n",
        b"/json-api/cpanel?",
        b"/xml-api/cpanel?",
        b"/json-api/listaccts?",
        b"/xml-api/create_user_session?user=user&service=cpaneld",
        b"/execute/SSL/list_keys?",
        b"/frontend/x3/ssl/index.html",
        b"/frontend/x3/",
        b"/login/?login_only=1&user=user&pass=12345luggage",
        b"/logout/",
        b"/cPanel_magic_revision_0/frontend/x3/",
        b"/cpsess1234567890",
        b"cpanel_jsonapi_user=user&",
        b"cpanel_jsonapi_module=SSL&",
        b"cpanel_jsonapi_func=",
        b"cpanel_jsonapi_apiversion=1&",
        b"cpanel_jsonapi_apiversion=3&",
        b"cpanel_xmlapi_module=Fileman&",
        b"listfiles&dir=../..",
        b"xmlin=",
        b"arg-0=",
        b"host=example.com&",
        b"api2_filter=1&api2_filter_type=matches&api2_filter_term=",
        b"Content-Length: 5\r\n",
        b"Content-Type: application/json\r\n",
        b"Cookie: cpsession=",
        b"%00",
        b"%0d%0a",
        b"..%2f",
        b"%ed%a0%80",
        b"goto_uri=/",
    ),
    seeds=(
        b"\x00\x00\x00GET /json-api/cpanel?" + _CALL % b"listcsrs" + b" HTTP/1.1\r\n\r\n",
        b"\x00\x01\x01GET /xml-api/cpanel?" + _CALL % b"gencsr&host=a" + b" HTTP/1.1\r\n\r\n",
        b"\x01\x00\x00GET /xml-api/cpanel?xmlin=%3Ccpanelaction%3E HTTP/1.1\r\n\r\n",
        b"\x00\x00\x00GET /execute/SSL/list_keys HTTP/1.1\r\n\r\n",
        b"\x00\x01\x01GET /json-api/listaccts?api.version=1&search=a HTTP/1.1\r\n\r\n",
        b"\x00\x00\x00GET /frontend/x3/ssl/index.html?a=b HTTP/1.1\r\n\r\n",
        (
            b"\x00\x00\x03POST /login/?login_only=1 HTTP/1.1\r\nContent-Length: 27\r\n\r\n"
            b"user=user&pass=12345luggage"
        ),
        (
            b"\x00\x00\x00GET /json-api/cpanel?cpanel_jsonapi_module=Fileman&"
            b"cpanel_jsonapi_func=listfiles&dir=../.. HTTP/1.1\r\n\r\n"
        ),
        (
            b"\x01\x00\x00GET /json-api/cpanel?cpanel_jsonapi_apiversion=1&arg-0=a&"
            b"cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys HTTP/1.0\r\n\r\n"
        ),
    ),
)
