"""UAPI module SSL (``ssl §8``)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from cpanel_emu.call import Tree
from cpanel_emu.certificates import keys
from cpanel_emu.certificates.key_text import key_text as text_of_key
from cpanel_emu.certificates.request_text import request_text
from cpanel_emu.clock import Clock
from cpanel_emu.releases import RELEASES
from tests.certificates.authority import Authority
from tests.functions.caller import EXAMPLE, EXAMPLE_KEY, NOW, Caller, key_text
from tests.requirements import require_program

MakeCaller = Callable[[str], Caller]
PAIR = keys.parse(EXAMPLE_KEY)
REQUEST = {
    "countryName": "us",
    "domains": "example.com",
    "key_id": PAIR.id,
    "localityName": "Houston",
    "organizationName": "cPanel",
    "stateOrProvinceName": "Texas",
}
GENERATED = "Certificate Signing Request generated!"
UAPI_RELEASES = ["11.44", "72", "110", "docs"]
_RSA = {"ecdsa_curve_name": None, "ecdsa_public": None, "key_algorithm": "rsaEncryption"}


def _with_algorithm(release: str, record: dict[str, Tree]) -> dict[str, Tree]:
    return {**record, **_RSA} if RELEASES[release].key_algorithm_members else record


@pytest.mark.parametrize("name", UAPI_RELEASES)
def test_generate_csr(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name).with_example_key()
    data = dict(caller.mapping("generate_csr", GENERATED, **REQUEST))
    text, item_id = str(data.pop("text")), str(data.pop("id"))
    record: dict[str, Tree] = {
        "commonName": "example.com",
        "created": NOW,
        "domains": ["example.com"],
        "friendly_name": "example.com",
        "modulus": PAIR.modulus,
    }
    assert data == _with_algorithm(name, record)
    assert item_id.startswith(f"example_com_{PAIR.modulus[:5]}_{PAIR.modulus[-5:]}_")
    assert text.endswith("-----END CERTIFICATE REQUEST-----")
    assert caller.records("list_csrs") == [{**data, "id": item_id}]


@pytest.mark.parametrize(
    ("domains", "expected", "friendly_name"),
    [
        ("a.example,b.example", ["a.example", "b.example"], "a.example and b.example"),
        ("a.example, B.example ,c.example,", ["a.example", "b.example", "c.example"],
         "a.example, b.example, and c.example"),
        ("*.a.example,a.example,A.EXAMPLE", ["*.a.example", "a.example"],
         "*.a.example and a.example"),
        ("Bücher.example", ["xn--bcher-kva.example"], "xn--bcher-kva.example"),
    ],
)  # fmt: skip
def test_several_domains(
    caller: Caller, domains: str, expected: list[str], friendly_name: str
) -> None:
    data = caller.mapping("generate_csr", GENERATED, **{**REQUEST, "domains": domains})
    assert data["domains"] == expected
    assert data["commonName"] == expected[0]
    assert data["friendly_name"] == friendly_name
    names = ", ".join(f"DNS:{domain}" for domain in expected)
    assert f"                    {names}\n" in request_text(str(data["text"]))


def test_optional_values_and_no_password(caller: Caller) -> None:
    data = caller.mapping(
        "generate_csr", GENERATED, **REQUEST, emailAddress="user@example.com",
        organizationalUnitName="Documentation", friendly_name="mine", **{"pass": "\n" * 300},
    )  # fmt: skip
    shown = caller.mapping("show_csr", id=str(data["id"]))
    assert shown["csr"] == data["text"]
    assert shown["text"] == request_text(str(data["text"]))
    assert "challengePassword" not in str(shown["text"])
    assert shown["details"] == {
        "commonName": "example.com",
        "countryName": "US",
        "created": NOW,
        "domains": ["example.com"],
        "emailAddress": "user@example.com",
        "friendly_name": "mine",
        "id": data["id"],
        "key_algorithm": "rsaEncryption",
        "localityName": "Houston",
        "modulus": PAIR.modulus,
        "organizationName": "cPanel",
        "organizationalUnitName": "Documentation",
        "stateOrProvinceName": "Texas",
    }


def test_show_csr_without_optional_values(make_caller: MakeCaller) -> None:
    caller = make_caller("72").with_example_key()
    caller.mapping("generate_csr", GENERATED, **REQUEST)
    details = caller.mapping("show_csr", friendly_name="example.com")["details"]
    assert isinstance(details, Mapping)
    assert details["emailAddress"] == details["organizationalUnitName"] == ""
    assert "key_algorithm" not in details


@pytest.mark.parametrize("function", ["generate_csr", "generate_cert"])
@pytest.mark.parametrize("missing", sorted(REQUEST))
def test_missing_parameters(caller: Caller, function: str, missing: str) -> None:
    expected = (f"Missing required parameter: {missing}.",)
    assert caller.errors(function, **{**REQUEST, missing: ""}) == expected


@pytest.mark.parametrize(
    ("function", "named", "missing"),
    [
        ("generate_csr", {}, "countryName"),
        ("generate_csr", {"countryName": "x"}, "domains"),
        ("generate_csr", {"countryName": "x", "domains": " , "}, "domains"),
        ("generate_csr", {"countryName": "x", "domains": "x"}, "key_id"),
        ("show_csr", {}, "id"),
        ("show_key", {}, "id"),
        ("delete_csr", {}, "id"),
        ("delete_key", {}, "id"),
        ("find_csrs_for_key", {}, "id"),
        ("find_certificates_for_key", {}, "id"),
        ("set_csr_friendly_name", {}, "id"),
        ("set_csr_friendly_name", {"id": "x"}, "new_friendly_name"),
        ("set_key_friendly_name", {"friendly_name": "x"}, "new_friendly_name"),
        ("upload_key", {"friendly_name": "x"}, "key"),
        ("delete_ssl", {}, "domain"),
        ("install_ssl", {}, "domain"),
        ("install_ssl", {"domain": "x"}, "cert"),
        ("install_ssl", {"domain": "x", "cert": "x"}, "key"),
    ],
)
def test_missing_in_order(
    caller: Caller, function: str, named: dict[str, str], missing: str
) -> None:
    assert caller.errors(function, **named) == (f"Missing required parameter: {missing}.",)


@pytest.mark.parametrize("function", ["generate_csr", "generate_cert"])
@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"countryName": "USA"}, '"countryName" must be the country\'s two-letter abbreviation.'),
        ({"domains": "example.com,x"}, '"domains" is not a valid domain name.'),
        ({"domains": f"{'h' * 57}.example"}, '"domains" is longer than 64 characters.'),
        ({"emailAddress": "x"}, '"emailAddress" is not a valid email address.'),
        ({"localityName": "x" * 129}, '"localityName" is longer than 128 characters.'),
        ({"organizationName": "\n"}, '"organizationName" contains a control character.'),
        ({"organizationalUnitName": "x" * 65},
         '"organizationalUnitName" is longer than 64 characters.'),
        ({"stateOrProvinceName": "\x7f"}, '"stateOrProvinceName" contains a control character.'),
        ({"friendly_name": "\t"}, '"friendly_name" contains a control character.'),
        ({"friendly_name": "x" * 256}, '"friendly_name" is longer than 255 characters.'),
        ({"key_id": "x"}, 'No key matches "x".'),
    ],
)  # fmt: skip
def test_bad_values(caller: Caller, function: str, changed: dict[str, str], text: str) -> None:
    assert caller.errors(function, **{**REQUEST, **changed}) == (text,)


def test_an_identical_request_keeps_the_first_record(caller: Caller) -> None:
    first = caller.mapping("generate_csr", GENERATED, **REQUEST)
    again = caller.mapping("generate_csr", GENERATED, **REQUEST, friendly_name="again")
    assert again == first


def test_friendly_names_that_clash(caller: Caller) -> None:
    names = [
        caller.mapping("generate_csr", GENERATED, **{**REQUEST, "localityName": city})[
            "friendly_name"
        ]
        for city in ("Houston", "Dallas", "Austin")
    ]
    assert names == ["example.com", f"example.com {NOW}.0", f"example.com {NOW}.1"]


@pytest.mark.parametrize("name", UAPI_RELEASES)
def test_generate_key(make_caller: MakeCaller, name: str) -> None:
    caller = make_caller(name)
    data = dict(caller.mapping("generate_key"))
    pair = keys.parse(str(data["text"]))
    record: dict[str, Tree] = {
        "created": NOW,
        "friendly_name": "rsa-2048 2026-01-05 09:00:00",
        "id": pair.id,
        "modulus": pair.modulus,
        "modulus_length": 2048,
        "text": key_text("pool/rsa-2048-1.key").rstrip(),
    }
    assert data == _with_algorithm(name, record)
    data.pop("text")
    assert caller.records("list_keys") == [data]


@pytest.mark.parametrize(
    ("keytype", "kind"),
    [
        ("system", keys.KeyKind(bits=2048)),
        ("rsa-2048", keys.KeyKind(bits=2048)),
        ("rsa-4096", keys.KeyKind(bits=4096)),
        ("ecdsa-prime256v1", keys.KeyKind(curve="prime256v1")),
        ("ecdsa-secp384r1", keys.KeyKind(curve="secp384r1")),
    ],
)
def test_key_types(caller: Caller, keytype: str, kind: keys.KeyKind) -> None:
    asked = []

    class Asked:
        def new_key(self, kind: keys.KeyKind) -> keys.PrivateKey:
            asked.append(kind)
            return keys.generate(replace(kind, bits=1024) if kind.bits else kind)

    caller.manager = replace(caller.manager, key_source=Asked())
    data = caller.mapping("generate_key", keytype=keytype)
    assert asked == [kind]
    word = "rsa-2048" if keytype == "system" else keytype
    assert data["friendly_name"] == f"{word} 2026-01-05 09:00:00"


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ({"keysize": "2048", "keytype": "system"},
         '"keysize" and "keytype" cannot be used together.'),
        ({"keysize": "512"}, '"keysize" must be a number from 1024 to 4096.'),
        ({"keytype": "dsa"},
         ('"keytype" must be one of: system, rsa-2048, rsa-4096, ecdsa-prime256v1, '
         "ecdsa-secp384r1.")),
        ({"friendly_name": "\x00"}, '"friendly_name" contains a control character.'),
    ],
)  # fmt: skip
def test_generate_key_refused(caller: Caller, named: dict[str, str], text: str) -> None:
    assert caller.errors("generate_key", **named) == (text,)


@pytest.mark.parametrize("name", ["11.44", "72"])
def test_keytype_came_with_ecdsa(make_caller: MakeCaller, name: str) -> None:
    data = make_caller(name).mapping("generate_key", keytype="ecdsa-prime256v1", keysize="2048")
    assert "key_algorithm" not in data
    assert str(data["text"]).startswith("-----BEGIN RSA PRIVATE KEY-----")


@pytest.mark.parametrize("curve", ["prime256v1", "secp384r1"])
def test_ecdsa_from_key_to_certificate(caller: Caller, curve: str) -> None:
    text = key_text(f"ecdsa-{curve}.key")
    (record,) = caller.records("upload_key", key=text, friendly_name="ec")
    point = keys.parse(text).modulus
    assert record == {
        "created": NOW,
        "ecdsa_curve_name": curve,
        "ecdsa_public": point,
        "friendly_name": "ec",
        "id": keys.parse(text).id,
        "key_algorithm": "id-ecPublicKey",
        "modulus": None,
        "modulus_length": None,
    }
    shown = caller.mapping("show_key", friendly_name="ec")
    assert shown["details"] == {**record, "key": text.rstrip()}
    wanted = {**REQUEST, "key_id": str(record["id"])}
    request = caller.mapping("generate_csr", GENERATED, **wanted)
    assert (request["ecdsa_public"], request["modulus"]) == (point, None)
    certificate = caller.mapping("generate_cert", "Certificate generated", **wanted)
    assert (certificate["key_algorithm"], certificate["modulus_length"]) == ("id-ecPublicKey", None)
    done = subprocess.run(
        [require_program("openssl"), "req", "-verify", "-noout"], input=str(request["text"]),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    caller.mapping(
        "install_ssl", "Your SSL certificate has been successfully installed to your site.",
        domain="example.com", cert=str(certificate["text"]), key=text,
    )  # fmt: skip


def test_show_key(caller: Caller) -> None:
    shown = caller.mapping("show_key", id=PAIR.id)
    assert shown["text"] == text_of_key(PAIR)
    assert shown["details"] == {
        **_RSA,
        "created": NOW,
        "friendly_name": "example.com",
        "id": PAIR.id,
        "key": EXAMPLE_KEY.rstrip(),
        "modulus": PAIR.modulus,
        "modulus_length": 2048,
    }


@pytest.mark.parametrize(
    ("function", "word"),
    [("show_csr", "CSR"), ("show_key", "key"), ("delete_csr", "CSR"), ("delete_key", "key"),
     ("find_csrs_for_key", "key"), ("find_certificates_for_key", "key")],
)  # fmt: skip
def test_nothing_matches(caller: Caller, function: str, word: str) -> None:
    assert caller.errors(function, id="x") == (f'No {word} matches "x".',)
    assert caller.errors(function, friendly_name="y") == (f'No {word} matches "y".',)
    assert caller.errors(function, id="x", friendly_name="example.com") == (
        f'No {word} matches "x".',
    ), "the id counts"


def test_delete(caller: Caller) -> None:
    caller.mapping("generate_csr", GENERATED, **REQUEST)
    requests, stored = caller.records("list_csrs"), caller.records("list_keys")
    assert caller.records("delete_csr", friendly_name="example.com") == requests
    assert caller.records("delete_key", id=PAIR.id) == stored
    assert caller.records("list_csrs") == caller.records("list_keys") == []
    ssl = caller.folder / "ssl"
    assert [path for place in ("keys", "csrs") for path in (ssl / place).iterdir()] == []


def test_find_for_key(caller: Caller) -> None:
    other = caller.mapping("generate_key", friendly_name="other")
    for key_id in (PAIR.id, str(other["id"])):
        wanted = {**REQUEST, "key_id": key_id}
        caller.mapping("generate_csr", GENERATED, **wanted)
        caller.mapping("generate_cert", "Certificate generated", **wanted)
    (request,) = caller.records("find_csrs_for_key", friendly_name="other")
    assert request["modulus"] == other["modulus"]
    (certificate,) = caller.records("find_certificates_for_key", id=PAIR.id)
    assert certificate == {
        **_RSA,
        "created": NOW,
        "domains": ["example.com"],
        "friendly_name": "example.com",
        "id": certificate["id"],
        "is_self_signed": 1,
        "issuer.commonName": "example.com",
        "modulus": PAIR.modulus,
        "modulus_length": 2048,
        "not_after": NOW + 365 * 86400,
        "not_before": NOW,
        "subject.commonName": "example.com",
    }
    assert str(certificate["id"]).startswith(
        f"example_com_{PAIR.modulus[:5]}_{PAIR.modulus[-5:]}_{NOW + 365 * 86400}_"
    )


def test_rename(caller: Caller) -> None:
    caller.mapping("generate_csr", GENERATED, **REQUEST)
    caller.mapping("generate_key", friendly_name="other")
    assert caller.data("set_csr_friendly_name", friendly_name="example.com",
                       new_friendly_name="renamed") is None  # fmt: skip
    assert caller.data("set_key_friendly_name", id=PAIR.id, new_friendly_name="renamed") is None
    assert caller.data("set_key_friendly_name", id=PAIR.id, new_friendly_name="renamed") is None
    assert [record["friendly_name"] for record in caller.records("list_csrs")] == ["renamed"]
    names = [record["friendly_name"] for record in caller.records("list_keys")]
    assert names == ["other", "renamed"]
    assert caller.errors(
        "set_key_friendly_name", friendly_name="other", new_friendly_name="renamed"
    ) == ('"new_friendly_name" is already in use.',)
    assert caller.errors("set_key_friendly_name", id=PAIR.id, new_friendly_name="\n") == (
        '"new_friendly_name" contains a control character.',
    )


def test_the_host_follows_the_name_of_a_key_without_one(caller: Caller) -> None:
    """``ssl §5`` rule 4: such a key counts for its friendly name."""
    caller.mapping("generate_key", friendly_name="other")
    caller.data("set_key_friendly_name", friendly_name="other", new_friendly_name="b.example")
    caller.row("gencsr", **{**EXAMPLE, "host": "b.example"})
    caller.data("set_key_friendly_name", id=PAIR.id, new_friendly_name="mine")
    assert caller.rows("listkeys") == [{"host": "b.example"}, {"host": "example.com"}]


def test_lists_sort_by_friendly_name(caller: Caller) -> None:
    for name in ("b", "a", "C"):
        caller.mapping("generate_key", friendly_name=name)
    names = [record["friendly_name"] for record in caller.records("list_keys")]
    assert names == ["C", "a", "b", "example.com"]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({}, [("key", "b.example"), ("key", "example.com")]),
        ({"domains": "example.com"}, [("key", "example.com")]),
        ({"domains": "example.com,b.example", "item": "csr"}, [("csr", "example.com")]),
        ({"domains": "example.com|b.example", "item": "csr|key"},
         [("csr", "example.com"), ("key", "b.example"), ("key", "example.com")]),
        ({"domains": "foreign.example"}, []),
        ({"item": "crt"}, []),
        ({"item": "x"}, []),
    ],
)  # fmt: skip
def test_list_ssl_items(
    caller: Caller, named: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    caller.row("genkey", host="b.example")
    caller.mapping("generate_csr", GENERATED, **REQUEST)
    records = caller.records("list_ssl_items", **named)
    assert [(record["type"], record["host"]) for record in records] == expected
    assert all(set(record) == {"host", "id", "type"} for record in records)


def test_upload_key(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    (record,) = caller.records("upload_key", key=EXAMPLE_KEY)
    assert record["friendly_name"] == "rsa-2048 2026-01-05 09:00:00"
    assert caller.errors("upload_key", key="x") == ("The key could not be read.",)


def test_generate_cert(make_caller: MakeCaller) -> None:
    caller = make_caller("11.44").with_example_key()
    caller.manager = replace(caller.manager, clock=Clock(NOW))
    wanted = {**REQUEST, "domains": "a.example,b.example"}
    data = caller.mapping("generate_cert", "Certificate generated", **wanted)
    assert data["domains"] == ["a.example", "b.example"]
    assert data["friendly_name"] == "a.example and b.example"
    assert str(data["text"]).startswith("-----BEGIN CERTIFICATE-----\n")
    assert caller.rows("listcrts")[0]["host"] == "a.example"


def test_install_and_delete(caller: Caller, authority: Authority) -> None:
    request = caller.mapping("generate_csr", GENERATED, **REQUEST)
    certificate = authority.sign(str(request["text"]))
    data = caller.mapping(
        "install_ssl", "Your SSL certificate has been successfully installed to your site.",
        domain="example.com", cert=certificate, key=EXAMPLE_KEY, cabundle=authority.intermediate,
    )  # fmt: skip
    (record,) = caller.records("find_certificates_for_key", id=PAIR.id)
    assert data == {
        "cert_id": record["id"],
        "domain": "example.com",
        "ip": "192.0.2.10",
        "key_id": PAIR.id,
        "user": "user",
    }
    assert record["issuer.commonName"] == "Test Intermediate"
    assert record["is_self_signed"] == 0
    removed = "The SSL host was successfully removed."
    assert caller.data("delete_ssl", removed, domain="Example.com") is None
    assert caller.errors("delete_ssl", domain="example.com") == (
        'No certificate is stored for "example.com".',
    )
    assert caller.errors("delete_ssl", domain="x") == ('"domain" is not a valid domain name.',)
    assert caller.records("find_certificates_for_key", id=PAIR.id) == [record], "files stay"


def test_install_ssl_words_a_failed_parse_its_own_way(caller: Caller) -> None:
    errors = caller.errors("install_ssl", domain="example.com", cert="x", key=EXAMPLE_KEY)
    assert errors == (
        (
            "The system could not parse the certificate because of an error: "
            "The certificate could not be read."
        ),
    )
