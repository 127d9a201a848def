"""Answers of the LiveAPI socket: from envelopes to frames (``liveapi_cli §1.3``). Pure."""

from __future__ import annotations

from cpanel_emu.tongues import json_api, xml_api
from cpanel_emu.tongues.envelopes import Envelope

_START = b'<?xml version="1.0" ?>\n<cpanelresult>'
_END = b"</cpanelresult>\n"

EMPTY = _START + _END
"""Answers a shutdown and what cannot be read (``liveapi_cli §1.3``, ``§1.6``)."""

HANDSHAKE = _START + b'{"data":{"result":"json"}}' + _END
"""Answers ``<cpaneljson enable="1">``."""

_PRINTED_XML_ORDER = ("type", "command", "source", "apiversion", "data", "event")


def encode(envelope: Envelope, *, as_json: bool) -> bytes:
    """Return the frame with *envelope*: as JSON, or before the handshake as XML (``wire §6``)."""
    if not as_json:
        return xml_api.encode(envelope)
    return _json_frame(json_api.encode(envelope).rstrip(b"\n"))


def encode_printed(word: str, text: str, *, as_json: bool) -> bytes:
    """Return the answer to ``cpanelprint`` and its like: *text*, with *word* as ``command``."""
    envelope = Envelope(
        members={
            "apiversion": "1",
            "type": "internal",
            "command": word,
            "source": "internal",
            "data": {"result": text},
            "event": {"result": 1},
        },
        wrapped=False,
        xml_order=_PRINTED_XML_ORDER,
    )
    return encode(envelope, as_json=as_json)


def encode_verdict(word: str, *, holds: bool, as_json: bool) -> bytes:
    """Return the answer to ``cpanelif`` and ``cpanelfeature``; *word* is ``if`` or ``feature``.

    In JSON, one LF stands before the closing tag.
    """
    envelope = Envelope(
        members={"data": {"result": int(holds)}, "module": word, "apiversion": 1}, wrapped=True
    )
    return _json_frame(json_api.encode(envelope)) if as_json else xml_api.encode(envelope)


def _json_frame(json_text: bytes) -> bytes:
    """Frame *json_text*: clients look for tags in it, so ``<``, ``>`` and ``&`` are escaped."""
    escaped = (
        json_text.replace(b"<", rb"\u003c").replace(b">", rb"\u003e").replace(b"&", rb"\u0026")
    )
    return _START + escaped + _END
