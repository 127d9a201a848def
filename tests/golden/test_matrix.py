"""Every SSL function has golden answers for all it can come to, in every release that knows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cpanel_emu import resources
from cpanel_emu.call import Api
from cpanel_emu.functions.coverage import Way, status_of
from cpanel_emu.functions.registry import Function, Status
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.releases import RELEASES, Release
from cpanel_emu.testing.loading import load_suite
from tests.golden.coverage import Covered, End, covered

COVERED = covered(load_suite(resources.fixtures() / "cases"))
FUNCTIONS = [function for function in REGISTRY if function.module in {"SSL", "SSLInfo"}]
NEVER_FAILS = {
    (Api.API2, "listcrts"),
    (Api.API2, "listcsrs"),
    (Api.API2, "listkeys"),
    (Api.API2, "listsslitems"),
    (Api.API1, "checksharedcrt"),
    (Api.API1, "installedhost"),
    (Api.API1, "listkeysopt"),
    (Api.API1, "sslsharedstatus"),
    (Api.UAPI, "list_csrs"),
    (Api.UAPI, "list_keys"),
    (Api.UAPI, "list_ssl_items"),
}
"""They take no argument that could be wrong."""


def _ends(function: Function, release: Release) -> Iterator[End]:
    """Yield every end that a call of *function* can come to."""
    yield End.SUCCESS
    stubbed = function.status is Status.STUBBED
    if not stubbed and (function.api, function.name) not in NEVER_FAILS:
        yield End.FAILURE
    if function.feature is not None:
        yield End.FEATURE
    if function.role_rule and release.role_rule:
        yield End.ROLE
    if function.changes:
        yield End.DEMO
    if function.post_only:
        yield End.METHOD


def _missing(function: Function) -> Iterator[str]:
    for release in RELEASES.values():
        for way in (Way.JSON, Way.XML):
            if status_of(function, way, release) is None:
                continue
            for end in _ends(function, release):
                tongue = way.name.lower()
                wanted = Covered(
                    function.api, function.module, function.name, release.name, tongue, end
                )
                if wanted not in COVERED:
                    yield f"{release.name} {tongue} {end.name}"


@pytest.mark.parametrize(
    "function", FUNCTIONS, ids=lambda one: f"{one.api.name}-{one.module}-{one.name}"
)
def test_golden_answers(function: Function) -> None:
    assert list(_missing(function)) == []


def test_the_matrix_sees_what_is_not_there() -> None:
    """A function of which no case speaks lacks every answer."""
    unheard_of = Function(Api.API2, "SSL", "nosuch", FUNCTIONS[0].run, feature="sslmanager")
    assert "docs json SUCCESS" in list(_missing(unheard_of))
    assert "110 json FEATURE" in list(_missing(unheard_of))
