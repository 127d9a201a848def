"""API 1 module SSL, as old theme pages call it (``ssl §7``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cpanel_emu.certificates import keys
from cpanel_emu.certificates.key_text import key_text as text_of_key
from tests.functions.caller import EXAMPLE, EXAMPLE_KEY, Caller, key_text

MakeCaller = Callable[[str], Caller]
SUBJECT = ("example.com", "US", "Texas", "Houston", "cPanel", "Documentation", "user@example.com")
"""The order of real theme pages: host, country, state, city, company, division, email."""


def test_the_pages_of_an_old_ssl_manager(make_caller: MakeCaller) -> None:
    caller = make_caller("11.32")
    assert caller.print("genkey", "example.com", "2048") == "Private key generated!"
    assert caller.print("gencsr", *SUBJECT, "12345luggage") == (
        "Certificate Signing Request generated!"
    )
    assert caller.print("gencrt", *SUBJECT) == "Certificate generated!"
    certificate = caller.print("showcrt", "example.com")
    key = caller.print("showkey", "example.com", "0")
    assert caller.print("install", "example.com", certificate, key, "") == (
        "Your SSL certificate has been successfully installed to your site."
    )
    assert caller.variables("installedhost") == {"sslhost": "example.com"}
    assert caller.print("delete", domain="example.com") == (
        " <br />The SSL host was successfully removed.\n"
    )
    assert caller.print("showcrt", "example.com") == certificate, "files stay"


@pytest.mark.parametrize(
    ("function", "label"),
    [
        ("showcsr", "CERTIFICATE REQUEST"),
        ("showkey", "RSA PRIVATE KEY"),
        ("showcrt", "CERTIFICATE"),
    ],
)
@pytest.mark.parametrize("mode", [(), ("",), ("0",)])
@pytest.mark.parametrize("release", ["11.36", "11.40", "docs"])
def test_show(
    make_caller: MakeCaller, function: str, label: str, mode: tuple[str, ...], release: str
) -> None:
    caller = make_caller(release).with_example_key()
    caller.row("gencsr", **EXAMPLE)
    caller.row("gencrt", **EXAMPLE)
    printed = caller.print(function, "EXAMPLE.com", *mode)
    assert printed.startswith(f"-----BEGIN {label}-----\n")
    assert printed.endswith(f"\n-----END {label}-----\n")
    assert "<" not in printed


def test_text_mode(caller: Caller) -> None:
    caller.row("gencsr", **EXAMPLE)
    caller.row("gencrt", **EXAMPLE)
    request = caller.print("showcsr", "example.com", "1")
    assert request.startswith("Certificate Request:\n    Data:\n        Version: 1 (0x0)\n")
    assert request.endswith("\n")
    certificate = caller.print("showcrt", "example.com", "1")
    assert certificate == caller.row("listcrts")["ssltxt"]
    assert caller.print("showkey", "example.com", "1") == text_of_key(keys.parse(EXAMPLE_KEY))


def test_named_arguments_work_too(caller: Caller) -> None:
    assert caller.print("showkey", host="example.com") == EXAMPLE_KEY
    assert caller.print("showkey", "example.com", host="other.example") == EXAMPLE_KEY


@pytest.mark.parametrize(
    ("function", "word"),
    [("showcsr", "CSR"), ("showkey", "key"), ("showcrt", "certificate"), ("deletecsr", "CSR"),
     ("deletekey", "key"), ("deletecrt", "certificate"), ("delete", "certificate")],
)  # fmt: skip
def test_nothing_there(make_caller: MakeCaller, function: str, word: str) -> None:
    caller = make_caller("docs")
    text = f'No {word} is stored for "example.com".'
    assert caller.print_refused(function, "Example.com") == text
    name = "domain" if function == "delete" else "host"
    assert caller.print_refused(function) == f'"{name}" is a required argument.'
    assert caller.print_refused(function, "x") == f'"{name}" is not a valid domain name.'


def test_a_damaged_file_counts_as_none(caller: Caller) -> None:
    caller.row("gencsr", **EXAMPLE)
    (path,) = (caller.folder / "ssl" / "csrs").iterdir()
    path.write_text("damaged")
    text = 'No CSR is stored for "example.com".'
    assert caller.print_refused("showcsr", "example.com", "1") == text
    path.unlink()
    assert caller.print_refused("showcsr", "example.com") == text


@pytest.mark.parametrize("function", ["deletekey", "deletecsr", "deletecrt"])
def test_delete_takes_all_of_the_host(caller: Caller, function: str) -> None:
    caller.row("uploadkey", key=key_text("pool/rsa-2048-4.key"), host="example.com")
    for city in ("Houston", "Dallas"):
        caller.row("gencsr", **{**EXAMPLE, "city": city})
        caller.row("gencrt", **{**EXAMPLE, "city": city})
    caller.row("genkey", host="other.example")
    assert caller.print(function, "example.com") == ""
    left = {
        row["type"]
        for row in caller.rows("listsslitems", domains="example.com", items="key|csr|crt")
    }
    deleted = {"deletekey": "key", "deletecsr": "csr", "deletecrt": "crt"}[function]
    assert left == {"key", "csr", "crt"} - {deleted}
    assert {"host": "other.example"} in caller.rows("listkeys")


def test_upload_forms(make_caller: MakeCaller, caller: Caller) -> None:
    other = make_caller("11.32")
    assert other.print("uploadkey", key=EXAMPLE_KEY, host="example.com") == "The key was uploaded."
    caller.row("gencrt", **EXAMPLE)
    certificate = caller.print("showcrt", "example.com")
    assert other.print("uploadcrt", crt=certificate) == "example.com (auto-detected) "
    assert other.print_refused("uploadcrt") == '"crt" is a required argument.'
    assert other.print_refused("uploadkey") == '"key" is a required argument.'


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), '"city" is a required argument.'),
        (("x", "US", "Texas", "Houston", "cPanel"), '"host" is not a valid domain name.'),
        (("a.example", "US", "Texas", "Houston", "cPanel", "", "", "p" * 256),
         '"password" is longer than 255 characters.'),
        (("a.example", "US", "Texas", "Houston", "cPanel"),
         ('You must install a key for "a.example" before you generate a certificate signing '
         "request.")),
    ],
)  # fmt: skip
def test_gencsr_refused(caller: Caller, arguments: tuple[str, ...], text: str) -> None:
    assert caller.print_refused("gencsr", *arguments) == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), '"domain" is a required argument.'),
        (("x",), '"crt" is a required argument.'),
        (("x", "x"), '"key" is a required argument.'),
        (("x", "x", "x"), '"domain" is not a valid domain name.'),
        (("example.com", "x", "x"), "The certificate could not be read."),
    ],
)
def test_install_refused(caller: Caller, arguments: tuple[str, ...], text: str) -> None:
    assert caller.print_refused("install", *arguments) == text


def test_listkeysopt(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    assert caller.print("listkeysopt") == ""
    for host in ("b.example", "*.a.example"):
        caller.row("genkey", host=host)
    caller.mapping("generate_key", friendly_name='<"x">')
    assert caller.print("listkeysopt") == (
        '<option value="*.a.example">*.a.example</option>'
        '<option value="&lt;&quot;x&quot;&gt;">&lt;&quot;x&quot;&gt;</option>'
        '<option value="b.example">b.example</option>'
    )


def test_page_variables(make_caller: MakeCaller) -> None:
    caller = make_caller("docs")
    assert caller.variables("installedhost") == {"sslhost": "example.com"}
    assert caller.variables("checksharedcrt") == {"hassharedcrt": "0", "sharedsslhost": ""}
    assert caller.variables("sslsharedstatus") == {"sslsharedstatus": "0"}


def test_installedhost_prefers_what_is_installed(caller: Caller) -> None:
    caller.row("gencrt", **EXAMPLE)
    certificate = caller.print("showcrt", "example.com")
    for domain in ("z.example", "b.example"):
        caller.print("install", domain, certificate, EXAMPLE_KEY)
    assert caller.variables("installedhost") == {"sslhost": "b.example"}
    caller.account = replace(caller.account, domain="z.example")
    assert caller.variables("installedhost") == {"sslhost": "z.example"}
