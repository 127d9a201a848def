"""A branding package changes colours, logo and greeting, and falls back to the theme."""

from __future__ import annotations

import random

from cpanel_emu.call import Answer, Call, Printed
from cpanel_emu.tags import PageValues, Renderer, Theme
from tests.theme.visitor import THEME, Sight


def _answer(call: Call) -> Answer:
    return Answer(call, Printed())


def _home(package: str, **scalars: str) -> Sight:
    values = PageValues(
        user="user",
        random=random.Random(1),
        version="11.32.6.4",
        release=(11, 32, 6, 4),
        account={"DNS": "example.com", "RS": "x3", "OWNER": "root"},
        environment={"cp_security_token": "/cpsess1234567890"},
        scalars=scalars,
        branding_package=package,
    )
    page = Renderer(Theme(THEME, "x3")).render("index.html", values, _answer, strict=True)
    return Sight("index.html", page.body.decode())


def test_the_package_is_looked_at_first() -> None:
    page = _home("harbour")
    addresses = [address.partition("/x3/")[2] for address in page.addresses()]
    assert "branding/harbour/logo.png" in addresses
    assert "branding/key.png" in addresses
    assert "--accent: #0f6b5c" in page.source
    assert "Harbour Hosting looks after this account." in page.source


def test_without_a_package_the_theme_has_its_own() -> None:
    page = _home("")
    assert "/branding/harbour/" not in page.source
    assert "--accent: #1d5fa6" in page.source
    assert "Harbour" not in page.source


def test_the_way_out_carries_the_security_token() -> None:
    assert "/cpsess1234567890/logout/" in set(_home("").addresses())


def test_webmail_has_no_tabs() -> None:
    assert _home("").of_class("tabs")
    assert not _home("", appname="webmail").of_class("tabs")


def test_installing_needs_an_address_of_its_own() -> None:
    assert "ssl/install.html" in set(_home("").addresses())
    assert "ssl/install.html" not in set(_home("", hasdedicatedip="0").addresses())
