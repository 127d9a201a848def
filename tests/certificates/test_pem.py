"""PEM as the server writes it (``ssl §3.5``)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.certificates import pem


@given(st.binary(max_size=300))
def test_there_and_back(der: bytes) -> None:
    text = pem.encode("CERTIFICATE", der)
    assert pem.decode(text) == der
    assert not text.endswith("\n")
    assert max(len(line) for line in text.split("\n")[1:-1] or [""]) <= 64


def test_columns() -> None:
    assert pem.encode("CERTIFICATE REQUEST", bytes(51)) == (
        "-----BEGIN CERTIFICATE REQUEST-----\n"
        + "A" * 64
        + "\nAAAA\n-----END CERTIFICATE REQUEST-----"
    )


def test_other_line_ends_and_text_around() -> None:
    text = "before\r\n-----BEGIN X-----\r\nAAAA\r\nAAAA\r\n-----END X-----\r\nafter"
    assert pem.body(text) == "AAAAAAAA"
    assert pem.decode(text) == bytes(6)


def test_blocks() -> None:
    one, two = pem.encode("ONE", b"1"), pem.encode("TWO", b"2")
    assert pem.blocks(f"# chain\n{one}\n\n{two}\n") == [one, two]
    assert pem.blocks("") == []


@pytest.mark.parametrize(
    "text",
    ["", "AAAA", "-----BEGIN X-----\nAAAA", "-----BEGIN X-----\nAAAA\n-----END Y-----",
     "-----BEGIN X-----\nA*AA\n-----END X-----", "-----BEGIN X-----\nAAA\n-----END X-----"],
)  # fmt: skip
def test_no_pem(text: str) -> None:
    with pytest.raises(ValueError, match="PEM"):
        pem.decode(text)


@pytest.mark.parametrize("text", ["x", "x\n", "x\n\n"])
def test_one_line_end(text: str) -> None:
    assert pem.with_line_end(text) == "x\n"
