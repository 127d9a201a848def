"""Cutting the bytes of a connection into messages (``liveapi_cli §1.2``)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.call import Api, Arguments, Call
from cpanel_emu.liveapi.frames import FrameDecoder, FrameError
from cpanel_emu.liveapi.messages import (
    Execute,
    Handshake,
    Message,
    PageText,
    Shutdown,
    Unreadable,
)
from tests.liveapi.conversation import (
    BARE_SHUTDOWN,
    GENCSR_ARGUMENTS,
    GENCSR_GO,
    GENCSR_PHP,
    HANDSHAKE,
    SHUTDOWN,
    framed,
)

GENCSR = Execute(Call(Api.API2, "SSL", "gencsr", Arguments(named=GENCSR_ARGUMENTS)))


def decode(data: bytes, *, closed: bool = True, limit: int = 10_000) -> list[Message]:
    return decode_pieces([data], closed=closed, limit=limit)


def decode_pieces(
    pieces: list[bytes], *, closed: bool = True, limit: int = 10_000
) -> list[Message]:
    decoder = FrameDecoder(limit)
    messages: list[Message] = []
    for piece in pieces:
        decoder.receive(piece)
        messages += drain(decoder)
    if closed:
        decoder.close()
        messages += drain(decoder)
    return messages


def drain(decoder: FrameDecoder) -> list[Message]:
    messages = []
    while (message := decoder.next_message()) is not None:
        messages.append(message)
    return messages


def test_a_page_of_the_handbook() -> None:
    assert decode(HANDSHAKE + GENCSR_PHP + SHUTDOWN) == [Handshake(), GENCSR, Shutdown()]


def test_the_form_of_the_go_client() -> None:
    assert decode(GENCSR_GO, closed=False) == [GENCSR]


def test_frames_need_no_end_of_the_connection() -> None:
    assert decode(HANDSHAKE + GENCSR_PHP, closed=False) == [Handshake(), GENCSR]


def test_white_space_between_frames_is_skipped() -> None:
    assert decode(b"\r\n" + HANDSHAKE + b" \n\n" + SHUTDOWN + b"\n") == [Handshake(), Shutdown()]


def test_a_length_line_may_end_with_crlf() -> None:
    assert decode(b'23\r\n<cpaneljson enable="1">') == [Handshake()]


@pytest.mark.parametrize("closed", [True, False])
def test_an_element_without_length(closed: bool) -> None:
    assert decode(BARE_SHUTDOWN, closed=closed) == [Shutdown()]


@pytest.mark.parametrize("closed", [True, False])
def test_an_action_without_length(closed: bool) -> None:
    action = GENCSR_PHP.partition(b"\n")[2]
    assert decode(action + HANDSHAKE, closed=closed) == [GENCSR, Handshake()]


def test_text_without_length_ends_with_its_line() -> None:
    messages = decode(b"hello > you \r\n" + HANDSHAKE, closed=False)
    assert messages == [PageText("hello > you "), Handshake()]


@pytest.mark.parametrize("text", [b"hello", b"<cpanel print", b"<cpanelact", b"-5", b"12x"])
def test_text_without_length_ends_with_the_connection(text: bytes) -> None:
    assert decode(text, closed=False) == []
    assert decode(text) == [PageText(text.decode())]


@pytest.mark.parametrize(
    "data", [b"26", b"26\n", b'26\n<cpanelxml shutdown="1" /', b"281\n<cpanelaction>", b" \n"]
)
def test_what_is_cut_short_is_dropped(data: bytes) -> None:
    assert decode(data) == []


def test_an_empty_payload() -> None:
    assert decode(b"0\n0\n3\n \t\n") == [Unreadable()] * 3


def count_utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("count", [len, count_utf16], ids=["characters", "UTF-16 units"])
def test_lengths_in_characters(count: Callable[[str], int]) -> None:
    payload = (
        '<cpanelaction>{"module":"SSL","func":"gencsr","apiversion":2,'
        '"args":{"city":"Köln","company":"\U0001f600 & </cpanelaction"}}</cpanelaction>'
    )
    frame = b"%d\n%b" % (count(payload), payload.encode())
    named = {"city": "Köln", "company": "\U0001f600 & </cpanelaction"}
    call = Execute(Call(Api.API2, "SSL", "gencsr", Arguments(named=named)))
    assert decode(frame + HANDSHAKE, closed=False) == [call, Handshake()]


def test_an_action_that_never_ends() -> None:
    assert decode(b"17\n<cpanelaction>{} ", closed=False) == []
    assert decode(b"17\n<cpanelaction>{} ") == [Unreadable()]


def test_other_counted_payloads_have_exactly_their_bytes() -> None:
    assert decode("7\nKöln<b13\nabc".encode(), closed=False) == [
        PageText("Köln<b"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"101\n",
        b"99999999999999999999\n",
        b"<" * 100,
        b"x" * 100,
        b"<cpanelaction>" + b" " * 86,
        b"14\n<cpanelaction>" + b" " * 86,
    ],
)
def test_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError, match="more than 100 bytes"):
        decode(data, closed=False, limit=100)


@pytest.mark.parametrize("data", [b"100\n" + b"x" * 100, b"x" * 99, b"x" * 99 + b"\n"])
def test_as_much_as_allowed(data: bytes) -> None:
    assert len(decode(data, limit=100)) == 1


def test_a_page_that_sends_too_much_can_send_nothing_more() -> None:
    decoder = FrameDecoder(limit=10)
    decoder.receive(HANDSHAKE)
    for _ in range(2):
        with pytest.raises(FrameError):
            decoder.next_message()


pieces_of_frames = st.sampled_from(
    [
        HANDSHAKE,
        SHUTDOWN,
        BARE_SHUTDOWN,
        GENCSR_PHP,
        GENCSR_GO,
        GENCSR_GO.partition(b"\n")[2],
        b"<cpanelaction>",
        b"</cpanelaction>",
        b'{"module":"A","func":"b"}',
        b"<",
        b">",
        b"\n",
        b"\r\n",
        b" ",
        b"0",
        b"1",
        b"14\n",
        b"20\n",
        b"99999",
        "ä".encode(),
        b"<cpanel print=",
    ]
)
streams = st.lists(pieces_of_frames | st.binary(max_size=8), max_size=12).map(b"".join)


def outcome(pieces: list[bytes]) -> tuple[list[Message], bool]:
    """Return all messages, and whether the stream ended in a refusal."""
    decoder = FrameDecoder(limit=400)
    messages: list[Message] = []
    try:
        for piece in pieces:
            decoder.receive(piece)
            while (message := decoder.next_message()) is not None:
                messages.append(message)
        decoder.close()
        while (message := decoder.next_message()) is not None:
            messages.append(message)
    except FrameError:
        return messages, True
    return messages, False


@given(data=streams, cuts=st.lists(st.integers(0, 400), max_size=6))
def test_any_pieces_give_the_same_messages(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    whole = outcome([data])
    assert outcome(pieces) == whole
    assert outcome([data[index : index + 1] for index in range(len(data))]) == whole


argument_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    named=st.dictionaries(argument_text, argument_text, max_size=4),
    ascii_only=st.booleans(),
    line_ends=st.booleans(),
    count=st.sampled_from(["bytes", "UTF-16 units", "characters", "none"]),
)
def test_every_client_s_call_arrives(
    named: dict[str, str], ascii_only: bool, line_ends: bool, count: str
) -> None:
    members = {"reqtype": "exec", "module": "M", "func": "f", "apiversion": "2", "args": named}
    content = json.dumps(members, ensure_ascii=ascii_only)
    line_end = "\n" if line_ends else ""
    payload = f"<cpanelaction>{line_end}{content}{line_end}</cpanelaction>"
    lengths = {
        "bytes": f"{len(payload.encode())}\n",
        "UTF-16 units": f"{count_utf16(payload)}\n",
        "characters": f"{len(payload)}\n",
        "none": "",
    }
    data = (lengths[count] + payload).encode()
    call = Execute(Call(Api.API2, "M", "f", Arguments(named=named)))
    assert decode(data + SHUTDOWN, closed=False) == [call, Shutdown()]


@given(payload=st.binary(min_size=1, max_size=60).filter(lambda raw: b"<cpanelaction>" not in raw))
def test_a_counted_payload_never_reaches_into_the_next(payload: bytes) -> None:
    messages = decode(framed(payload) + HANDSHAKE, closed=False)
    assert len(messages) == 2
    assert messages[1] == Handshake()
