"""What every answer must be, whatever was asked."""

from __future__ import annotations

import json
import re

from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_HEADER = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [^\x00-\x08\x0a-\x1f\x7f]*")


def must_be_json(body: bytes) -> None:
    """See that *body* is one JSON text in UTF-8, on one line, and never looks like a web page."""
    text = body.decode("utf-8")
    json.loads(text, parse_constant=_no_number)
    assert "\n" not in text.removesuffix("\n")
    assert "<html>" not in text.lower()


def _no_number(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def must_be_xml(body: bytes) -> None:
    """See that *body* is one XML document that a strict parser takes."""
    etree.fromstring(body, _PARSER)
    assert b"<html>" not in body.lower()


def taken_apart(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an HTTP answer; see that no line was split."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    assert blank
    first, *lines = head.split(b"\r\n")
    assert re.fullmatch(rb"HTTP/1\.1 [1-5][0-9]{2} [^\x00-\x1f\x7f]*", first)
    assert all(_HEADER.fullmatch(line) for line in lines)
    fields = [line.decode("latin-1").partition(": ") for line in lines]
    headers = {name.lower(): value for name, _, value in fields}
    if "content-length" in headers:
        assert int(headers["content-length"]) == len(body)
    return int(first[9:12]), headers, body
