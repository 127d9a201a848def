"""Parameters of a request: from query and body to names and texts (``wire §2.4``). Pure."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from cpanel_emu.call import whole_text
from cpanel_emu.errors import EmulatorError

_FORM_TYPES = frozenset({"", "application/x-www-form-urlencoded", "application/octet-stream"})
_MOST_PARTS = 1000
_MOST_PAIRS = 10_000
_MOST_ESCAPES = 1_000_000
"""Each costs a thousand times the time of a plain character."""
_POSITION = re.compile(r"arg-([0-9]{1,2})")


class RequestTooLarge(EmulatorError):
    """A request has more bytes, parameters or parts than the server takes."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file part of a multipart body."""

    field: str
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request says: the merged parameters, and file parts if it has any."""

    values: Mapping[str, str]
    files: tuple[UploadedFile, ...] = ()


def read_parameters(
    query: str, content_type: str, body: bytes, *, strip_quotes: bool
) -> Parameters:
    """Merge query and body; for a repeated name the last one wins, body after query.

    Args:
        query: the raw query string.
        content_type: the request's Content-Type, or ``""``.
        body: the whole body.
        strip_quotes: whether values lose one pair of surrounding quotes (profile ``docs``).

    Raises:
        RequestTooLarge: there are too many of them.
    """
    values = form_values(query) if query else {}
    files: tuple[UploadedFile, ...] = ()
    if body:
        fields, files = _read_body(content_type, body)
        values.update(fields)
    if strip_quotes:
        for name, value in values.items():
            if '"' in value:
                values[name] = without_quotes(value)
    return Parameters(values, files)


def form_values(raw: str) -> dict[str, str]:
    """Return the values of a query or form; empty pairs are ignored, decoding happens once.

    Args:
        raw: latin-1 text, one character for each byte.

    Raises:
        RequestTooLarge: there are too many of them.
    """
    if len(raw) > _MOST_PAIRS:  # counting a short one costs half of reading it
        _refuse_too_many(raw)
    is_plain = "%" not in raw and "+" not in raw and raw.isascii()
    values: dict[str, str] = {}
    for pair in raw.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            if not is_plain:
                name, value = _decoded(name), _decoded(value)
            values[name] = value
    return values


def _refuse_too_many(raw: str) -> None:
    if raw.count("&") > _MOST_PAIRS:
        raise RequestTooLarge(f"There are more than {_MOST_PAIRS} parameters.")
    if raw.count("%") > _MOST_ESCAPES:
        raise RequestTooLarge(f"There are more than {_MOST_ESCAPES} escaped characters.")


def _decoded(raw: str) -> str:
    raw = raw.replace("+", " ")
    if "%" not in raw and raw.isascii():
        return raw
    return unquote_to_bytes(raw.encode("latin-1", "replace")).decode("utf-8", "replace")


def without_quotes(value: str) -> str:
    """Return *value* without one pair of double quotes round it (``wire §2.4``)."""
    if len(value) >= 2 and value.startswith('"') and value.endswith('"'):
        return value[1:-1]
    return value


def _read_body(
    content_type: str, body: bytes
) -> tuple[Mapping[str, str], tuple[UploadedFile, ...]]:
    if content_type in _FORM_TYPES:
        return form_values(body.decode("latin-1")), ()
    kind, options = parse_options_header(content_type)
    kind = kind.strip().lower()
    if kind in _FORM_TYPES:
        return form_values(body.decode("latin-1")), ()
    if kind == "multipart/form-data":
        return _read_multipart(options.get("boundary", ""), body)
    if kind == "application/json":
        return _read_json(body), ()
    return {}, ()


def _read_multipart(
    boundary: str, body: bytes
) -> tuple[Mapping[str, str], tuple[UploadedFile, ...]]:
    if not boundary.isascii():
        return {}, ()
    parser = MultiPartParser(max_form_memory_size=None, max_form_parts=_MOST_PARTS)
    try:
        fields, parts = parser.parse(io.BytesIO(body), boundary.encode("ascii"), len(body))
    except (ValueError, LookupError):
        return {}, ()
    except RequestEntityTooLarge:
        raise RequestTooLarge(f"The body has more than {_MOST_PARTS} parts.") from None
    uploads = tuple(
        UploadedFile(name or "", part.filename or "", part.stream.read())
        for name, part in parts.items(multi=True)
    )
    for same_name in parts.listvalues():
        for part in same_name:
            part.close()
    # A part need not have a name; then it is no parameter.
    return {name: values[-1] for name, values in fields.lists() if name is not None}, uploads


def _read_json(body: bytes) -> Mapping[str, str]:
    try:
        tree = json.loads(body.decode("utf-8", "replace"), parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(tree, dict):
        return {}
    if len(tree) > _MOST_PAIRS:
        raise RequestTooLarge(f"There are more than {_MOST_PAIRS} parameters.")
    texts = ((name, _json_text(value)) for name, value in tree.items())
    return {whole_text(name): text for name, text in texts if text is not None}


def _json_text(value: object) -> str | None:
    """Return a JSON scalar as text: true is ``1``, false and null are empty."""
    if isinstance(value, bool):
        return "1" if value else ""
    if value is None:
        return ""
    return whole_text(value) if isinstance(value, str) else None


def positional(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return API 1's ``arg-0``, ``arg-1`` … to ``arg-99`` in order (``wire §2.3``).

    Those that are missing before the last one are ``""``.
    """
    found = {
        int(position[1]): value
        for name, value in values.items()
        if name.startswith("arg-") and (position := _POSITION.fullmatch(name))
    }
    return tuple(found.get(index, "") for index in range(max(found, default=-1) + 1))
