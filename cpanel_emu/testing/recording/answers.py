"""An answer as a case expects it: no secrets, and names for what differs from run to run."""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote_plus

from cpanel_emu.testing.golden import HOST_NAME
from cpanel_emu.testing.messages import Response
from cpanel_emu.testing.recording.exchange import RecordedExchange, RecordedRequest
from cpanel_emu.testing.recording.references import References, brace, outside
from cpanel_emu.testing.recording.secrets import (
    PEM_KINDS,
    hide_in_urls,
    hide_keys,
    hide_members,
    hide_security_tokens,
    pem_pattern,
    plain_pem,
)

_DAY = 86400
_YEAR = 365 * _DAY
_MOST_YEARS = 10

_HTTP_DATE = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2}[ -][A-Z][a-z]{2}[ -][0-9]{4} [0-9:]{8} GMT"
_ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z?"
_TEXT_DATE = r"[A-Z][a-z]{2} [ 0-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4} GMT"
_EPOCH = r"(?<![0-9A-Za-z])[0-9]{10}(?![0-9A-Za-z])"
_PAIR = r"(?:(?:\\n|\s)*[0-9a-fA-F]{2})"
_HEX_PAIRS = rf"(?:[0-9a-fA-F]{{2}}:){{14,}}(?:{_PAIR}:)*(?:{_PAIR}(?![0-9a-zA-Z]))?"
_MODULUS = r"(?<![0-9a-zA-Z])[0-9a-f]{64,}(?![0-9a-zA-Z])"
_ID = r"(?<![0-9a-z])[0-9a-f]{5}_[0-9a-f]{5}_(?:[0-9]{9,10}_)?[0-9a-f]{32}(?![0-9a-z])"

_DATES = {
    _HTTP_DATE: "[A-Z][a-z]{2}, [0-9A-Za-z :-]+ GMT",
    _ISO_DATE: "[0-9-]+[T ][0-9:.]+Z?",
    _TEXT_DATE: "[A-Z][a-z]{2} [0-9 :]+ GMT",
}
"""How dates are found → how they look, in a case that a person reads."""
_NUMBERS = r"(?<=[?&;]post_login=)[0-9]+|(?<=cPanel_magic_revision_)[0-9]+"
_SET_COOKIE = re.compile(r"(?im)^(set-cookie: *[^=;\r\n]+=)([^;\r\n]*)([^\r\n]*)")
_EMPTY_COOKIES = frozenset({"", "closed", "deleted", "expired"})
_LENGTH = re.compile(r"(?im)^(content-length: *)[0-9]+")


def note_sent(request: RecordedRequest, references: References) -> None:
    """Note what a client sent of its own: it is no surprise in an answer, and stays as it is."""
    text = f"{request.target}\n{request.body.decode('utf-8', 'surrogateescape')}"
    text = unquote_plus(text, errors="surrogateescape").replace("\r\n", "\n")
    patterns = (*map(pem_pattern, PEM_KINDS), _ID, _MODULUS, _EPOCH, _ISO_DATE)
    found = {each[0] for pattern in patterns for each in re.finditer(pattern, text)}
    references.sent |= found - references.met.keys()


def write_answer(exchange: RecordedExchange, references: References) -> Response:
    """Return the answer of *exchange* with names in braces, which *references* learn."""
    writer = _Writer(exchange, references, told_time(exchange.answer, exchange.time))
    answer = exchange.answer
    body = writer.body(answer.body.decode("utf-8", "surrogateescape"))
    head = writer.head(answer.head.decode("utf-8", "surrogateescape"))
    return replace(
        answer,
        head=head.encode("utf-8", "surrogateescape"),
        body=body.encode("utf-8", "surrogateescape"),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    exchange: RecordedExchange
    references: References
    now: float

    def head(self, text: str) -> str:
        answer = self.exchange.answer
        # The answer to HEAD tells the length of a body that does not come.
        if answer.header("Content-Length") == str(len(answer.body)):
            text = _LENGTH.sub(r"\1{{length}}", text)
        text = _SET_COOKIE.sub(self._cookie, text)
        text = self._without_host(hide_security_tokens(text, self.references, is_answer=True))
        text = self._numbers(self._fresh(text, _HTTP_DATE, "date", _DATES[_HTTP_DATE]))
        text = self.references.hide_known(text)
        return hide_in_urls(text, self.references, is_answer=True)

    def body(self, text: str) -> str:
        start = text.lstrip()[:1]
        context = {"{": ("json",), "[": ("json",), "<": ("xml",)}.get(start, ())
        known = self.references
        # Keys and PEMs as a whole, before a secret is looked for within their letters.
        text = hide_keys(text, known, is_answer=True)
        for kind, name in PEM_KINDS.items():
            text = self._same(text, pem_pattern(kind), name, pem_pattern(kind))
        text = known.hide_known(text, context)
        text = hide_security_tokens(text, known, is_answer=True)
        if context:
            # What a member tells may stand elsewhere too: a session's name within its URL.
            text = known.hide_known(hide_members(text, known, is_answer=True), context)
        text = hide_in_urls(text, known, is_answer=True)
        text = self._same(text, _ID, "id", "[0-9a-f_]+")
        text = self._same(text, _MODULUS, "modulus", "[0-9a-f]+")
        for date, look in _DATES.items():
            text = self._fresh(text, date, "date", look)
        text = self._numbers(self._fresh(text, _HEX_PAIRS, "hex", _HEX_PAIRS))
        return self._without_host(self._fresh(text, _EPOCH, "time", "[0-9]{10}", self._is_new))

    def _numbers(self, text: str) -> str:
        return self._fresh(text, _NUMBERS, "number", "[0-9]+")

    def _cookie(self, found: re.Match[str]) -> str:
        rest = re.sub(
            r"(?i)(; *port=)([0-9]+)",
            lambda port: port[1] + brace(self.references.fresh("port", "[0-9]+")),
            found[3],
        )
        if found[2].lower() in _EMPTY_COOKIES:
            return found[1] + found[2] + rest
        name = self.references.volatile("session", found[2], "[^;\\r\\n]*")
        return found[1] + brace(name) + rest

    def _same(self, text: str, pattern: str, kind: str, look: str) -> str:
        """Give each text of *pattern* a name, the same text the same; *look* is its pattern."""

        def name_of(found: re.Match[str]) -> str:
            plain, spellings = plain_pem(found[0])
            if plain in self.references.sent:
                return found[0]
            return brace(self.references.volatile(kind, plain, look), spellings)

        return outside(text, pattern, name_of)

    def _fresh(
        self,
        text: str,
        pattern: str,
        kind: str,
        look: str,
        is_meant: Callable[[str], bool] = lambda _text: True,
    ) -> str:
        """Give each text of *pattern* a name of its own: a clock says nothing about identity."""

        def name_of(found: re.Match[str]) -> str:
            if found[0] in self.references.sent or not is_meant(found[0]):
                return found[0]
            return brace(self.references.fresh(kind, look))

        return outside(text, pattern, name_of)

    def _is_new(self, text: str) -> bool:
        """Whether a number is a time of about now, or some years later, as an expiry is."""
        ahead = int(text) - self.now
        return any(abs(ahead - years * _YEAR) <= 3 * _DAY for years in range(_MOST_YEARS + 1))

    def _without_host(self, text: str) -> str:
        return outside(text, re.escape(self.exchange.upstream.host), brace(HOST_NAME))


def server_name(answer: Response) -> str:
    """Return what the answer says of its server, empty if nothing."""
    return answer.header("Server") or ""


def told_time(answer: Response, otherwise: float) -> float:
    """Return the time on the server's clock, in seconds since the epoch."""
    try:
        told = email.utils.parsedate_to_datetime(answer.header("Date") or "")
    except (ValueError, OverflowError):
        return otherwise
    return told.replace(tzinfo=told.tzinfo or datetime.UTC).timestamp()
