"""Whole requests out of pieces: order, ends, limits, and one meaning for every byte stream."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.server.http1 import Phase, Request, RequestReader, UnreadableRequest
from cpanel_emu.server.limits import Limits

LIMITS = Limits(head_bytes=200, header_lines=10, body_bytes=100)


def read_all(*pieces: bytes, end: bool = False) -> list[Request | int]:
    """Return the requests in *pieces*; a refusal, as its status, ends the list."""
    reader = RequestReader(LIMITS)
    found: list[Request | int] = []
    for left, piece in enumerate(pieces, 1 - len(pieces)):
        reader.feed(piece)
        if left == 0 and end:
            reader.end()
        try:
            while request := reader.next_request():
                found.append(request)
                if request.last:
                    return found
        except UnreadableRequest as refused:
            return [*found, refused.status]
    return found


def get(target: str, **fields: str) -> Request:
    return Request("GET", target, 1, fields, b"", last=False)


@pytest.mark.parametrize(
    "stream",
    [
        b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nhost: h\r\n\r\n",
        b"\r\n\r\nGET /a HTTP/1.1\r\n\r\n\r\nGET /b HTTP/1.1\r\nhost: h\r\n\r\n\r\n",
        b"\nGET /a HTTP/1.1\n\n\nGET /b HTTP/1.1\nhost: h\n\n",
        b"GET /a HTTP/1.1\r\n\nGET /b HTTP/1.1\nhost: h\r\n\n",
    ],
)
def test_blank_lines_between_requests_and_bare_line_feeds(stream: bytes) -> None:
    expected = [get("/a"), get("/b", host="h")]
    assert read_all(stream) == expected
    assert read_all(*(bytes([byte]) for byte in stream)) == expected


@pytest.mark.parametrize(
    ("head", "last"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n\r\n", True),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: TE, Close\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nConnection: closed\r\n\r\n", False),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", False),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding:\r\nContent-Length: 0\r\n\r\n", True),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            True,
        ),
    ],
)
def test_after_which_requests_no_other_can_follow(head: bytes, last: bool) -> None:
    (request,) = read_all(head)
    assert isinstance(request, Request)
    assert request.last is last


@pytest.mark.parametrize(
    "stream",
    [
        b"hello\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx",
    ],
)
def test_what_is_no_request_is_refused_as_soon_as_it_is_seen(stream: bytes) -> None:
    assert read_all(stream) == [400]


@pytest.mark.parametrize(
    "stream",
    [
        b"GET / HTTP/1.1",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\nabc",
    ],
)
def test_a_request_that_ends_early_is_refused_and_never_guessed(stream: bytes) -> None:
    assert read_all(stream) == []
    assert read_all(stream, end=True) == [400]


def test_the_end_after_whole_requests_is_no_error() -> None:
    assert read_all(b"GET /a HTTP/1.1\r\n\r\n\r\n", end=True) == [get("/a")]


def test_a_disputed_body_is_settled_by_the_end() -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
    (request,) = read_all(head + b"abcd", end=True)
    assert isinstance(request, Request)
    assert request.body == b"abcd"


def test_settling_ends_the_doubt_about_a_body_and_nothing_else() -> None:
    reader = RequestReader(LIMITS)
    reader.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nabc")
    reader.settle()
    assert reader.next_request() is None
    assert not reader.undecided
    reader.feed(b"d")
    assert reader.next_request() is None
    assert reader.undecided
    reader.settle()
    request = reader.next_request()
    assert request is not None
    assert request.body == b"abcd"


def test_the_request_line_and_the_fields_have_the_limit_each() -> None:
    target = "/" + "x" * (200 - len("GET / HTTP/1.1"))
    field = b"A: " + b"y" * 195 + b"\r\n"
    whole = b"GET %b HTTP/1.1\r\n%b\r\n" % (target.encode(), field)
    (request,) = read_all(whole)
    assert request == get(target, a="y" * 195)
    assert read_all(b"GET %bxxx HTTP/1.1\r\n\r\n" % target.encode()) == [431]
    assert read_all(b"GET / HTTP/1.1\r\nA: " + b"y" * 203 + b"\r\n\r\n") == [431]


def test_a_head_without_end_is_refused_once_it_is_too_long() -> None:
    assert read_all(b"G" * 202) == []
    assert read_all(b"G" * 203) == [431]
    assert read_all(b"GET / HTTP/1.1\r\n" + b"y" * 203) == [431]
    assert read_all(b"GET / HTTP/1.1\r\n" + b"A:\r\n" * 11 + b"\r\n") == [431]


def test_a_body_beyond_the_limit_is_refused_without_a_byte_of_it() -> None:
    assert read_all(b"POST / HTTP/1.1\r\nContent-Length: 2147483648\r\n\r\n") == [413]


def test_how_far_a_request_has_come() -> None:
    reader = RequestReader(LIMITS)
    seen = [reader.phase]
    for piece in [b"\r\n", b"PO", b"ST / HTTP/1.1\r\n", b"Content-Length: 2\r\n\r\n", b"a", b"b"]:
        reader.feed(piece)
        request = reader.next_request()
        seen.append(reader.phase)
    assert request is not None
    assert seen == [
        Phase.IDLE,
        Phase.IDLE,
        Phase.HEAD,
        Phase.HEAD,
        Phase.BODY,
        Phase.BODY,
        Phase.IDLE,
    ]


@pytest.mark.parametrize(
    ("stream", "wants"),
    [
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na", False),
        (b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", False),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", False),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\n", False),
        (
            (
                b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            ),
            False,
        ),
    ],
)
def test_who_may_be_waiting_to_be_told_to_go_on(stream: bytes, wants: bool) -> None:
    reader = RequestReader(LIMITS)
    reader.feed(stream)
    assert reader.next_request() is None
    assert reader.wants_continue is wants


def test_what_is_held_is_counted() -> None:
    reader = RequestReader(LIMITS)
    reader.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")
    assert reader.next_request() is None
    assert reader.held == 3
    reader.feed(b"de\r\n0\r\n\r\nGET")
    assert reader.next_request() is not None
    assert reader.held == 3


PIECES = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /a HTTP/1.1\r\n",
        b"POST /a HTTP/1.0\r\n",
        b"Host: h\r\n",
        b"Content-Length: 3\r\n",
        b"Content-Length: 4\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"Authorization: WHM root:\n",
        b"0a1b\n",
        b" folded\r\n",
        b"\r\n",
        b"\n",
        b"abc",
        b"3\r\nabc\r\n0\r\n\r\n",
        b"a;b=c",
        b"\0",
        b"\r",
        b"x" * 150,
    ]
)
STREAMS = st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join)


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 200), max_size=5), end=st.booleans())
def test_a_stream_means_the_same_wherever_packets_end(
    stream: bytes, cuts: list[int], end: bool
) -> None:
    # The early refusals may come with an earlier packet, but never change what was read.
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    pieces = [stream[a:b] for a, b in itertools.pairwise(places)] or [b""]
    assert read_all(*pieces, end=end) == read_all(stream, end=end)


@given(stream=STREAMS)
def test_two_framings_never_leave_the_connection_open(stream: bytes) -> None:
    for request in read_all(stream, end=True):
        if isinstance(request, Request) and "transfer-encoding" in request.fields:
            assert request.last or "content-length" not in request.fields


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_no_bytes_break_the_reader(pieces: list[bytes]) -> None:
    for outcome in read_all(*pieces, b"", end=True):
        assert isinstance(outcome, Request) or outcome in {400, 413, 431}
