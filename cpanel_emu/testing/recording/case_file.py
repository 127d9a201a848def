"""One exchange as the text of a case file, and what the case is called."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpanel_emu.testing.placeholders import NAME
from cpanel_emu.testing.recording.answers import server_name, told_time
from cpanel_emu.testing.recording.exchange import RecordedExchange
from cpanel_emu.testing.recording.requests import WrittenRequest

_LONGEST_SLUG = 60


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One exchange as the text of a case file."""

    id: str
    exchange: RecordedExchange
    request: WrittenRequest

    @property
    def has_body_file(self) -> bool:
        """Whether the body is not text that a person would like to read in the case file."""
        try:
            text = (self.request.body or b"").decode("utf-8")
        except UnicodeDecodeError:
            return True
        return "\r" in text or "\0" in text

    def text(self, patterns: Mapping[str, str], files: Iterable[bytes]) -> str:
        """Return the case, with those of the *patterns* whose names it or its *files* have."""
        request, door = self.exchange.request, self.exchange.upstream.door
        path = self.request.line.partition(" ")[2].partition("?")[0]
        title = _called(self.request.parameters) or path
        server = server_name(self.exchange.answer) or "a server that does not tell its name"
        when = iso_time(told_time(self.exchange.answer, self.exchange.time))
        written = "\n".join([self._request(), *(data.decode("latin-1") for data in files)])
        used = {
            found[1].decode("ascii")
            for found in NAME.finditer(written.encode("latin-1", "replace"))
        }
        volatile = [f"{name} = {toml_text(patterns[name])}" for name in patterns if name in used]
        lines = [
            f"about = {toml_text(f'{request.method} {title}, as recorded.')}",
            "",
            "[[case]]",
            f"id = {toml_text(self.id)}",
            f"title = {toml_text(title)}",
            f"notes = {toml_text(f'Recorded on {when} from {server}, {door}.')}",
            'provenance = "recording"',
            f"doors = [{toml_text(door)}]",
            "",
            *(["[case.volatile]", *volatile, ""] if volatile else []),
            "[case.request]",
            self._request(),
            "",
            "[case.answer]",
            f"file = {toml_text(f'{self.id}.http')}",
            'order = "any"',
            "",
        ]
        return "\n".join(lines)

    def _request(self) -> str:
        request = self.request
        lines = [f"line = {toml_text(request.line)}"]
        if request.http != "1.1":
            lines.append(f"http = {toml_text(request.http)}")
        if request.login:
            lines.append(f"login = {toml_text(request.login)}")
        if request.headers:
            headers = ",\n".join(f"    {toml_text(line)}" for line in request.headers)
            lines.append(f"headers = [\n{headers},\n]")
        if request.body and self.has_body_file:
            lines.append(f"file = {toml_text(f'{self.id}.body')}")
        elif request.body is not None:
            lines.append(f"body = {toml_text(request.body.decode('utf-8', 'replace'))}")
        return "\n".join(lines)


def slug(exchange: RecordedExchange, request: WrittenRequest) -> str:
    """Return what the id of the case of *exchange* ends with."""
    path = request.line.partition(" ")[2].partition("?")[0]
    words = _called(request.parameters) or re.sub(r"\{\{.*?\}\}", "", path)
    short = re.sub("[^a-z0-9]+", "-", words.lower()).strip("-")[:_LONGEST_SLUG].strip("-")
    return short or exchange.request.method.lower()


def _called(parameters: Mapping[str, str]) -> str:
    """Return module and function of a call, empty if there is none."""
    for style in ("json", "xml"):
        function = parameters.get(f"cpanel_{style}api_func")
        if function:
            return f"{parameters.get(f'cpanel_{style}api_module', '')}::{function}"
    return ""


def iso_time(time: float) -> str:
    """Return epoch seconds as ISO 8601 in UTC."""
    return (
        datetime.datetime.fromtimestamp(int(time), datetime.UTC).isoformat().replace("+00:00", "Z")
    )


def toml_text(text: str) -> str:
    """Return *text* as a basic string of TOML; JSON's escapes are among TOML's."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
