"""Which account a login may act for (``wire §2.5``)."""

from __future__ import annotations

import pytest

from cpanel_emu.accounts.credentials import Login, Scheme
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.ownership import target_account

CPANEL, WHM = Service.CPANEL, Service.WHM


@pytest.mark.parametrize(
    ("login", "service", "named", "expected"),
    [
        ("root", WHM, "plain", "plain"),
        ("root", WHM, "bought", "bought"),
        ("root", WHM, "", None),
        ("root", WHM, "root", None),
        ("root", WHM, "PLAIN", None),
        ("root", WHM, "nobody", None),
        ("root", WHM, "../plain", None),
        ("seller", WHM, "bought", "bought"),
        ("seller", WHM, "plain", None),
        ("seller", WHM, "seller", None),
        ("seller", WHM, "", None),
        ("plain", CPANEL, "", "plain"),
        ("plain", CPANEL, "plain", "plain"),
        ("plain", CPANEL, "bought", None),
        ("plain", CPANEL, "root", None),
        ("plain", CPANEL, "nobody", None),
        ("seller", CPANEL, "", "seller"),
        ("seller", CPANEL, "bought", "bought"),
        ("bought", CPANEL, "seller", None),
        ("gone", CPANEL, "", None),
    ],
)
def test_target(
    directory: AccountDirectory, login: str, service: Service, named: str, expected: str | None
) -> None:
    account = target_account(Login(login, service, Scheme.BASIC), named, directory)
    assert (account.user if account else None) == expected
