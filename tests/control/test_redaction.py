"""No secret is left in bytes, in whatever form it travels."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.journal.redaction import LIMIT, hidden_answer, hidden_frame, hidden_request

HEAD = b"POST /json-api/cpanel HTTP/1.1\r\nHost: h\r\n\r\n"
SECRET = "s3cr3t-Wört"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEsecret\nlines\n-----END RSA PRIVATE KEY-----"


def request(head: bytes = HEAD, body: bytes = b"") -> bytes:
    return hidden_request(head, body).data


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"Authorization: Basic dXNlcjpz", b"Authorization: Basic (hidden)"),
        (b"authorization:WHM root:abc", b"authorization:WHM (hidden)"),
        (b"Authorization: cpanel user:TOKEN", b"Authorization: cpanel (hidden)"),
        (b"Authorization: s3cret", b"Authorization: (hidden)"),
        (b"Authorization: WHM root:ab\r\ncd12\r\n34ef", b"Authorization: WHM (hidden)"),
        (b"Authorization: WHM root:ab\r\n cd\r\n\tef", b"Authorization: WHM (hidden)"),
        (b"Authorization: WHM root:ab\n\r\r\ncd", b"Authorization: WHM (hidden)"),
        (b"Proxy-Authorization: Basic x", b"Proxy-Authorization: Basic (hidden)"),
        (b"Cookie: cpsession=user%3aabc", b"Cookie: (hidden)"),
        (b"X-CPANEL-OTP: 123456", b"X-CPANEL-OTP: (hidden)"),
        (b"Accept: text/html", b"Accept: text/html"),
    ],
)
def test_headers_of_requests(line: bytes, shown: bytes) -> None:
    head = b"GET / HTTP/1.1\r\nHost: h\r\n%b\r\nAccept: x\r\n\r\n"
    assert request(head % line) == head % shown


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (b"/x?password=a&city=b", b"/x?password=(hidden)&city=b"),
        (b"/x?p%61ss=a+b%20c", b"/x?p%61ss=(hidden)"),
        (b"/x?PASS=a&pass=", b"/x?PASS=(hidden)&pass="),
        (b"/cpsess1234567890/json-api/x", b"/cpsess(hidden)/json-api/x"),
        (b"http://u:s3:cret@h:2082/x", b"http://u:(hidden)@h:2082/x"),
        (b"http://h:2082/x@y", b"http://h:2082/x@y"),
        (b"/login/?session=user:abc", b"/login/?session=(hidden)"),
        (b"/x?city=New York&key=a b", b"/x?city=New York&key=(hidden)"),
        (b"/x?compass=a&monkey=b", b"/x?compass=a&monkey=b"),
    ],
)
def test_request_targets(target: bytes, shown: bytes) -> None:
    assert request(b"GET %b HTTP/1.1\r\n\r\n" % target) == b"GET %b HTTP/1.1\r\n\r\n" % shown


def test_form_bodies() -> None:
    body = urlencode({"user": "user", "pass": SECRET, "key": KEY, "host": "h"}).encode()
    assert request(body=body) == HEAD + b"user=user&pass=(hidden)&key=(hidden)&host=h"


def test_positions_that_are_secret() -> None:
    shown = hidden_request(HEAD, b"arg-6=e&arg-7=secret", more_names={"arg-7"})
    assert shown.data == HEAD + b"arg-6=e&arg-7=(hidden)"


def test_multipart_bodies() -> None:
    parts = [("pass", SECRET), ("city", "Houston"), ("key", KEY)]
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (name.encode(), value.encode())
        for name, value in parts
    )
    shown = request(body=body + b"--b--\r\n")
    assert shown == HEAD + (
        b'--b\r\nContent-Disposition: form-data; name="pass"\r\n\r\n(hidden)\r\n'
        b'--b\r\nContent-Disposition: form-data; name="city"\r\n\r\nHouston\r\n'
        b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n(hidden)\r\n--b--\r\n'
    )


def test_json_bodies() -> None:
    body = b'{"host":"h","password" : "a\\"b","token":12,"pass":"cut off'
    assert request(body=body) == HEAD + (
        b'{"host":"h","password" : "(hidden)","token":"(hidden)","pass":"(hidden)"'
    )


def test_documents_of_xmlin() -> None:
    document = "<cpanelaction><args><pass>a b</pass><host>h</host></args></cpanelaction>"
    shown = request(body=b"xmlin=" + quote_plus(document).encode())
    expected = document.replace("a b", "(hidden)")
    assert shown == HEAD + b"xmlin=" + quote(expected, safe="()").encode()
    harmless = b"xmlin=%3Ccpanelaction%3E%3Chost%3Eh%3C/host%3E%3C/cpanelaction%3E"
    assert request(body=harmless) == HEAD + harmless


def test_answers() -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: cpsession=user%3aabc; HttpOnly; path=/\r\n"
        b"Location: /cpsess123/login/?session=user:abc\r\n\r\n"
    )
    body = json.dumps({"status": 1, "security_token": "/cpsess123", "key": KEY}).encode()
    assert hidden_answer(head + body).data == (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: cpsession=(hidden); HttpOnly; path=/\r\n"
        b"Location: /cpsess(hidden)/login/?session=(hidden)\r\n\r\n"
        b'{"status": 1, "security_token": "(hidden)", "key": "(hidden)"}'
    )


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "ENCRYPTED "])
def test_private_keys_anywhere(kind: str) -> None:
    pem = f"-----BEGIN {kind}PRIVATE KEY-----\nabc\n-----END {kind}PRIVATE KEY-----"
    for text in (pem, quote(pem), quote_plus(pem), json.dumps(pem), pem[:45]):
        shown = hidden_answer(f"HTTP/1.1 200 OK\r\n\r\nx={text}|".encode()).data
        assert b"abc" not in shown
        assert b"(hidden private key)" in shown


def test_certificates_and_requests_are_no_secrets() -> None:
    pem = b"-----BEGIN CERTIFICATE REQUEST-----\nabc\n-----END CERTIFICATE REQUEST-----\n"
    assert hidden_frame(pem).data == pem


def test_what_is_long_is_cut_behind_its_secrets() -> None:
    body = b"pass=" + b"x" * (2 * LIMIT)
    shown = hidden_request(HEAD, body)
    assert shown.data == HEAD + b"pass=(hidden)"
    assert (shown.length, shown.is_cut) == (len(HEAD) + len(body), True)
    plain = hidden_answer(b"y" * (2 * LIMIT))
    assert len(plain.data) == LIMIT


def test_short_secrets_are_hidden_where_they_stand_alone() -> None:
    frame = b'{"args":["example.com","ab"],"module":"SSLab"}'
    assert hidden_frame(frame, secrets=["ab"]).data == (
        b'{"args":["example.com","(hidden)"],"module":"SSLab"}'
    )


WRITTEN = st.sampled_from(
    [
        quote,
        quote_plus,
        lambda text: quote(text, safe=""),
        json.dumps,
        lambda text: json.dumps(text, ensure_ascii=False),
        lambda text: text,
    ]
)


@given(
    secret=st.text(st.characters(codec="utf-8", min_codepoint=33), min_size=8, max_size=40),
    write=WRITTEN,
)
def test_a_known_secret_is_hidden_however_it_is_written(secret: str, write: object) -> None:
    assert callable(write)
    secret = f"§{secret}"  # no part of what stands round it
    written: str = write(secret)
    shown = hidden_frame(b"begin|" + written.encode() + b"|end", secrets=[secret]).data
    inner = written.strip('"').encode()
    assert inner not in shown
    assert shown.startswith(b"begin|")
    assert shown.endswith(b"|end")


@given(name=st.sampled_from(["password", "pass", "key", "token"]), value=st.binary(max_size=60))
def test_any_bytes_as_a_form(name: str, value: bytes) -> None:
    pair = f"{name}=".encode() + quote(value).encode()
    shown = request(body=b"city=x&" + pair + b"&host=h")
    hidden = b"(hidden)" if value else b""
    assert shown == HEAD + b"city=x&" + f"{name}=".encode() + hidden + b"&host=h"


@given(st.binary(max_size=3000))
def test_any_bytes_are_taken(data: bytes) -> None:
    for shown in (hidden_request(data, data), hidden_answer(data), hidden_frame(data)):
        assert shown.length in {len(data), 2 * len(data)}
