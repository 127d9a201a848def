"""From a request's parameters to a call (``wire §2.3``, ``wire §2.9``)."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from cpanel_emu.call import Api, Arguments, Call
from cpanel_emu.server.api import Format, control, named_account, requested_call
from cpanel_emu.server.request import Request, read_request
from tests.server.wsgi import environ


def request(values: dict[str, str], method: str = "GET", door: str = "cpanel") -> Request:
    made = environ(method, f"/?{urlencode(values)}", door=door)
    return read_request(made, strip_quotes=False, body_limit=1)


def test_the_parameters_of_a_call() -> None:
    values = {
        "cpanel_jsonapi_user": "user",
        "cpanel_jsonapi_module": "SSL",
        "cpanel_jsonapi_func": "gencsr",
        "cpanel_jsonapi_apiversion": "2",
        "cpanel_jsonapi_nonsense": "x",
        "cpanel_xmlapi_func": "other",
        "cpanel_jsonapi": "kept",
        "host": "example.com",
        "user": "alias",
        "arg-0": "zero",
        "api2_sort": "1",
        "api.version": "1",
    }
    kept = {
        "cpanel_jsonapi": "kept",
        "host": "example.com",
        "user": "alias",
        "arg-0": "zero",
        "api2_sort": "1",
        "api.version": "1",
    }
    assert requested_call(request(values), Format.JSON) == Call(
        Api.API2, "SSL", "gencsr", Arguments(kept), posted=False
    )
    posted = requested_call(request(values, "POST"), Format.XML)
    assert posted == Call(Api.API2, "SSL", "other", Arguments(kept), posted=True)


@pytest.mark.parametrize(
    ("version", "api"),
    [
        ("1", Api.API1),
        ("2", Api.API2),
        ("3", Api.UAPI),
        ("", Api.API2),
        ("4", Api.API2),
        ("1 ", Api.API2),
        ("uapi", Api.API2),
    ],
)
def test_the_family(version: str, api: Api) -> None:
    for form in Format:
        values = {f"cpanel_{form.value}api_apiversion": version, "arg-1": "b"}
        call = requested_call(request(values), form)
        assert call.api is api
        assert call.arguments.positional == (("", "b") if api is Api.API1 else ())
        document = f"<cpanelaction><apiversion>{version}</apiversion></cpanelaction>"
        assert requested_call(request({"xmlin": document}), Format.XML).api is api


def test_a_document_takes_the_place_of_the_parameters() -> None:
    document = (
        "<cpanelaction><module>SSL</module><func>gencsr</func><apiversion>2</apiversion>"
        "<args><host>ex&#228;mple</host><city></city></args></cpanelaction>"
    )
    values = {"xmlin": document, "cpanel_xmlapi_func": "other", "host": "other"}
    assert requested_call(request(values, "POST"), Format.XML) == Call(
        Api.API2, "SSL", "gencsr", Arguments({"host": "exämple", "city": ""}), posted=True
    )
    assert requested_call(request(values, "POST"), Format.JSON).function == "other"


def test_the_prefix_of_the_path_comes_first() -> None:
    values = {"cpanel_jsonapi_func": "j", "cpanel_xmlapi_func": "x"}
    assert control(values, "func", Format.JSON) == "j"
    assert control(values, "func", Format.XML) == "x"
    assert control({"cpanel_jsonapi_func": "j"}, "func", Format.XML) == "j"
    assert (
        control({"cpanel_jsonapi_func": "", "cpanel_xmlapi_func": "x"}, "func", Format.JSON) == ""
    )
    assert control({}, "func", Format.JSON) is None


@pytest.mark.parametrize(
    ("values", "on_cpanel", "on_whm"),
    [
        ({}, "", ""),
        ({"user": "a"}, "", "a"),
        ({"user": "a", "cpanel_jsonapi_user": "b"}, "b", "b"),
        ({"user": "a", "cpanel_jsonapi_user": ""}, "", ""),
        ({"user": "a", "cpanel_xmlapi_user": "c"}, "c", "c"),
        ({"cpanel_jsonapi_user": "b", "cpanel_xmlapi_user": "c"}, "b", "b"),
    ],
)
def test_the_account_that_a_request_names(
    values: dict[str, str], on_cpanel: str, on_whm: str
) -> None:
    assert named_account(request(values), Format.JSON) == on_cpanel
    assert named_account(request(values, door="whm"), Format.JSON) == on_whm
