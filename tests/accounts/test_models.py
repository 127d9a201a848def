"""Names, roles and features."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.accounts.models import Account, Role, Service, is_account_name, is_domain
from cpanel_emu.root import is_plain_name


@pytest.mark.parametrize("name", ["user", "u", "a1", "a-b_c", "a234567890123456"])
def test_account_names(name: str) -> None:
    assert is_account_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "root",
        "User",
        "1user",
        "-user",
        "_user",
        "a2345678901234567",
        "us er",
        "user\n",
        "üser",
        "..",
        "a/b",
        "a.b",
        "user\0",
    ],
)
def test_no_account_names(name: str) -> None:
    assert not is_account_name(name)


@given(st.text(max_size=20))
def test_an_account_name_is_never_a_path(name: str) -> None:
    assert not is_account_name(name) or is_plain_name(name)


@pytest.mark.parametrize("name", ["example.com", "a.b.c", "xn--bcher-kva.example", "1.example"])
def test_domains(name: str) -> None:
    assert is_domain(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "example",
        "Example.com",
        "example.com.",
        ".example.com",
        "-a.com",
        "a-.com",
        "a..b",
        "192.0.2.1",
        "bücher.example",
        "a.com\n",
        f"{'a' * 64}.com",
        f"{'a.' * 126}com",
        "*.example.com",
    ],
)
def test_no_domains(name: str) -> None:
    assert not is_domain(name)


def test_a_feature_that_is_not_listed_is_on() -> None:
    account = Account("user", "example.com", features={"sslmanager": False, "sslinstall": True})
    assert not account.has_feature("sslmanager")
    assert account.has_feature("sslinstall")
    assert account.has_feature("anything")


def test_role_names_as_the_refusal_lists_them() -> None:
    # ssl §2.4
    assert ", ".join(role.display_name for role in Role) == (
        "Calendars and Contacts, Receive Mail, Web Disk, Webmail, Web Server"
    )


def test_cookie_names() -> None:
    # wire §3.2
    assert Service.CPANEL.cookie_name == "cpsession"
    assert Service.WHM.cookie_name == "whostmgrsession"
