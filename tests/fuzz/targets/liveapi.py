"""A connection of the LiveAPI socket (``liveapi_cli §1``)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import partial

from cpanel_emu import Emulator
from cpanel_emu.errors import EmulatorError
from cpanel_emu.liveapi.frames import FrameDecoder, FrameError
from cpanel_emu.liveapi.messages import Handshake, Message, Shutdown
from cpanel_emu.liveapi.session import open_standing_session
from tests.fuzz.answers import must_be_json, must_be_xml
from tests.fuzz.emulators import under_attack
from tests.fuzz.target import Target

_LIMIT = 2048
_START = b'<?xml version="1.0" ?>\n<cpanelresult>'
_END = b"</cpanelresult>\n"
_MOST = 10


def _messages(pieces: Iterable[bytes]) -> tuple[list[Message], bool]:
    """Return what a connection says, and whether it said too much."""
    decoder = FrameDecoder(_LIMIT)
    found: list[Message] = []
    try:
        for piece in pieces:
            decoder.receive(piece)
            while (message := decoder.next_message()) is not None:
                found.append(message)
        decoder.close()
        while (message := decoder.next_message()) is not None:
            found.append(message)
    except FrameError:
        return found, True
    return found, False


def _check(emulator: Emulator, data: bytes) -> None:
    messages, _ = told = _messages([data])
    step = 1 + zlib.crc32(data) % 7
    assert _messages(data[at : at + step] for at in range(0, len(data), step)) == told
    session = open_standing_session(emulator, "user")
    as_json = False
    for message in messages[:_MOST]:
        if isinstance(message, Shutdown):
            return
        as_json = as_json or isinstance(message, Handshake)
        try:
            frame = session.answer(message)
        except EmulatorError:
            continue
        assert frame.startswith(b'<?xml version="1.0" ?>\n<cpanelresult>')
        assert frame.endswith(_END)
        content = frame[len(_START) : -len(_END)]
        if as_json and content:
            assert b"<" not in content
            must_be_json(content)
        else:
            must_be_xml(frame)


def _exec(members: bytes) -> bytes:
    payload = b"<cpanelaction>\n{%b}\n</cpanelaction>" % members
    return b"%d\n%b" % (len(payload), payload)


_HELLO = b'23\n<cpaneljson enable="1">'

TARGET = Target(
    about="LiveAPI connections: pieces mean nothing, each message has an answer that parses",
    opened=partial(under_attack, _check),
    covers=(
        "cpanel_emu.liveapi.frames",
        "cpanel_emu.liveapi.payloads",
        "cpanel_emu.liveapi.session",
        "cpanel_emu.liveapi.answers",
        "cpanel_emu.tongues.json_api",
        "cpanel_emu.tongues.xml_api",
        "cpanel_emu.tongues.envelopes",
    ),
    words=(
        _HELLO,
        b"<cpanelaction>",
        b"</cpanelaction>",
        b'<cpanelxml shutdown="1" />',
        b'"reqtype":"exec"',
        b'"module":"SSL"',
        b'"func":"gencsr"',
        b'"func":"listcsrs"',
        b'"apiversion":"uapi"',
        b'"apiversion":1',
        b'"args":',
        b'"module":"print"',
        b'"reqtype":"if"',
        b'<cpanel print="$homedir">',
        b"\\ud800",
        b"null",
        b"\n",
    ),
    seeds=(
        _HELLO + _exec(b'"reqtype":"exec","module":"SSL","func":"listcsrs","apiversion":"2"'),
        _HELLO
        + _exec(b'"reqtype":"exec","module":"print","func":"","apiversion":1,"args":"$user"'),
        _HELLO
        + _exec(b'"reqtype":"if","module":"if","func":"if","apiversion":1,"args":"$user == 1"'),
        _HELLO + b'25\n<cpanel print="$homedir">26\n<cpanelxml shutdown="1" />',
        (
            b"<cpanelaction><reqtype>exec</reqtype><module>SSL</module><func>nosuch</func>"
            b'<apiversion>2</apiversion></cpanelaction><cpanel Demo="say()">\n'
        ),
    ),
)
