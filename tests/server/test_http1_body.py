"""Where a body ends: by length, by chunks, and where both are announced."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.server.http1 import UnreadableRequest
from cpanel_emu.server.http1.body import (
    ChunkedBody,
    DisputedBody,
    LengthBody,
    body_for,
)

LIMIT = 1000


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def status_of(fields: dict[str, str]) -> int:
    with pytest.raises(UnreadableRequest) as refused:
        body_for(fields, LIMIT)
    return refused.value.status


@pytest.mark.parametrize(
    ("fields", "kind", "ambiguous"),
    [
        ({}, LengthBody, False),
        ({"content-length": "5"}, LengthBody, False),
        ({"content-length": "005"}, LengthBody, False),
        ({"content-length": "5, 5"}, LengthBody, False),
        ({"transfer-encoding": "identity", "content-length": "5"}, LengthBody, True),
        ({"transfer-encoding": "chunked"}, ChunkedBody, False),
        ({"transfer-encoding": "Chunked"}, ChunkedBody, False),
        ({"transfer-encoding": "chunked", "content-length": "5"}, DisputedBody, True),
    ],
)
def test_the_framing_that_fields_announce(
    fields: dict[str, str], kind: type, ambiguous: bool
) -> None:
    body, forbids_another = body_for(fields, LIMIT)
    assert isinstance(body, kind)
    assert forbids_another is ambiguous


@pytest.mark.parametrize(
    "length", ["", "-1", "+1", "1.0", "0x10", "1 2", "1,2", "5, 6", "five", "1_0", "\u0661"]
)
def test_a_length_that_is_not_one_number_is_refused(length: str) -> None:
    assert status_of({"content-length": length}) == 400


@pytest.mark.parametrize("length", ["1001", "2147483648", "9" * 30, "9" * 5000])
def test_a_length_beyond_the_limit_is_refused_at_once(length: str) -> None:
    assert status_of({"content-length": length}) == 413
    assert status_of({"content-length": length, "transfer-encoding": "chunked"}) == 413


@pytest.mark.parametrize(
    "coding",
    ["gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "xchunked", "\vchunked"],
)
def test_any_other_transfer_encoding_is_refused(coding: str) -> None:
    assert status_of({"transfer-encoding": coding}) == 400
    assert status_of({"transfer-encoding": coding, "content-length": "5"}) == 400


def test_a_length_takes_no_more_than_it_says() -> None:
    body, _ = body_for({"content-length": "5"}, LIMIT)
    buffer = bytearray(b"hell")
    assert body.take(buffer) is None
    buffer += b"o, world"
    assert body.take(buffer) == b"hello"
    assert buffer == b", world"


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=40), max_size=6),
    cuts=st.lists(st.integers(0, 300), max_size=6),
)
def test_chunks_are_joined_wherever_packets_end(pieces: list[bytes], cuts: list[int]) -> None:
    wire = chunked(*pieces) + b"rest"
    body = ChunkedBody(LIMIT)
    buffer = bytearray()
    received = None
    places = sorted({min(cut, len(wire)) for cut in cuts} | {0, len(wire)})
    for begin, end in itertools.pairwise(places):
        buffer += wire[begin:end]
        if received is None:
            received = body.take(buffer)
    assert received == b"".join(pieces)
    assert buffer == b"rest"


def test_extensions_and_trailers_are_dropped() -> None:
    buffer = bytearray(b"5;a=b\r\nhello\r\n0;last\r\nX: y\r\nZ: \r\n\r\nrest")
    assert ChunkedBody(LIMIT).take(buffer) == b"hello"
    assert buffer == b"rest"


@pytest.mark.parametrize(
    "wire",
    [
        b"x",
        b"\r\n",
        b";\r\n",
        b" 5\r\n",
        b"5 \r\n",
        b"-5\r\n",
        b"0x5\r\n",
        b"5\n",
        b"5;a\nb\r\n",
        b"5\rx",
        b"12345678123456781\r\n",
        b"5\r\nhello0\r\n",
        b"5\r\nhello\n",
        b"0\r\nX: y\n\r\n",
        b"0\r\n\n",
        b"5;" + b"a" * 5000,
    ],
)
def test_broken_chunks_are_refused(wire: bytes) -> None:
    with pytest.raises(UnreadableRequest) as refused:
        ChunkedBody(LIMIT).take(bytearray(wire))
    assert refused.value.status == 400


def test_chunks_beyond_the_limit_are_refused_before_they_come() -> None:
    body = ChunkedBody(LIMIT)
    assert body.take(bytearray(b"3e0\r\n" + b"x" * 992 + b"\r\n")) is None
    with pytest.raises(UnreadableRequest) as refused:
        body.take(bytearray(b"9\r\n"))
    assert refused.value.status == 413


def test_a_body_that_is_all_framing_is_refused() -> None:
    body = ChunkedBody(1 << 30)
    line = b"1;" + b"a" * 4000 + b"\r\nx\r\n"
    with pytest.raises(UnreadableRequest) as refused:
        body.take(bytearray(line * 300))
    assert refused.value.status == 413
    trailers = ChunkedBody(1 << 30)
    with pytest.raises(UnreadableRequest) as refused:
        trailers.take(bytearray(b"0\r\n" + b"a" * (1 << 20)))
    assert refused.value.status == 413


# Both framings (liveapi_cli §6.2 rule 1).


def disputed(length: int) -> DisputedBody:
    return DisputedBody(length, ChunkedBody(LIMIT))


def test_real_chunks_win_over_the_length() -> None:
    assert disputed(5).take(bytearray(chunked(b"hello, ", b"world"))) == b"hello, world"


def test_a_raw_body_is_cut_by_the_length() -> None:
    buffer = bytearray(b"city=Houston\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n")
    assert disputed(12).take(buffer) == b"city=Houston"
    assert not buffer


def test_chunks_that_break_later_are_a_raw_body_after_all() -> None:
    body = disputed(10)
    assert body.take(bytearray(b"2\r\nab")) is None
    assert body.take(bytearray(b"nonsense")) == b"2\r\nabnonse"


def test_chunks_may_be_longer_than_the_length_says() -> None:
    body = disputed(3)
    assert body.take(bytearray(b"5\r\nhe")) is None
    assert not body.undecided
    assert body.take(bytearray(b"llo\r\n0\r\n\r\n")) == b"hello"


@pytest.mark.parametrize("raw", [b"", b"deadbeef", b"a;b=c"])
def test_what_could_still_become_chunks_is_undecided_until_it_is_settled(raw: bytes) -> None:
    body = disputed(len(raw))
    assert body.take(bytearray(raw)) is None
    assert body.undecided
    assert body.settle() == raw


def test_what_is_short_of_its_length_cannot_be_settled() -> None:
    body = disputed(9)
    assert body.take(bytearray(b"deadbeef")) is None
    assert not body.undecided
    with pytest.raises(UnreadableRequest):
        body.settle()


def test_what_is_held_is_counted() -> None:
    body = disputed(100)
    body.take(bytearray(b"5\r\nhel"))
    assert body.size == len(b"5\r\nhel") + len(b"hel")
    body.take(bytearray(b"x" * 20))
    assert body.size == 26


@given(st.binary(max_size=60), st.integers(0, 60))
def test_both_framings_never_give_anything_but_chunks_or_the_first_bytes(
    data: bytes, length: int
) -> None:
    body = disputed(length)
    whole = body.take(bytearray(data))
    if whole is None:
        return
    try:
        chunks = ChunkedBody(LIMIT).take(bytearray(data))
    except UnreadableRequest:
        chunks = None
    assert whole == (data[:length] if chunks is None else chunks)
