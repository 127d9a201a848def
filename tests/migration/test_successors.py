"""The successors are what the handbook says, and the file is whole."""

from __future__ import annotations

import pytest

from cpanel_emu.call import Api
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.successors import Mark, Standing, load, successors

# From tags §9.1: each API 2 page names its successor.
CONFIRMED = {
    (Api.API2, "SSL", "gencsr"): "SSL::generate_csr",
    (Api.API2, "SSL", "gencrt"): "SSL::generate_cert",
    (Api.API2, "SSL", "getcnname"): "SSL::get_cn_name",
    (Api.API2, "Email", "addpop"): "Email::add_pop",
    (Api.API2, "Email", "passwdpop"): "Email::passwd_pop",
    (Api.API2, "Email", "listpops"): "Email::list_pops",
    (Api.API2, "Ftp", "listftpsessions"): "Ftp::list_sessions",
    (Api.API1, "SetLang", "setlang"): "Locale::set_locale",
}
BY_NAME = {
    "genkey": "generate_key",
    "listcsrs": "list_csrs",
    "listkeys": "list_keys",
    "listsslitems": "list_ssl_items",
    "uploadkey": "upload_key",
    "installssl": "install_ssl",
}


def test_confirmed_successors() -> None:
    for key, name in CONFIRMED.items():
        assert (successors()[key].new_name, successors()[key].mark) == (name, Mark.CONFIRMED)


def test_likely_successors() -> None:
    for function, name in BY_NAME.items():
        row = successors()[Api.API2, "SSL", function]
        assert (row.new_name, row.mark) == (f"SSL::{name}", Mark.LIKELY)


@pytest.mark.parametrize(
    ("module", "function"), [("Email", "clearpopcache"), ("WebDisk", "set_perms")]
)
def test_no_successor_exists(module: str, function: str) -> None:
    row = successors()[Api.API2, module, function]
    assert (row.standing, row.new_name) == (Standing.NONE_EXISTS, "")
    assert row.mark is Mark.CONFIRMED


def test_gencsr_arguments() -> None:
    # tags §9.1: "gencsr's arguments become …"
    row = successors()[Api.API2, "SSL", "gencsr"]
    assert dict(row.arguments) == {
        "city": "localityName",
        "company": "organizationName",
        "companydivision": "organizationalUnitName",
        "country": "countryName",
        "email": "emailAddress",
        "host": "domains",
        "state": "stateOrProvinceName",
    }
    assert row.dropped == ("password",)
    assert row.required == ("key_id",)
    # ssl §7: gencsr(host, country, state, city, company, companydivision, email, pass)
    by_position = successors()[Api.API1, "SSL", "gencsr"].positions
    assert by_position == (
        "domains",
        "countryName",
        "stateOrProvinceName",
        "localityName",
        "organizationName",
        "organizationalUnitName",
        "emailAddress",
        "",
    )


def test_a_lower_case_module_is_found() -> None:
    # tags §1.13
    row = successors().of(Api.API1, "setLang", "setlang")
    assert row is successors()[Api.API1, "SetLang", "setlang"]
    assert successors().of(Api.API2, "Nope", "f") is None


def test_every_row_has_a_source_and_only_old_families() -> None:
    for (api, _, _), row in successors().items():
        assert api is not Api.UAPI
        assert row.source.startswith(("tags §", "ssl §", "public API documentation"))
        if row.source.startswith("public"):
            assert row.mark is Mark.LIKELY
        if row.mark is Mark.CONFIRMED:
            assert "tags §9.1" in row.source


def test_every_emulated_function_of_the_old_families_has_a_row() -> None:
    for one in REGISTRY:
        if one.api is not Api.UAPI:
            assert successors().of(one.api, one.module, one.name), f"{one.module}::{one.name}"


def test_successors_that_are_emulated_exist() -> None:
    emulated = {(one.module, one.name) for one in REGISTRY if one.api is Api.UAPI}
    named = {
        (row.new_module, row.new_function)
        for row in successors().values()
        if "ssl §8" in row.source and row.standing is Standing.SUCCESSOR
    }
    assert named <= emulated


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[api2.A]\nf = { successor = "A", source = "x", mark = "LIKELY" }', "Module::function"),
        ('[api2.A]\nf = { successor = "A::b", mark = "LIKELY" }', "give a source"),
        ('[api2.A]\nf = { successor = "A::b", source = "x", mark = "SURE" }', "CONFIRMED"),
        (
            '[api2.A]\nf = { successor = "A::b", source = "x", mark = "LIKELY", note = "" }',
            "did you mean",
        ),
        (
            '[api2.A]\nf = { successor = "A::b", data = "rows", source = "x", mark = "LIKELY" }',
            "how the output may differ",
        ),
        (
            '[api2.A]\nf = { successor = "A::b", data = "x", source = "x", mark = "LIKELY" }',
            "rows or row",
        ),
    ],
)
def test_a_wrong_row_names_its_mend(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as error:
        load(text)
    assert "A::f" in str(error.value)
