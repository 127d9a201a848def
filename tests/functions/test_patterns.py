"""The regular expressions of ``matches`` (``wire §2.8``): same results as Python's, never long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.functions.pattern_syntax import PatternError
from cpanel_emu.functions.patterns import Pattern

_ATOMS = st.sampled_from(
    ["a", "b", "-", ".", r"\.", r"\d", r"\w", r"\S", "[ab]", "[^a]", "[0-9-]", "^", "$", r"\b"]
)


@st.composite
def _patterns(draw: st.DrawFn) -> str:
    tree = st.recursive(
        _ATOMS,
        lambda part: st.one_of(
            st.lists(part, max_size=3).map("".join),
            st.lists(part, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
            st.tuples(part, st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"])).map(
                lambda pair: f"(?:{pair[0]}){pair[1]}"
            ),
        ),
        max_leaves=6,
    )
    return draw(tree)


@settings(max_examples=400)
@given(_patterns(), st.text("ab-.1 \n", max_size=8))
def test_finds_what_python_finds(pattern: str, text: str) -> None:
    assert Pattern(pattern).found_in(text) == (re.search(pattern, text) is not None)


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_an_error(text: str) -> None:
    try:
        pattern = Pattern(text)
    except PatternError:
        return
    assert pattern.found_in(text) in {True, False}


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^exa", "example.com", True),
        ("^exa", "an example", False),
        (r"\.com$", "example.com", True),
        (r"\.com$", "example.com\n", True),
        (r"$\n", "x\n", True),
        (r"$\n\n", "x\n\n", False),
        (r"\.com\z", "example.com\n", False),
        ("EXAMPLE", "example.com", False),
        ("(?i)EXAM[P-Q]LE", "Example.com", True),
        ("(?i)straße", "STRASSE", True),
        ("^(?:www|mail)[.]", "mail.example.com", True),
        ("^(?:www|mail)[.]", "wwwmail.example.com", False),
        (r"^[\w-]{3}$", "a-b", True),
        (r"^[\w-]{3}$", "a-bc", False),
        (r"\x41\x{42}", "AB", True),
        ("[]a]", "]", True),
        ("a{,2}", "a{,2}", True),
        ("", "", True),
    ],
)
def test_syntax(pattern: str, text: str, found: bool) -> None:
    assert Pattern(pattern).found_in(text) is found


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "*", "a**", r"(a)\1", "(?=a)", "(?<n>a)", r"\p{L}", "a{3,2}", "[z-a]", "\\",
     "a" * 501, "(" * 21 + ")" * 21, "a{9999}", "((a{99}){99}){99}"],
)  # fmt: skip
def test_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        Pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "^(a|a)*$", "(a*)*b", "^(a?){20}a{20}$", "(.*)(.*)(.*)(.*)[^a]$"]
)
def test_patterns_that_never_end_elsewhere(pattern: str) -> None:
    assert Pattern(pattern).found_in("a" * 5_000 + "!") is ("[^a]" in pattern)


def test_work_is_bounded() -> None:
    started = time.process_time()
    pattern = Pattern("(a|b)*a(a|b){300}c")
    texts = ["".join("ab"[number >> bit & 1] for bit in range(16)) * 40 for number in range(1_500)]
    assert not any(pattern.found_in(text) for text in texts)
    assert not pattern.found_in("a" * 301 + "c"), "its share of work is used up"
    # No bound on time, which would depend on the machine; this shows it to people.
    print(f"{time.process_time() - started:.1f} s")


def test_memory_is_bounded() -> None:
    pattern = Pattern("(a|b)*a(a|b){12}$")
    for number in range(300):
        pattern.found_in(f"{number:b}".translate({48: "a", 49: "b"}) * 20)
    assert len(pattern._states) <= 500
