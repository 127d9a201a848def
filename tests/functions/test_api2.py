"""API 2 module SSL (``ssl §6.2``), with answers typed from the handbook."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from cpanel_emu.accounts.models import Server
from cpanel_emu.call import Api
from cpanel_emu.certificates import keys
from cpanel_emu.clock import Clock
from cpanel_emu.releases import RELEASES, Layout
from tests.certificates.authority import Authority
from tests.functions.caller import EXAMPLE, EXAMPLE_KEY, NOW, Caller, key_text

MakeCaller = Callable[[str], Caller]
_OTHER_KEY = key_text("pool/rsa-2048-4.key")


def _certificate(caller: Caller, host: str = "example.com") -> str:
    """Make a certificate for *host* with its key and return it."""
    caller.row("gencrt", **{**EXAMPLE, "host": host})
    return caller.print("showcrt", host)


def _files(caller: Caller) -> list[str]:
    ssl = caller.folder / "ssl"
    return sorted(str(path.relative_to(ssl)) for path in ssl.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", RELEASES)
def test_gencsr(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name).with_example_key()
    expected = {"output": "Certificate Signing Request generated!", "result": 1}
    assert caller.row("gencsr", password="12345luggage", **EXAMPLE) == expected
    assert caller.rows("listcsrs") == [{"host": "example.com"}]


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ({"pass": "p" * 256}, '"password" is longer than 255 characters.'),
        ({"pass": "p", "password": "p" * 256}, '"password" is longer than 255 characters.'),
    ],
)
def test_pass_stands_in_for_password(caller: Caller, password: dict[str, str], text: str) -> None:
    assert caller.refused("gencsr", **EXAMPLE, **password) == text


def test_password_wins_even_when_empty(caller: Caller) -> None:
    caller.row("gencsr", **EXAMPLE, **{"pass": "p" * 256}, password="")


def test_gencsr_uses_the_newest_key(caller: Caller) -> None:
    caller.clock = Clock(NOW + 1)
    caller.manager = replace(caller.manager, clock=caller.clock)
    caller.row("uploadkey", key=_OTHER_KEY, host="example.com")
    caller.row("gencsr", **EXAMPLE)
    (request,) = caller.records("list_csrs")
    assert request["modulus"] == keys.parse(_OTHER_KEY).modulus


def test_gencsr_follows_the_keys(caller: Caller) -> None:
    """ssl §2.2, "Key used": the one of now, whichever was used a moment ago."""

    def moduli() -> set[object]:
        return {request["modulus"] for request in caller.records("list_csrs")}

    example, other = (keys.parse(text).modulus for text in (EXAMPLE_KEY, _OTHER_KEY))
    caller.row("gencsr", **EXAMPLE)
    assert moduli() == {example}
    caller.clock = Clock(NOW + 1)
    caller.manager = replace(caller.manager, clock=caller.clock)
    caller.row("uploadkey", key=_OTHER_KEY, host="example.com")
    caller.row("gencsr", **EXAMPLE)
    assert moduli() == {example, other}
    caller.print("deletekey", "example.com")
    caller.refused("gencsr", **{**EXAMPLE, "city": "Austin"})
    assert len(caller.records("list_csrs")) == 2
    caller.row("uploadkey", key=EXAMPLE_KEY, host="example.com")
    caller.row("gencsr", **{**EXAMPLE, "city": "Dallas"})
    found = [request["modulus"] for request in caller.records("list_csrs")]
    assert sorted(found, key=str) == sorted([example, example, other], key=str)


def test_an_unreadable_key_counts_as_none(caller: Caller) -> None:
    caller.clock = Clock(NOW + 1)
    caller.manager = replace(caller.manager, clock=caller.clock)
    item = caller.row("uploadkey", key=_OTHER_KEY, host="example.com")
    (caller.folder / "ssl" / "keys" / f"{item['id']}.key").write_text("damaged")
    caller.row("gencsr", **EXAMPLE)
    (request,) = caller.records("list_csrs")
    assert request["modulus"] == keys.parse(EXAMPLE_KEY).modulus


@pytest.mark.parametrize(
    ("function", "what"),
    [("gencsr", "a certificate signing request"), ("gencrt", "a certificate")],
)
def test_no_key(make_caller: MakeCaller, function: str, what: str) -> None:
    text = make_caller("docs").refused(function, **{**EXAMPLE, "host": "WWW.Bücher.example"})
    assert text == (
        f'You must install a key for "www.xn--bcher-kva.example" before you generate {what}.'
    )


@pytest.mark.parametrize("function", ["gencsr", "gencrt"])
@pytest.mark.parametrize("missing", ["city", "company", "country", "host", "state"])
def test_missing_arguments(make_caller: MakeCaller, function: str, missing: str) -> None:
    text = make_caller("docs").refused(function, **{**EXAMPLE, missing: ""})
    assert text == f'"{missing}" is a required argument.'


@pytest.mark.parametrize("name", RELEASES)
def test_genkey(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name)
    row = caller.row("genkey", host="Example.com")
    pem = key_text("pool/rsa-2048-1.key")
    assert row == {"key": pem, "output": "Private key generated!", "result": 1}
    assert pem.endswith("-----END RSA PRIVATE KEY-----\n")
    assert caller.rows("listkeys") == [{"host": "example.com"}]
    assert caller.print("showkey", "example.com") == pem


@pytest.mark.parametrize("name", RELEASES)
def test_a_second_key(make_caller: MakeCaller, name: str) -> None:
    """It replaces the first in the old layout and stands beside it in the new."""
    caller = make_caller(name)
    caller.row("genkey", host="example.com")
    caller.row("genkey", host="example.com")
    stored = 1 if RELEASES[name].layout is Layout.BY_HOST else 2
    assert len(_files(caller)) == stored
    assert caller.rows("listkeys") == [{"host": "example.com"}]


@pytest.mark.parametrize("size", ["1023", "4097", "0", "-2048", "2048.0", "x", "٢٠٤٨", "9" * 5000])
def test_keysize(make_caller: MakeCaller, size: str) -> None:
    text = make_caller("docs").refused("genkey", host="example.com", keysize=size)
    assert text == '"keysize" must be a number from 1024 to 4096.'


def test_small_keys(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    caller.manager = replace(caller.manager, key_source=keys.GeneratedKeys())
    pem = caller.row("genkey", host="example.com", keysize="1024")["key"]
    assert keys.parse(str(pem)).kind.bits == 1024


def test_uploadkey(make_caller: MakeCaller) -> None:
    pair = keys.parse(EXAMPLE_KEY)
    assert make_caller("docs").row("uploadkey", key=EXAMPLE_KEY, host="example.com") == {
        "created": NOW,
        "friendly_name": "example.com",
        "id": pair.id,
        "modulus": pair.modulus,
        "modulus_length": 2048,
        "output": "The key was uploaded.",
        "result": 1,
    }


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ({}, '"key" is a required argument.'),
        ({"key": "x"}, '"host" is a required argument.'),
        ({"key": "x", "host": "x"}, '"host" is not a valid domain name.'),
        ({"key": "x", "host": "example.com"}, "The key could not be read."),
        ({"key": _OTHER_KEY[:300], "host": "example.com"}, "The key could not be read."),
        ({"key": "\ud800", "host": "example.com"}, "The key could not be read."),
    ],
)
def test_uploadkey_refused(make_caller: MakeCaller, named: dict[str, str], text: str) -> None:
    assert make_caller("docs").refused("uploadkey", **named) == text


@pytest.mark.parametrize("name", RELEASES)
def test_ecdsa_came_with_110(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name)
    named = {"key": key_text("ecdsa-prime256v1.key"), "host": "example.com"}
    if name in {"110", "docs"}:
        caller.row("uploadkey", **named)
        caller.row("gencsr", **EXAMPLE)
    else:
        assert caller.refused("uploadkey", **named) == "The key could not be read."


def test_an_ecdsa_key_of_a_newer_release_counts_as_none(make_caller: MakeCaller) -> None:
    new = make_caller("docs")
    new.row("uploadkey", key=key_text("ecdsa-prime256v1.key"), host="example.com")
    new.row("gencsr", **EXAMPLE)
    old = make_caller("72")
    old.manager = replace(old.manager, directory=new.manager.directory)
    assert old.refused("gencsr", **EXAMPLE).startswith("You must install a key")
    (key,) = old.records("list_keys")
    request = {"countryName": "US", "domains": "example.com", "key_id": str(key["id"]),
               "localityName": "Houston", "organizationName": "cPanel",
               "stateOrProvinceName": "Texas"}  # fmt: skip
    assert old.errors("generate_csr", **request) == ("The key could not be read.",)


def test_the_lists_are_distinct_and_sorted(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    hosts = ["b.example", "a.example", "*.a.example"]
    for host in hosts:
        caller.row("genkey", host=host)
        caller.row("gencsr", **{**EXAMPLE, "host": host})
        caller.row("gencsr", **{**EXAMPLE, "host": host, "city": "Dallas"})
    expected = [{"host": "*.a.example"}, {"host": "a.example"}, {"host": "b.example"}]
    assert caller.rows("listkeys") == expected
    assert caller.rows("listcsrs") == expected


@pytest.mark.parametrize("function", ["listkeys", "listcsrs", "listcrts", "listsslitems"])
def test_nothing_stored(make_caller: MakeCaller, function: str) -> None:
    assert make_caller("docs").rows(function) == []


@pytest.mark.parametrize("name", RELEASES)
def test_gencrt_and_listcrts(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name).with_example_key()
    expected = {"output": "Certificate generated!", "result": 1}
    assert caller.row("gencrt", password="p" * 256, **EXAMPLE) == expected
    (row,) = caller.rows("listcrts")
    assert set(row) == {"expiredate", "host", "issuer", "ssltxt"}
    assert row["expiredate"] == "Jan  5 09:00:00 2027 GMT"
    assert row["host"] == row["issuer"] == "example.com"
    text = str(row["ssltxt"])
    assert text.startswith("Certificate:\n    Data:\n        Version: 3 (0x2)\n")
    hashed = "sha1" if name.startswith("11.") else "sha256"
    assert f"Signature Algorithm: {hashed}WithRSAEncryption" in text
    assert "CA:TRUE" in text
    assert "Not After : Jan  5 09:00:00 2027 GMT" in text


def test_listcrts_by_host_then_expiry(caller: Caller) -> None:
    caller.row("uploadkey", key=_OTHER_KEY, host="a.example")
    for now, host in [(NOW, "example.com"), (NOW - 86400, "example.com"), (NOW, "a.example")]:
        caller.manager = replace(caller.manager, clock=Clock(now))
        caller.row("gencrt", **{**EXAMPLE, "host": host})
    assert [(row["host"], row["expiredate"]) for row in caller.rows("listcrts")] == [
        ("a.example", "Jan  5 09:00:00 2027 GMT"),
        ("example.com", "Jan  4 09:00:00 2027 GMT"),
        ("example.com", "Jan  5 09:00:00 2027 GMT"),
    ]


def test_listcrts_passes_over_what_is_damaged(caller: Caller) -> None:
    _certificate(caller)
    (path,) = (caller.folder / "ssl" / "certs").glob("*.crt")
    path.write_text("damaged")
    assert caller.rows("listcrts") == []
    path.unlink()
    assert caller.rows("listcrts") == []


@pytest.mark.parametrize("parameter", ["crt", "key"])
def test_uploadcrt(caller: Caller, make_caller: MakeCaller, parameter: str) -> None:
    other = make_caller("docs")
    row = other.row("uploadcrt", **{parameter: _certificate(caller)})
    assert row == {"output": "example.com (auto-detected) ", "result": 1}
    assert [row["host"] for row in other.rows("listcrts")] == ["example.com"]


def test_uploadcrt_crt_wins(caller: Caller) -> None:
    text = caller.refused("uploadcrt", crt="x", key=_certificate(caller))
    assert text == "The certificate could not be read."


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ({}, '"crt" is a required argument.'),
        ({"crt": "x", "host": "x"}, '"host" is not a valid domain name.'),
        ({"crt": "x"}, "The certificate could not be read."),
        ({"crt": EXAMPLE_KEY}, "The certificate could not be read."),
        ({"crt": "\ud800"}, "The certificate could not be read."),
    ],
)
def test_uploadcrt_refused(make_caller: MakeCaller, named: dict[str, str], text: str) -> None:
    assert make_caller("docs").refused("uploadcrt", **named) == text


def test_a_certificate_without_a_host_is_none_of_ours(
    make_caller: MakeCaller, authority: Authority
) -> None:
    """Its common name would become a file name."""
    caller = make_caller("11.32")
    text = caller.refused("uploadcrt", crt=authority.intermediate)
    assert text == "The certificate could not be read."
    assert _files(caller) == []


@pytest.mark.parametrize("name", RELEASES)
def test_installssl_and_fetchinfo(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name).with_example_key()
    caller.server = Server(ip="192.0.2.77")
    certificate = _certificate(caller)
    assert caller.row("installssl", crt=certificate, key=EXAMPLE_KEY) == {
        "output": "Your SSL certificate has been successfully installed to your site.",
        "result": 1,
    }
    info = {
        "cab": "",
        "crt": certificate,
        "domain": "example.com",
        "ip": "192.0.2.77",
        "key": EXAMPLE_KEY,
        "result": 1,
        "user": "user",
    }
    assert caller.row("fetchinfo", domain="example.com") == info
    assert caller.rows("fetchinfo", module="SSLInfo", domain="example.com") == [info]


def test_installssl_keeps_key_and_certificate(caller: Caller, make_caller: MakeCaller) -> None:
    other = make_caller("docs")
    other.row("installssl", crt=_certificate(caller), key=EXAMPLE_KEY, domain="www.example.com")
    assert other.rows("listkeys") == [{"host": "www.example.com"}]
    assert [row["host"] for row in other.rows("listcrts")] == ["www.example.com"]
    assert other.row("fetchinfo", domain="www.example.com")["domain"] == "www.example.com"
    assert other.refused("fetchinfo", domain="example.com") == (
        'No certificate is stored for "example.com".'
    )


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"crt": ""}, '"crt" is a required argument.'),
        ({"crt": "", "key": ""}, '"crt" is a required argument.'),
        ({"key": ""}, '"key" is a required argument.'),
        ({"domain": "x", "crt": "x"}, '"domain" is not a valid domain name.'),
        ({"domain": f"{'h' * 57}.example"}, '"domain" is longer than 64 characters.'),
        ({"crt": "x", "key": "x"}, "The certificate could not be read."),
        ({"key": "x", "cabundle": "x"}, "The key could not be read."),
        ({"key": _OTHER_KEY, "cabundle": "x"}, "The certificate and the key do not match."),
        ({"cabundle": "x"}, "The CA bundle could not be read."),
    ],
)
def test_installssl_refused(caller: Caller, changed: dict[str, str], text: str) -> None:
    named = {"crt": _certificate(caller), "key": EXAMPLE_KEY}
    files = _files(caller)
    assert caller.refused("installssl", **{**named, **changed}) == text
    assert _files(caller) == files


def test_installssl_refuses_the_bundle_of_another(caller: Caller, authority: Authority) -> None:
    text = caller.refused(
        "installssl", crt=_certificate(caller), key=EXAMPLE_KEY, cabundle=authority.intermediate
    )
    assert text == "The CA bundle does not match the certificate."


def test_fetchinfo_without_an_installed_host(caller: Caller) -> None:
    """The newest stored certificate, and its key if the account has it."""
    certificate = _certificate(caller)
    row = caller.row("fetchinfo", domain="example.com")
    assert (row["crt"], row["key"]) == (certificate, EXAMPLE_KEY)
    caller.print("deletekey", "example.com")
    assert caller.row("fetchinfo", domain="example.com")["key"] == ""


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        ("", '"domain" is a required argument.'),
        ("x", '"domain" is not a valid domain name.'),
        ("../../x.example", '"domain" is not a valid domain name.'),
        ("Example.ORG", 'No certificate is stored for "example.org".'),
    ],
)
def test_fetchinfo_refused(caller: Caller, domain: str, text: str) -> None:
    assert caller.refused("fetchinfo", domain=domain) == text


def test_listsslitems(caller: Caller) -> None:
    caller.row("genkey", host="b.example")
    caller.row("gencsr", **EXAMPLE)
    caller.row("gencsr", **{**EXAMPLE, "city": "Dallas"})
    rows = caller.rows(
        "listsslitems", domains="example.com|B.example|x|", items="csr|crt|key|no|csr"
    )
    assert [(row["type"], row["host"]) for row in rows] == [
        ("csr", "example.com"),
        ("key", "b.example"),
        ("key", "example.com"),
    ]
    assert set(rows[0]) == {"host", "type"}


@pytest.mark.parametrize(
    ("domains", "items"),
    [("", ""), ("example.com", ""), ("", "key"), ("foreign.example", "key"), ("example.com", "x")],
)
def test_listsslitems_without_rows(caller: Caller, domains: str, items: str) -> None:
    assert caller.rows("listsslitems", domains=domains, items=items) == []


def test_getcnname(caller: Caller) -> None:
    caller.row("installssl", crt=_certificate(caller), key=EXAMPLE_KEY)
    found = {
        "cert_match_method": "exact",
        "cert_valid_not_after": NOW + 365 * 86400,
        "is_currently_valid": 1,
        "is_self_signed": 1,
        "is_wild_card": 0,
        "ssldomain": "example.com",
        "ssldomain_matches_cert": 1,
    }
    assert caller.row("getcnname", domain="example.com", service="imap") == found
    caller.clock = Clock(NOW + 366 * 86400)
    row = caller.row("getcnname", domain="Example.com", service="x", add_mail_subdomain="0")
    assert row == {**found, "is_currently_valid": 0}


def test_getcnname_of_a_wildcard(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    caller.row("uploadkey", key=EXAMPLE_KEY, host="*.example.com")
    certificate = _certificate(caller, "*.example.com")
    caller.row("installssl", crt=certificate, key=EXAMPLE_KEY)
    row = caller.row("getcnname", domain="example.com", service="smtp", add_mail_subdomain="1")
    assert (row["cert_match_method"], row["ssldomain"]) == ("mail-wildcard", "mail.example.com")
    assert row["is_wild_card"] == 1


def test_getcnname_falls_back_to_the_server(make_caller: MakeCaller) -> None:
    row = make_caller("docs").row("getcnname", domain="example.com", service="imap")
    assert row == {
        "cert_match_method": "hostname",
        "cert_valid_not_after": None,
        "is_currently_valid": 0,
        "is_self_signed": 0,
        "is_wild_card": 0,
        "ssldomain": "host.example.com",
        "ssldomain_matches_cert": 0,
    }


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ({}, '"domain" is a required argument.'),
        ({"domain": "x"}, '"service" is a required argument.'),
        ({"domain": "x", "service": "imap"}, '"domain" is not a valid domain name.'),
        (
            {"domain": "example.com", "service": "imap", "add_mail_subdomain": "2"},
            '"add_mail_subdomain" must be 0 or 1.',
        ),
    ],
)
def test_getcnname_refused(caller: Caller, named: dict[str, str], text: str) -> None:
    assert caller.refused("getcnname", **named) == text


def test_fetchcabundle_without_one(caller: Caller) -> None:
    assert caller.row("fetchcabundle", crt=_certificate(caller)) == {"cab": "", "result": 1}


@pytest.mark.parametrize(
    ("crt", "text"),
    [("", '"crt" is a required argument.'), ("x", "The certificate could not be read.")],
)
def test_fetchcabundle_refused(caller: Caller, crt: str, text: str) -> None:
    assert caller.refused("fetchcabundle", crt=crt) == text


# A real authority signs what we made; the result comes back through every function.


def test_the_loop_with_a_real_authority(make_caller: MakeCaller, authority: Authority) -> None:
    caller = make_caller("docs").with_example_key()
    caller.row("gencsr", **EXAMPLE)
    certificate = authority.sign(caller.print("showcsr", "example.com"))
    assert caller.row("uploadcrt", crt=certificate)["output"] == "example.com (auto-detected) "
    bundle = f"{authority.intermediate}\n{authority.root}\n"
    caller.row("installssl", crt=certificate, key=EXAMPLE_KEY, cabundle=bundle)
    (row,) = caller.rows("listcrts")
    assert (row["host"], row["issuer"]) == ("example.com", "Test Intermediate")
    assert "DNS:example.com" in str(row["ssltxt"]), "the name that the CSR asked for"
    assert re.fullmatch(r"[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d \d{4} GMT", str(row["expiredate"]))
    info = caller.row("fetchinfo", domain="example.com")
    assert (info["crt"], info["key"], info["cab"]) == (f"{certificate}\n", EXAMPLE_KEY, bundle)
    assert caller.row("fetchcabundle", crt=certificate)["cab"] == bundle
    assert caller.row("getcnname", domain="example.com", service="imap")["is_self_signed"] == 0
    rows = caller.rows("listsslitems", domains="example.com", items="key|csr|crt")
    assert [row["type"] for row in rows] == ["key", "csr", "crt"]


@pytest.mark.parametrize("name", ["11.32", "11.40"])
def test_the_loop_in_old_releases(make_caller: MakeCaller, authority: Authority, name: str) -> None:
    """Signed from a SHA-1 request without the name of the host among its extensions."""
    caller = make_caller(name).with_example_key()
    caller.row("gencsr", **EXAMPLE)
    certificate = authority.sign(caller.print("showcsr", "example.com"))
    caller.row("installssl", crt=certificate, key=EXAMPLE_KEY, cabundle=authority.intermediate)
    info = caller.row("fetchinfo", domain="example.com")
    assert info["crt"] == f"{certificate}\n"
    assert info["cab"] == f"{authority.intermediate}\n"


def test_an_upgrade_loses_nothing(make_caller: MakeCaller, authority: Authority) -> None:
    old = make_caller("11.36").with_example_key()
    old.row("gencsr", **EXAMPLE)
    certificate = authority.sign(old.print("showcsr", "example.com"))
    request = old.print("showcsr", "example.com")
    old.row("installssl", crt=certificate, key=EXAMPLE_KEY, cabundle=authority.intermediate)
    info = old.row("fetchinfo", domain="example.com")
    new = old.upgraded("docs")
    try:
        assert new.row("fetchinfo", domain="example.com") == info
        assert new.print("showcsr", "example.com") == request
        assert new.print("showkey", "example.com") == EXAMPLE_KEY
        assert new.print("showcrt", "example.com") == f"{certificate}\n"
        names = [record["friendly_name"] for record in new.records("list_keys")]
        assert names == ["example.com"]
        assert [row["host"] for row in new.rows("listcrts")] == ["example.com"]
    finally:
        new.close()


def test_what_cannot_be_saved(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = _certificate(caller)
    request = {**EXAMPLE, "city": "Dallas"}

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cpanel_emu.certificates.file_changes.write_atomically", full)
    monkeypatch.setattr("cpanel_emu.certificates.file_changes.write_new", full)
    monkeypatch.setattr("cpanel_emu.own_folder.write_atomically", full)
    before = _files(caller)
    refused = {
        "gencsr": (request, "The certificate signing request could not be saved."),
        "gencrt": (request, "The certificate could not be saved."),
        "genkey": ({"host": "a.example"}, "The key could not be saved."),
        "installssl": (
            {"crt": certificate, "key": EXAMPLE_KEY},
            "The SSL host could not be saved.",
        ),
    }
    for function, (named, text) in refused.items():
        assert caller.refused(function, **named) == text
    assert _files(caller) == before
    assert caller.answer(Api.API2, "listcsrs", {}).outcome is not None
