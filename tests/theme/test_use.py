"""The theme in use: what a visitor does with keys, requests and certificates."""

from __future__ import annotations

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from cpanel_emu import Emulator
from tests.theme.conftest import STUBS
from tests.theme.states import HOST, HOSTILE, SUBJECT, account, api1, certificate, request
from tests.theme.visitor import Sight, Visitor

HOSTS = "www.example.com"


def hosts(sight: Sight) -> list[str]:
    """Return the hosts of a page's list, in order."""
    [body] = [table for table in sight.all("tbody") if table.find("tr") is not None]
    return ["".join(head.itertext()).strip() for head in body.iter("th")]


def stripes(sight: Sight) -> list[str | None]:
    """Return the classes of a list's rows."""
    [body] = sight.all("tbody")
    return [row.get("class") for row in body.iter("tr")]


# Keys


def test_a_key_is_generated_listed_shown_and_deleted(visitor: Visitor) -> None:
    keys = visitor.see("ssl/keys.html")
    assert hosts(keys) == ["example.com"]
    made = visitor.submit(keys, "genkey.html", host=HOSTS, keysize="1024")
    assert made.details is None
    assert "Private key generated!" in made.source
    listed = visitor.see("ssl/keys.html")
    assert hosts(listed) == ["example.com", HOSTS]
    assert stripes(listed) == ["odd", "even"]
    shown = visitor.follow(listed, f"viewkey.html?host={HOSTS}")
    key = load_pem_private_key(shown.text("pem").encode(), None)
    assert getattr(key, "key_size", None) == 1024
    assert shown.text("pem") == made.text("pem")
    assert shown.text("decoded").startswith("Private-Key: (1024 bit")
    asked = visitor.follow(shown, f"delkeyconfirm.html?host={HOSTS}")
    deleted = visitor.submit(asked, "delkey.html")
    assert f"The key was deleted: <strong>{HOSTS}</strong>" in deleted.source
    assert hosts(visitor.see("ssl/keys.html")) == ["example.com"]


def test_the_form_of_a_key_recommends_2048_bits(visitor: Visitor) -> None:
    form = next(one for one in visitor.see("ssl/keys.html").forms() if one.action == "genkey.html")
    assert form.fields == {"host": "", "keysize": "2048"}


def test_a_refused_key_shows_the_reason_and_the_form_again(visitor: Visitor) -> None:
    made = visitor.see("ssl/genkey.html", host="no host", keysize="4096")
    assert made.details == '"host" is not a valid domain name.'
    [form] = made.forms()
    assert form.fields == {"host": "no host", "keysize": "4096"}


def test_a_key_is_uploaded(visitor: Visitor) -> None:
    pem = api1(visitor.emulator, "showkey", "example.com")
    said = visitor.submit(
        visitor.see("ssl/keys.html"), "uploadkey.html", host="example.com", key=pem
    )
    assert said.said == "The key was uploaded."
    wrong = visitor.submit(visitor.see("ssl/keys.html"), "uploadkey.html", host=HOSTS, key="x")
    assert wrong.details == "The key could not be read."
    assert wrong.said == ""


@pytest.mark.parametrize(
    ("release", "hint"),
    [("11.36", "A new key replaces the one"), ("11.40", "A host may have several keys")],
)
def test_the_hint_about_a_second_key_fits_the_release(release: str, hint: str) -> None:
    with Emulator(stubs=STUBS, emulate_version=release) as emulator:
        assert hint in Visitor(emulator).body("ssl/keys.html")


# Requests


def test_a_request_is_generated_shown_decoded_and_deleted(visitor: Visitor) -> None:
    page = visitor.see("ssl/csrs.html")
    assert "There is no signing request yet." in page.source
    made = visitor.submit(
        page, "gencsr.html", host="example.com", **SUBJECT, **{"pass": "12345luggage"}
    )
    assert made.said == "Certificate Signing Request generated!"
    assert made.details is None
    parsed = x509.load_pem_x509_csr(made.text("pem").encode())
    assert [name.value for name in parsed.subject] == [
        "US",
        "Texas",
        "Houston",
        "cPanel",
        "Documentation",
        "example.com",
        "user@example.com",
    ]
    assert "Subject: C = US, ST = Texas, L = Houston" in made.text("decoded")
    assert "challengePassword        :12345luggage" in made.text("decoded")
    listed = visitor.see("ssl/csrs.html")
    assert hosts(listed) == ["example.com"]
    shown = visitor.follow(listed, "viewcsr.html?host=example.com")
    stored = api1(visitor.emulator, "showcsr", "example.com")
    assert shown.text("pem") == made.text("pem") == stored
    visitor.submit(visitor.follow(listed, "delcsrconfirm.html?host=example.com"), "delcsr.html")
    assert "There is no signing request yet." in visitor.body("ssl/csrs.html")


def test_the_form_of_a_request_has_the_names_of_the_handbook(visitor: Visitor) -> None:
    [form] = visitor.see("ssl/csrs.html").forms()
    assert list(form.fields) == [
        "item",
        "itemname",
        "host",
        "country",
        "state",
        "city",
        "company",
        "companydivision",
        "email",
        "pass",
    ]
    assert form.fields["item"] == "csr"
    assert form.method == "post"


def test_a_refused_request_shows_the_reason_and_what_was_typed(visitor: Visitor) -> None:
    values = {**HOST, **SUBJECT, "country": "USA", "pass": "secret"}
    made = visitor.see("ssl/gencsr.html", **values)
    assert made.details == '"country" must be the country\'s two-letter abbreviation.'
    assert made.by_id("pem") is None
    [form] = made.forms()
    kept = {name: value for name, value in form.fields.items() if name in values}
    assert kept == {**values, "pass": ""}


@pytest.mark.parametrize("field", [*SUBJECT, "host", "pass"])
def test_what_is_typed_stays_text(visitor: Visitor, field: str) -> None:
    made = visitor.see("ssl/gencsr.html", **{**HOST, **SUBJECT, "country": "x", field: HOSTILE})
    assert made.details is not None
    assert not [one for one in made.all("script") if not one.get("src")]
    [form] = made.forms()
    if field != "pass":
        assert form.fields[field] == HOSTILE


def test_a_request_is_downloaded_byte_for_byte(visitor: Visitor) -> None:
    request(visitor.emulator)
    listed = visitor.see("ssl/csrs.html")
    [link] = [one for one in listed.all("a") if one.get("download")]
    assert link.get("download") == "example.com.csr"
    assert link.get("href") == "download.html?item=csr&host=example.com"
    body = visitor.body("ssl/download.html", item="csr", host="example.com")
    assert body == api1(visitor.emulator, "showcsr", "example.com")


def test_a_download_of_nothing_says_so(visitor: Visitor) -> None:
    said = visitor.body("ssl/download.html", item="csr", host="example.com")
    assert said == "No CSR is stored for &quot;example.com&quot;."
    assert visitor.body("ssl/download.html", item="x", host="example.com") == ""


# Certificates


def test_a_certificate_is_made_shown_and_deleted(visitor: Visitor) -> None:
    page = visitor.see("ssl/crts.html")
    made = visitor.submit(page, "gencrt.html", host="example.com", **SUBJECT)
    assert made.said == "Certificate generated!"
    listed = visitor.see("ssl/crts.html")
    assert hosts(listed) == ["example.com"]
    shown = visitor.follow(listed, "viewcrt.html?host=example.com")
    x509.load_pem_x509_certificate(shown.text("pem").encode())
    [decoded] = [one for one in shown.all("textarea") if one.get("aria-label") == "Decoded"]
    assert "".join(decoded.itertext()).startswith("Certificate:")
    asked = visitor.follow(shown, "delcrtconfirm.html?host=example.com")
    visitor.submit(asked, "delcrt.html")
    assert "There is no certificate yet." in visitor.body("ssl/crts.html")


def test_only_the_hosts_own_certificates_are_shown(visitor: Visitor) -> None:
    longer = "example.com.example.org"
    api1(visitor.emulator, "genkey", longer, "1024")
    for host in ("example.com", longer):
        api1(visitor.emulator, "gencrt", host, *SUBJECT.values())
    shown = visitor.see("ssl/viewcrt.html", host="example.com")
    panels = [one for one in shown.of_class("panel") if one.tag == "section"]
    hidden = [one for one in panels if one.get("hidden") is not None]
    assert [longer in "".join(one.itertext()) for one in hidden] == [True]
    assert not [one for one in panels if one not in hidden and longer in "".join(one.itertext())]


def test_a_certificate_is_uploaded(visitor: Visitor) -> None:
    certificate(visitor.emulator)
    pem = api1(visitor.emulator, "showcrt", "example.com")
    api1(visitor.emulator, "deletecrt", "example.com")
    said = visitor.submit(visitor.see("ssl/crts.html"), "uploadcrt.html", crt=pem)
    assert said.said == "example.com (auto-detected)"
    wrong = visitor.submit(visitor.see("ssl/crts.html"), "uploadcrt.html", crt=HOSTILE)
    assert wrong.details == "The certificate could not be read."
    [form] = wrong.forms()
    assert form.fields["crt"] == HOSTILE


def test_a_certificate_is_installed_and_removed(visitor: Visitor) -> None:
    assert "There is no certificate for this host." in visitor.body("ssl/install.html")
    certificate(visitor.emulator)
    page = visitor.see("ssl/install.html")
    filled = visitor.submit(page, "install.html", host="example.com")
    done = visitor.submit(filled, "doinstall.html")
    assert done.said == "Your SSL certificate has been successfully installed to your site."
    page = visitor.see("ssl/install.html")
    assert "There is a certificate for this host." in page.source
    assert "192.0.2.10" in page.source
    asked = visitor.follow(page, "uninstallconfirm.html?host=example.com")
    removed = visitor.submit(asked, "uninstall.html")
    assert removed.said == "The SSL host was successfully removed."
    again = visitor.submit(asked, "uninstall.html")
    assert again.details == 'No certificate is stored for "example.com".'


def test_a_host_without_a_certificate_fills_in_what_there_is(visitor: Visitor) -> None:
    filled = visitor.see("ssl/install.html", host="example.com")
    form = next(one for one in filled.forms() if one.action == "doinstall.html")
    assert form.fields["crt"] == ""
    assert "BEGIN RSA PRIVATE KEY" in form.fields["key"]
    assert "No certificate is stored for &quot;example.com&quot;." in filled.source
    refused = visitor.submit(filled, "doinstall.html")
    assert refused.details == '"crt" is a required argument.'


# Overview


def test_the_overview_counts_what_is_stored(visitor: Visitor) -> None:
    assert "1 host has a key" in visitor.body("ssl/index.html")
    certificate(visitor.emulator)
    api1(visitor.emulator, "genkey", HOSTS, "1024")
    page = visitor.see("ssl/index.html")
    assert "2 hosts have a key" in page.source
    assert "1 host has a request" in page.source
    assert "1 certificate is stored" in page.source
    assert len(page.of_class("step-done")) == 3


def test_view_pages_name_what_else_the_host_has(visitor: Visitor) -> None:
    certificate(visitor.emulator)
    [also] = visitor.see("ssl/viewkey.html", host="example.com").of_class("also")
    links = [(one.get("href"), "".join(one.itertext())) for one in also.iter("a")]
    assert links == [
        ("viewkey.html?host=example.com", "Private key"),
        ("viewcsr.html?host=example.com", "Signing request"),
        ("viewcrt.html?host=example.com", "Certificate"),
    ]


# For programs


def test_items_are_json_with_a_row_of_names(visitor: Visitor) -> None:
    assert json.loads(visitor.body("ssl/items.json")) == {
        "user": "user",
        "domain": "example.com",
        "keys": [["host"], ["example.com"]],
        "csrs": [["host"]],
        "certificates": [["host", "issuer", "expiredate"]],
    }
    certificate(visitor.emulator)
    items = json.loads(visitor.body("ssl/items.json"))
    assert items["csrs"] == [["host"], ["example.com"]]
    assert items["certificates"][1][:2] == ["example.com", "example.com"]


def test_items_are_xml(visitor: Visitor) -> None:
    certificate(visitor.emulator)
    items = etree.fromstring(visitor.body("ssl/items.xml").encode())
    assert dict(items.attrib) == {"user": "user", "domain": "example.com"}
    assert [one.tag for one in items] == ["key", "csr", "certificate"]
    assert {one.get("host") for one in items} == {"example.com"}


def test_items_of_any_name_are_escaped(visitor: Visitor) -> None:
    name = """a"b'<&>\\"""
    outcome = visitor.emulator.call(
        "SSL", "generate_key", user="user", api=3, friendly_name=name
    ).outcome
    assert not getattr(outcome, "errors", ())
    assert [name] in json.loads(visitor.body("ssl/items.json"))["keys"]
    items = etree.fromstring(visitor.body("ssl/items.xml").encode())
    assert name in [one.get("host") for one in items]
    keys = visitor.see("ssl/keys.html")
    assert name in hosts(keys)
    assert keys.errors == []


# Accounts and brands


def test_without_the_feature_nothing_is_offered_or_called(visitor: Visitor) -> None:
    account(features={"sslmanager": False})(visitor.emulator)
    page = visitor.see("ssl/keys.html")
    assert "Access denied" in page.source
    assert page.forms() == []
    assert visitor.see("ssl/gencsr.html", **HOST, **SUBJECT).details is not None
    assert "ssl/keys.html" not in set(visitor.see("index.html").addresses())
    assert visitor.see("ssl/install.html").forms()


def test_without_the_install_feature_certificates_are_kept_but_not_installed(
    visitor: Visitor,
) -> None:
    account(features={"sslinstall": False})(visitor.emulator)
    assert "Access denied" in visitor.body("ssl/install.html")
    addresses = set(visitor.see("index.html").addresses())
    assert "ssl/install.html" not in addresses
    assert "ssl/keys.html" in addresses


def test_a_demo_account_is_told_so(visitor: Visitor) -> None:
    assert "This is a demo account" not in visitor.body("index.html")
    account(demo=True)(visitor.emulator)
    assert "This is a demo account" in visitor.body("index.html")
    # Not strict: a refused call is a warning.
    shown = Sight(
        "ssl/gencsr.html",
        visitor.emulator.render("ssl/gencsr.html", user="user", form={**HOST, **SUBJECT}).decode(),
    )
    assert shown.details is not None
    assert "demo account" in shown.details


def test_the_home_page_tells_the_account(visitor: Visitor) -> None:
    page = visitor.see("index.html")
    [facts] = page.of_class("facts")
    values = ["".join(cell.itertext()) for cell in facts.iter("td")]
    assert values == [
        "example.com",
        "user",
        "/home/user",
        "root",
        "x3",
        "192.0.2.10",
        "yes",
        "110 (11.110)",
    ]
