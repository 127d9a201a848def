"""Who may use the control namespace."""

from __future__ import annotations

import ipaddress

import pytest

from cpanel_emu.control.access import denial

DOCKER = (ipaddress.ip_network("172.17.0.0/16"), ipaddress.ip_network("fd00::/8"))


def why(
    address: str = "127.0.0.1", host: str = "127.0.0.1:2082", method: str = "GET", **headers: str
) -> str:
    environ = {"REMOTE_ADDR": address, "REQUEST_METHOD": method, "wsgi.url_scheme": "http"}
    named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    if host:
        named["HTTP_HOST"] = host
    return denial({**environ, **named}, DOCKER, {"host.example.com"})


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "172.17.0.3", "fd00::1"]
)
def test_loopback_and_the_allowed_networks_may(address: str) -> None:
    assert why(address) == ""


@pytest.mark.parametrize("address", ["172.18.0.1", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"])
def test_others_are_told_the_option(address: str) -> None:
    shown = address.removeprefix("::ffff:")
    expected = f"Clients at {shown} may not use this; start with --control-allow {shown}."
    assert why(address) == expected


@pytest.mark.parametrize("address", ["", "somewhere", "127.0.0.1, 192.0.2.1"])
def test_an_address_that_is_none(address: str) -> None:
    assert why(address) == "The client's address is not known."


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:2082",
        "192.0.2.7:1",
        "[::1]:2082",
        "localhost",
        "LOCALHOST:2082",
        "localhost.",
        "emu.localhost:1",
        "host.example.com:2082",
    ],
)
def test_names_that_no_stranger_can_own(host: str) -> None:
    assert why(host=host) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:2082",
        "localhost.evil.example",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "evil.example#localhost",
        "::1",
        "[::1",
        "localhost:80:80",
        "local host",
        "emu",
    ],
)
def test_rebound_names(host: str) -> None:
    assert "could be an attack" in why(host=host)


def test_names_of_containers_for_their_network_alone() -> None:
    assert why("172.17.0.3", host="emu:2082") == ""
    assert why("172.17.0.3", host="evil.example") != ""
    assert why("127.0.0.1", host="emu:2082") != ""


@pytest.mark.parametrize("header", ["forwarded", "x_forwarded_for", "x_real_ip"])
def test_a_proxy_makes_nobody_loopback(header: str) -> None:
    assert "proxy" in why(**{header: "192.0.2.1"})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1:2082"},
        {"referer": "http://127.0.0.1:2082/_emu/faults?x"},
        {"sec_fetch_site": "same-origin", "origin": "http://127.0.0.1:2082"},
        {"sec_fetch_site": "none"},
    ],
)
def test_changes_from_our_own_pages_or_from_none(method: str, headers: dict[str, str]) -> None:
    assert why(method=method, **headers) == ""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "https://127.0.0.1:2082"},
        {"origin": "http://127.0.0.1:2082.evil.example"},
        {"referer": "http://evil.example/127.0.0.1:2082"},
        {"referer": "http://[bad"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://127.0.0.1:2082"},
        {"origin": "http://evil.example", "referer": "http://127.0.0.1:2082/"},
    ],
)
def test_changes_from_pages_of_others(method: str, headers: dict[str, str]) -> None:
    assert "another origin" in why(method=method, **headers)


def test_ports_that_go_without_saying() -> None:
    assert why(method="POST", host="localhost", origin="http://localhost:80") == ""
    assert why(method="POST", host="localhost:80", origin="http://localhost") == ""


def test_reading_needs_no_origin() -> None:
    assert why(origin="http://evil.example", sec_fetch_site="cross-site") == ""
