"""Parameters from query and body (``wire §2.4``, ``liveapi_cli §6.2``)."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.server.parameters import (
    RequestTooLarge,
    UploadedFile,
    form_values,
    positional,
    read_parameters,
    without_quotes,
)

FORM = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="x-y"'


def values(query: str, content_type: str = "", body: bytes = b"") -> dict[str, str]:
    return dict(read_parameters(query, content_type, body, strip_quotes=False).values)


def test_the_last_of_a_repeated_name_wins_and_the_body_after_the_query() -> None:
    assert values("a=1&a=2&b=3", FORM, b"b=4&b=5&c=6") == {"a": "2", "b": "5", "c": "6"}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        FORM,
        f"{FORM}; charset=UTF-8",
        "APPLICATION/X-WWW-FORM-URLENCODED",
        "application/octet-stream",
    ],
)
def test_a_form_under_every_type_that_clients_send(content_type: str) -> None:
    assert values("", content_type, b"a=1&b=x+y%20z") == {"a": "1", "b": "x y z"}


def test_another_type_of_body_is_no_form() -> None:
    assert values("a=1", "text/plain", b"b=2") == {"a": "1"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", {}),
        ("&&a=1&&", {"a": "1"}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("a=%2520", {"a": "%20"}),
        ("a=%", {"a": "%"}),
        ("a=%zz", {"a": "%zz"}),
        ("a%2Bb=1%2B1", {"a+b": "1+1"}),
        ("a=%FF", {"a": "\ufffd"}),
        ("a=%C3%A4", {"a": "ä"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("a=%00", {"a": "\0"}),
    ],
)
def test_pairs_are_decoded_once(raw: str, expected: dict[str, str]) -> None:
    assert values(raw) == expected
    assert values("", FORM, raw.encode()) == expected


def test_raw_bytes_of_a_query_are_utf_8() -> None:
    # WSGI hands over one character for each byte.
    assert values("a=ä".encode().decode("latin-1")) == {"a": "ä"}
    assert values("a=\xe4") == {"a": "\ufffd"}


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_what_clients_encode_comes_back(pairs: list[tuple[str, str]]) -> None:
    wanted = {name: value for name, value in pairs if _is_text(name) and _is_text(value)}
    for encode in (quote, quote_plus):
        raw = "&".join(f"{encode(n, safe='')}={encode(v, safe='')}" for n, v in wanted.items())
        assert form_values(raw) == wanted


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


@given(st.binary(), st.sampled_from(["", FORM, MULTIPART, "application/json", "multipart/x"]))
def test_any_body_is_read(body: bytes, content_type: str) -> None:
    read = read_parameters("", content_type, body, strip_quotes=True)
    for name, value in read.values.items():
        value.encode()
        assert isinstance(name, str)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"Houston"', "Houston"),
        ('""', ""),
        ('"', '"'),
        ('""x""', '"x"'),
        ('"x', '"x'),
        ('x"', 'x"'),
        ("'x'", "'x'"),
        ("", ""),
    ],
)
def test_one_pair_of_quotes_goes_where_the_release_drops_them(value: str, expected: str) -> None:
    assert without_quotes(value) == expected
    query = f"a={quote(value)}"
    assert read_parameters(query, "", b"", strip_quotes=True).values == {"a": expected}
    assert read_parameters(query, "", b"", strip_quotes=False).values == {"a": value}


def part(headers: str, content: str) -> str:
    return f"--x-y\r\n{headers}\r\n\r\n{content}\r\n"


def test_a_multipart_form() -> None:
    body = (
        part('Content-Disposition: form-data; name="a"', "1")
        + part('Content-Disposition: form-data; name="a"', "2 +%20ä\r\nb")
        + part(
            'Content-Disposition: form-data; name="f"; filename="k.pem"\r\n'
            "Content-Type: application/octet-stream",
            "PEM",
        )
        + "--x-y--\r\n"
    )
    read = read_parameters("a=0&c=3", MULTIPART, body.encode(), strip_quotes=False)
    assert read.values == {"a": "2 +%20ä\r\nb", "c": "3"}
    assert read.files == (UploadedFile("f", "k.pem", b"PEM"),)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n\r\n"),
        ('multipart/form-data; boundary="\xe4"', b"--x\r\n\r\n"),
        (MULTIPART, b"no parts"),
    ],
)
def test_a_broken_multipart_body_has_no_values(content_type: str, body: bytes) -> None:
    assert values("a=0", content_type, body) == {"a": "0"}


def test_a_large_field_is_bounded_by_the_body_alone() -> None:
    body = part('Content-Disposition: form-data; name="a"', "x" * 2_000_000) + "--x-y--\r\n"
    assert len(values("", MULTIPART, body.encode())["a"]) == 2_000_000


def test_too_many_parts_are_refused() -> None:
    body = part('Content-Disposition: form-data; name="a"', "1").encode() * 1001
    with pytest.raises(RequestTooLarge):
        values("", MULTIPART, body)


def test_too_many_pairs_are_refused() -> None:
    assert values("&" * 10_000) == {}
    for query, body in (("&" * 10_001, b""), ("", b"&" * 10_001)):
        with pytest.raises(RequestTooLarge):
            values(query, FORM, body)


def test_a_json_object_has_scalars_as_text() -> None:
    document = {
        "text": "ä",
        "whole": 12,
        "large": 10**30,
        "fraction": 1.50,
        "yes": True,
        "no": False,
        "nothing": None,
        "list": [1],
        "object": {},
    }
    assert values(
        "text=query", "application/json; charset=utf-8", json.dumps(document).encode()
    ) == {
        "text": "ä",
        "whole": "12",
        "large": "1" + 30 * "0",
        "fraction": "1.5",
        "yes": "1",
        "no": "",
        "nothing": "",
    }


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"a"', b"\xff", b"[" * 100_000, b'{"a":NaN}'])
def test_other_json_has_no_values(body: bytes) -> None:
    assert values("", "application/json", body) == {}


@pytest.mark.parametrize(
    ("text", "expected"), [(r"\ud800", "\ufffd"), (r"\udc00a", "\ufffda"), (r"\ud83d\ude00", "😀")]
)
def test_half_a_character_of_json_is_replaced(text: str, expected: str) -> None:
    assert values("", "application/json", f'{{"a":"{text}"}}'.encode()) == {"a": expected}


@pytest.mark.parametrize(
    ("given_values", "expected"),
    [
        ({}, ()),
        ({"host": "x"}, ()),
        ({"arg-0": "a", "arg-1": "b"}, ("a", "b")),
        ({"arg-2": "c", "arg-0": "a"}, ("a", "", "c")),
        ({"arg-99": "z"}, ("",) * 99 + ("z",)),
        ({"arg-100": "z", "arg-x": "z", "arg-": "z", "arg-1x": "z", "arg-²": "z", "0": "z"}, ()),
    ],
)
def test_positional_arguments(given_values: dict[str, str], expected: tuple[str, ...]) -> None:
    assert positional(given_values) == expected
