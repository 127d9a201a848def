"""Which functions there are, and what stops a call before it runs (``ssl §2.4``, ``ssl §6.1``)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from cpanel_emu.accounts.models import Role
from cpanel_emu.call import Api, Printed, Refusal, Rows
from cpanel_emu.functions.registry import Status
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.releases import RELEASES
from tests.functions.caller import EXAMPLE, Caller

# ssl §6.1: exactly 13 functions.
API2 = [
    "fetchcabundle",
    "fetchinfo",
    "gencrt",
    "gencsr",
    "genkey",
    "getcnname",
    "installssl",
    "listcrts",
    "listcsrs",
    "listkeys",
    "listsslitems",
    "uploadcrt",
    "uploadkey",
]
# ssl §7, the table.
API1 = [
    "gencsr",
    "genkey",
    "gencrt",
    "showcsr",
    "showkey",
    "showcrt",
    "install",
    "uploadcrt",
    "uploadkey",
    "deletekey",
    "deletecsr",
    "deletecrt",
    "delete",
    "listkeysopt",
    "installedhost",
    "checksharedcrt",
    "sslsharedstatus",
]
API1_STUBS = [
    "setsslshare",
    "getcnname",
    "getsslinfo",
    "getcabundle",
    "listkeys",
    "listcsrs",
    "listcrts",
    "installssl",
]
# ssl §8, the table, and install_ssl, whose error text it gives.
UAPI = [
    "generate_csr",
    "generate_key",
    "list_csrs",
    "list_keys",
    "show_csr",
    "show_key",
    "delete_csr",
    "delete_key",
    "find_csrs_for_key",
    "find_certificates_for_key",
    "set_csr_friendly_name",
    "set_key_friendly_name",
    "list_ssl_items",
    "upload_key",
    "generate_cert",
    "delete_ssl",
    "install_ssl",
]

WITHOUT_ROLE_RULE = {
    Api.API2: {"getcnname"},
    Api.API1: {"getcnname"},
    Api.UAPI: {"find_csrs_for_key", "find_certificates_for_key"},
}
INSTALL_FEATURE = {
    Api.API2: {"installssl", "fetchinfo"},
    Api.API1: {
        "install", "delete", "installedhost", "checksharedcrt", "sslsharedstatus", "setsslshare",
        "getsslinfo", "installssl",
    },
    Api.UAPI: {"delete_ssl", "install_ssl"},
}  # fmt: skip
NO_FEATURE = {Api.API2: {"getcnname"}, Api.API1: {"getcnname"}, Api.UAPI: set[str]()}
LOOKING = {
    Api.API2: {"fetchcabundle", "fetchinfo", "getcnname", "listcrts", "listcsrs", "listkeys",
               "listsslitems"},
    Api.API1: {"showcsr", "showkey", "showcrt", "listkeysopt", "installedhost", "checksharedcrt",
               "sslsharedstatus", *API1_STUBS},
    Api.UAPI: {"list_csrs", "list_keys", "show_csr", "show_key", "find_csrs_for_key",
               "find_certificates_for_key", "list_ssl_items"},
}  # fmt: skip
EVERY = [
    *((Api.API2, name) for name in API2),
    *((Api.API1, name) for name in (*API1, *API1_STUBS)),
    *((Api.UAPI, name) for name in UAPI),
]

ROLES_OFF = (
    'The function "{}" is disabled because none of these roles is enabled: Calendars and Contacts, '
    "Receive Mail, Web Disk, Webmail, Web Server."
)

MakeCaller = Callable[[str], Caller]


@pytest.mark.parametrize(
    ("api", "expected"), [(Api.API2, API2), (Api.API1, API1 + API1_STUBS), (Api.UAPI, UAPI)]
)
def test_the_functions_of_ssl(api: Api, expected: list[str]) -> None:
    found = {
        function.name for function in REGISTRY if (function.api, function.module) == (api, "SSL")
    }
    assert found == set(expected)


def test_the_stubs() -> None:
    stubs = {
        (function.api, function.name)
        for function in REGISTRY
        if function.module == "SSL" and function.status is Status.STUBBED
    }
    assert stubs == {(Api.API1, name) for name in API1_STUBS}


def test_sslinfo_has_one_function() -> None:
    found = [(one.api, one.name) for one in REGISTRY if one.module == "SSLInfo"]
    assert found == [(Api.API2, "fetchinfo")]


def test_only_upload_key_wants_post() -> None:
    assert [one.name for one in REGISTRY if one.post_only] == ["upload_key"]


@pytest.mark.parametrize("name", ["docs", "110"])
@pytest.mark.parametrize(("api", "function"), EVERY)
def test_all_roles_off(make_caller: MakeCaller, api: Api, function: str, name: str) -> None:
    caller = make_caller(name)
    caller.server = replace(caller.server, roles=frozenset())
    outcome = caller.answer(api, function, {}).outcome
    if function in WITHOUT_ROLE_RULE[api]:
        assert not isinstance(outcome, Refusal)
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.text == ROLES_OFF.format(function)


@pytest.mark.parametrize("role", Role)
def test_one_role_is_enough(make_caller: MakeCaller, role: Role) -> None:
    caller = make_caller("docs")
    caller.server = replace(caller.server, roles=frozenset({role}))
    assert caller.rows("listkeys") == []


@pytest.mark.parametrize("name", ["11.32", "11.36", "11.40", "11.44", "72"])
def test_releases_before_84_know_no_role_rule(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name)
    caller.server = replace(caller.server, roles=frozenset())
    assert caller.rows("listkeys") == []


@pytest.mark.parametrize("feature", ["sslmanager", "sslinstall"])
@pytest.mark.parametrize(("api", "function"), EVERY)
def test_features(make_caller: MakeCaller, api: Api, function: str, feature: str) -> None:
    caller = make_caller("docs")
    caller.account = replace(caller.account, features={feature: False})
    needed = "sslinstall" if function in INSTALL_FEATURE[api] else "sslmanager"
    outcome = caller.answer(api, function, {}).outcome
    if function in NO_FEATURE[api] or needed != feature:
        assert not isinstance(outcome, Refusal)
    else:
        assert isinstance(outcome, Refusal)
        quoted = f"“{feature}”" if api is Api.UAPI else f'"{feature}"'
        assert outcome.text == f"You do not have the feature {quoted}."


def test_roles_come_before_the_feature(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    caller.server = replace(caller.server, roles=frozenset())
    caller.account = replace(caller.account, features={"sslmanager": False})
    assert caller.refusal(Api.API2, "gencsr") == ROLES_OFF.format("gencsr")


@pytest.mark.parametrize(("api", "function"), EVERY)
def test_a_demo_account_may_only_look(make_caller: MakeCaller, api: Api, function: str) -> None:
    caller = make_caller("docs")
    caller.account = replace(caller.account, demo=True)
    outcome = caller.answer(api, function, EXAMPLE).outcome
    if function in LOOKING[api]:
        assert not isinstance(outcome, Refusal)
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.text == (
            f'The function "{function}" is disabled because this is a demo account.'
        )


@pytest.mark.parametrize("name", RELEASES)
def test_uapi_by_release(make_caller: MakeCaller, name: str) -> None:
    answer = make_caller(name).answer(Api.UAPI, "list_keys", {})
    if RELEASES[name].uapi:
        assert not isinstance(answer.outcome, Refusal)
    else:
        assert isinstance(answer.outcome, Refusal)
        assert answer.outcome.text == "Could not find function 'list_keys' in module 'SSL'"
        assert answer.call.api is Api.API2, "the release does not know UAPI's envelope"


@pytest.mark.parametrize(
    ("module", "function", "text"),
    [
        ("SSL", "nosuch", "Could not find function 'nosuch' in module 'SSL'"),
        ("ssl", "nosuch", "Could not find function 'nosuch' in module 'ssl'"),
        ("SSL", "GenCSR", "Could not find function 'GenCSR' in module 'SSL'"),
        ("Nosuch", "gencsr", "Could not find function 'gencsr' in module 'Nosuch'"),
        ("", "", "Could not find function '' in module ''"),
        ("<b>", "<i>", "Could not find function '_i_' in module '_b_'"),
    ],
)
def test_unknown_functions(make_caller: MakeCaller, module: str, function: str, text: str) -> None:
    assert make_caller("docs").refusal(Api.API2, function, module=module) == text


def test_a_module_may_begin_with_a_small_letter(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    answer = caller.answer(Api.API2, "listkeys", {}, module="sSL")
    assert (answer.call.module, isinstance(answer.outcome, Rows)) == ("SSL", True)


@pytest.mark.parametrize("function", API1_STUBS)
def test_stubs_print_nothing(make_caller: MakeCaller, function: str) -> None:
    outcome = make_caller("docs").answer(Api.API1, function, {}, "1").outcome
    assert outcome == Printed()


def test_what_is_heavy_is_not_imported_before_it_is_needed() -> None:
    """pyOpenSSL takes longer to import than a whole run of ``cpapi2``."""
    program = (
        "import sys, cpanel_emu.functions.table; "
        "sys.exit('OpenSSL' in sys.modules or 'lxml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
