"""What a subject may hold, and the refusals in their order (``ssl §2.1``, ``ssl §2.2``)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.certificates.values import (
    API2_NAMES,
    SubjectValues,
    are_usual,
    canonical_host,
    checked_host,
    checked_one_by_one,
    checked_values,
    is_email,
)
from cpanel_emu.errors import Failure
from tests.certificates.examples import EXAMPLE


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.Com", "example.com"),
        ("*.example.com", "*.example.com"),
        ("a.b", "a.b"),
        ("1.2.3.example", "1.2.3.example"),
        ("a--b.example", "a--b.example"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("*.Bücher.example", "*.xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
        ("bücher。example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
        ("a." * 125 + "abc", "a." * 125 + "abc"),
    ],
)
def test_hosts(text: str, host: str) -> None:
    assert canonical_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "example.com.",
        ".example.com",
        "a..example",
        "-a.example",
        "a-.example",
        "a_b.example",
        "192.0.2.10",
        "example.123",
        "*.com",
        "*example.com",
        "www.*.example.com",
        "*.*.example.com",
        "*",
        " example.com",
        "example.com\n",
        "exa mple.com",
        "http://example.com",
        "example.com/x",
        "../example.com",
        f"{'a' * 64}.example",
        "a." * 125 + "abcd",
        "ü" * 2000 + ".example",
        "\ud800.example",
        "\u200d.example",
    ],
)
def test_no_hosts(text: str) -> None:
    assert canonical_host(text) is None


@given(st.text(max_size=300))
def test_a_host_is_its_own_canonical_form(text: str) -> None:
    host = canonical_host(text)
    if host is not None:
        assert canonical_host(host) == host
        assert host.isascii()
        assert not set(host) & set("/\\\0 \n")


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "first.last+tag@sub.example.com",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "User@EXAMPLE.COM",
        "user@1.2.3.example",
        f"{'m' * 64}@example.com",
    ],
)
def test_emails(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "@example.com",
        "user@",
        "user@localhost",
        "user@*.example.com",
        "user@bücher.example",
        "üser@example.com",
        ".user@example.com",
        "user.@example.com",
        "us..er@example.com",
        "us er@example.com",
        "a@b@example.com",
        '"user"@example.com',
        "user@example.com.",
        "user@192.0.2.10",
        f"{'m' * 65}@example.com",
        "user@example.com\n",
    ],
)
def test_no_emails(text: str) -> None:
    assert not is_email(text)


def _refusal(values: SubjectValues) -> str:
    with pytest.raises(Failure) as caught:
        checked_values(values)
    return str(caught.value)


_LONG_HOST = f"{'h' * 57}.example"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        # Row 1, in the order of the handbook.
        (replace(EXAMPLE, city="", company="", country="", hosts=("",), state=""), "city"),
        (replace(EXAMPLE, company="", country="", hosts=("",), state=""), "company"),
        (replace(EXAMPLE, country="", hosts=("",), state=""), "country"),
        (replace(EXAMPLE, hosts=("",), state=""), "host"),
        (replace(EXAMPLE, hosts=()), "host"),
        (replace(EXAMPLE, state=""), "state"),
        # Row 1 comes before row 2, whatever the name.
        (replace(EXAMPLE, country="USA", state=""), "state"),
    ],
)
def test_missing(values: SubjectValues, text: str) -> None:
    assert _refusal(values) == f'"{text}" is a required argument.'


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (replace(EXAMPLE, country="USA", hosts=("x",)),
         '"country" must be the country\'s two-letter abbreviation.'),
        (replace(EXAMPLE, country="Ü1"),
         '"country" must be the country\'s two-letter abbreviation.'),
        (replace(EXAMPLE, hosts=("x",), email="x"), '"host" is not a valid domain name.'),
        (replace(EXAMPLE, email="x", city="c" * 129), '"email" is not a valid email address.'),
        (replace(EXAMPLE, city="c" * 129, company="c" * 65),
         '"city" is longer than 128 characters.'),
        (replace(EXAMPLE, company="c" * 65, companydivision="c" * 65),
         '"company" is longer than 64 characters.'),
        (replace(EXAMPLE, companydivision="c" * 65, hosts=(_LONG_HOST,)),
         '"companydivision" is longer than 64 characters.'),
        (replace(EXAMPLE, email=f"{'m' * 64}@{'d' * 60}.{'d' * 60}.{'d' * 61}.example"),
         '"email" is longer than 255 characters.'),
        (replace(EXAMPLE, hosts=(_LONG_HOST,), state="s" * 129),
         '"host" is longer than 64 characters.'),
        (replace(EXAMPLE, state="s" * 129, password="p" * 256),
         '"state" is longer than 128 characters.'),
        (replace(EXAMPLE, password="p" * 256, city="\n"),
         '"password" is longer than 255 characters.'),
        (replace(EXAMPLE, city="a\x00", company="\x1f"), '"city" contains a control character.'),
        (replace(EXAMPLE, company="a\x7fb", companydivision="\x80"),
         '"company" contains a control character.'),
        (replace(EXAMPLE, companydivision="\x9f", state="\t"),
         '"companydivision" contains a control character.'),
        (replace(EXAMPLE, state="\x85", password="\n"), '"state" contains a control character.'),
        (replace(EXAMPLE, password="p\n"), '"password" contains a control character.'),
    ],
)  # fmt: skip
def test_refusals_in_order(values: SubjectValues, text: str) -> None:
    assert _refusal(values) == text


def test_the_bounds_are_reached() -> None:
    values = replace(
        EXAMPLE,
        city="é" * 128,
        company="é" * 64,
        companydivision="é" * 64,
        email=f"{'m' * 64}@{'d' * 60}.{'d' * 60}.{'d' * 60}.example",
        hosts=(f"{'h' * 56}.example",),
        state="é" * 128,
        password="\u00a0" * 255,
    )
    assert checked_values(values) == values


def _near(
    right: str, *bounds: int, letters: str = "aZé0 .-\x00\x1f\x7f\x85\n"
) -> st.SearchStrategy[str]:
    """Return a strategy of values that are right, or nearly so, or of a length near a bound."""
    lengths = [length for bound in bounds for length in (bound - 1, bound, bound + 1)]
    return st.one_of(
        st.just(right),
        st.sampled_from(["", *("x" * length for length in lengths)]),
        st.text(letters, max_size=12),
    )


_DOMAINS = st.one_of(
    st.sampled_from(["example.com", "a.b", "*.example.com", f"{'h' * 60}.com", f"{'h' * 61}.com"]),
    st.text("ab.-*Z10\x00@_", max_size=10).map(lambda text: f"{text}.com"),
    st.text("ab.-*Z10\x00é_", max_size=10),
)
_ADDRESSES = st.one_of(
    st.just(""),
    st.builds("{}@{}".format, st.text("ab.-_+Z0@!\x00 ", max_size=8), _DOMAINS),
    st.builds("{}@example.com".format, st.integers(50, 70).map(lambda length: "m" * length)),
)


@given(
    st.builds(
        SubjectValues,
        city=_near("Houston", 128),
        company=_near("cPanel", 64),
        companydivision=_near("Documentation", 64),
        country=_near("US", letters="aUS\x00 é"),
        hosts=st.lists(_DOMAINS, min_size=1, max_size=2).map(tuple),
        email=_ADDRESSES,
        state=_near("Texas", 128),
        password=_near("12345luggage", 255),
    )
)
def test_what_one_look_lets_by_every_check_lets_by(values: SubjectValues) -> None:
    if are_usual(values):
        assert checked_one_by_one(values, API2_NAMES) == values


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("city", "x" * 129),
        ("city", ""),
        ("company", "x" * 65),
        ("companydivision", "x" * 65),
        ("country", "us"),
        ("email", "user.@example.com"),
        ("email", f"{'m' * 65}@example.com"),
        ("hosts", (f"{'h' * 61}.com",)),
        ("hosts", ("example.com\0Texas",)),
        ("hosts", ("Example.com",)),
        ("hosts", ("example.com", "x")),
        ("hosts", ()),
        ("state", "a\x85"),
        ("password", "x" * 256),
        ("password", "a\n"),
    ],
)
def test_one_look_tells_what_needs_another(field: str, value: object) -> None:
    assert are_usual(EXAMPLE)
    assert are_usual(replace(EXAMPLE, companydivision="", email="", password=""))
    assert not are_usual(replace(EXAMPLE, **{field: value}))  # type: ignore[arg-type]


def test_what_is_stored() -> None:
    stored = checked_values(replace(EXAMPLE, country="us", hosts=("WWW.Bücher.example",), city=" "))
    assert stored.country == "US"
    assert stored.host == "www.xn--bcher-kva.example"
    assert stored.city == " "


def test_the_a_labels_are_measured() -> None:
    host = f"{'bücher.' * 8}example"
    assert len(host) < 64
    assert _refusal(replace(EXAMPLE, hosts=(host,))) == '"host" is longer than 64 characters.'


def test_names_of_the_function_are_used() -> None:
    names = {name: name.upper() for name in API2_NAMES}
    with pytest.raises(Failure) as caught:
        checked_values(replace(EXAMPLE, hosts=("example.com", "x")), names)
    assert str(caught.value) == '"HOST" is not a valid domain name.'


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", '"domain" is a required argument.'),
        ("x", '"domain" is not a valid domain name.'),
        (_LONG_HOST, '"domain" is longer than 64 characters.'),
    ],
)
def test_one_host(text: str, refusal: str) -> None:
    with pytest.raises(Failure) as caught:
        checked_host("domain", text)
    assert str(caught.value) == refusal
