"""PEM as the emulated server writes it: 64 columns, LF line ends (``ssl §3.5``)."""

from __future__ import annotations

import base64
import binascii
import functools
import re

REQUEST_LABEL = "CERTIFICATE REQUEST"
CERTIFICATE_LABEL = "CERTIFICATE"

_COLUMNS = 64
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----")


def encode(label: str, der: bytes) -> str:
    """Return *der* as PEM under *label*, without a final line end."""
    return encode_body(label, base64.b64encode(der).decode("ascii"))


def encode_body(label: str, body: str) -> str:
    """Return the PEM under *label* for a base64 *body* without line breaks."""
    lines = "\n".join([body[columns] for columns in _lines(len(body))])
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----"


@functools.lru_cache(maxsize=256)
def _lines(length: int) -> tuple[slice, ...]:
    """Return where the lines of a body of so many letters are."""
    return tuple(slice(start, start + _COLUMNS) for start in range(0, length, _COLUMNS))


def blocks(text: str) -> list[str]:
    """Return every PEM block of *text*, whole, without final line ends."""
    return [found[0] for found in _BLOCK.finditer(text)]


def body(pem: str) -> str:
    """Return the base64 body of the first block of *pem*, without line breaks (``ssl §4``).

    Raises:
        ValueError: there is no PEM block.
    """
    found = _BLOCK.search(pem)
    if found is None:
        raise ValueError("no PEM block")
    return "".join(found[2].split())


def decode(pem: str) -> bytes:
    """Return the DER bytes of the first block of *pem*.

    Raises:
        ValueError: there is no PEM block, or its body is not base64.
    """
    try:
        return base64.b64decode(body(pem), validate=True)
    except binascii.Error as error:
        raise ValueError(f"bad base64 in PEM: {error}") from None


def with_line_end(pem: str) -> str:
    """Return *pem* with exactly one final LF, as everything that API 1 prints has it."""
    return pem.rstrip("\n") + "\n"
