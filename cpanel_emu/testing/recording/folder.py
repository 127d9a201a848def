"""Writes a recording: a folder of golden cases that is complete after each exchange."""

from __future__ import annotations

import datetime
import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.root import store_errors, write_atomically
from cpanel_emu.testing.cases import SUITE_FILE
from cpanel_emu.testing.placeholders import NAME
from cpanel_emu.testing.recording.answers import note_sent, server_name, told_time, write_answer
from cpanel_emu.testing.recording.exchange import RecordedExchange
from cpanel_emu.testing.recording.references import References
from cpanel_emu.testing.recording.requests import WrittenRequest, write_request
from cpanel_emu.testing.recording.seed import RecordedSeed

_EVERYONE_READS = 0o644
_OWNER_READS = 0o600
_SEED = "seeds/recorded.toml"
_LONGEST_SLUG = 60
_README = """\
A recording
===========

Golden cases that were recorded from a real server, one file for each exchange, in order. Check
them with ``cpanel-emu fixtures verify`` and the name of this folder.

Secrets are left out: ``suite.toml`` has stand-ins for them, and ``seeds/recorded.toml`` an account
for each that was seen, with these. Write into it what the server had besides: domains, keys.
"""


@dataclass(slots=True)
class RecordingFolder:
    """The folder that a recording goes into; thread-safe.

    Args:
        path: a folder that is not there yet, or empty.
        release: the release that the server has.
        doors: the doors that are recorded.
        secrets_file: where to keep the secrets, outside of the folder; None: nowhere.
    """

    path: Path
    release: str
    doors: tuple[str, ...]
    secrets_file: Path | None = None
    count: int = 0
    _references: References = field(default_factory=References)
    _seed: RecordedSeed = field(default_factory=RecordedSeed)
    _clock: str = ""
    _known_secrets: int = 0
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Make the folder.

        Raises:
            ConfigurationError: there is something in it, or the file of secrets is there already
                or within the folder.
            StoreError: it cannot be made.
        """
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise ConfigurationError(f"{self.path} is not empty; name another folder with --out.")
        if self.secrets_file is not None:
            if self.secrets_file.exists():
                raise ConfigurationError(f"{self.secrets_file} is there already; name a new file.")
            if self.path.resolve() in self.secrets_file.resolve().parents:
                raise ConfigurationError("The secrets must not lie in the recording's own folder.")
        with store_errors("make", self.path):
            (self.path / "seeds").mkdir(parents=True, exist_ok=True)

    def add(self, exchange: RecordedExchange) -> str:
        """Write *exchange* and return the id of its case.

        Raises:
            StoreError: it cannot be written.
        """
        with self._writing:
            references = self._references
            note_sent(exchange.request, references)
            request = write_request(exchange.request, references)
            answer = write_answer(exchange, references)
            self._seed.note(request, exchange.answer.status)
            self.count += 1
            if not self._clock:
                self._clock = _iso(told_time(exchange.answer, exchange.time))
            identity = f"{self.count:04d}-{_slug(exchange, request)}"
            files = {f"{identity}.http": answer.raw}
            case = _Case(identity, exchange, request, self.release)
            if request.body and case.has_body_file:
                files[f"{identity}.body"] = request.body
            case_text = case.text(references.patterns, files.values())
            for name, data in files.items():
                self._write(name, data)
            self._write(f"{identity}.toml", references.hide_secrets(case_text).encode())
            self._write_shared()
            return identity

    def _write_shared(self) -> None:
        if self.count == 1:
            self._write("README.rst", _README.encode())
        if self.count == 1 or len(self._references.secrets) > self._known_secrets:
            self._hide_in_earlier_files()
            self._known_secrets = len(self._references.secrets)
            self._keep_secrets()
        self._write(SUITE_FILE, self._suite_text().encode())
        self._write(_SEED, self._seed.text(self._references.stand_ins).encode())

    def _hide_in_earlier_files(self) -> None:
        """Hide what was not known to be a secret when it was first seen."""
        for path in sorted(self.path.iterdir()):
            if path.is_file():
                old = path.read_bytes()
                text = old.decode("utf-8", "surrogateescape")
                new = self._references.hide_secrets(text).encode("utf-8", "surrogateescape")
                if new != old:
                    self._write(path.name, new)

    def _keep_secrets(self) -> None:
        if self.secrets_file is not None:
            lines = [f"{name} = {_toml(text)}" for text, name in self._references.secrets.items()]
            text = "\n".join(["# Not for anyone else's eyes.", "[secrets]", *lines, ""])
            write_atomically(
                self.secrets_file, text.encode("utf-8", "replace"), _OWNER_READS, fsync=True
            )

    def _suite_text(self) -> str:
        doors = [f'{door} = {{ login = "" }}' for door in self.doors]
        stand_ins = [f"{name} = {_toml(text)}" for name, text in self._references.stand_ins.items()]
        return "\n".join(
            [
                "format = 1",
                f"about = {_toml(f'Recorded on {self._clock}.')}",
                "sequence = true",
                "",
                "[setup]",
                f"seed = {_toml(f'/{_SEED}')}",
                f"clock = {_toml(self._clock)}",
                "",
                "# Made up: each stands for a secret of the server's.",
                "[secrets]",
                *stand_ins,
                "",
                "[doors]",
                *doors,
                "",
                f"[releases.{_toml(self.release)}]",
                'tongues = ["json", "xml"]',
                "",
            ]
        )

    def _write(self, name: str, data: bytes) -> None:
        write_atomically(self.path / name, data, _EVERYONE_READS)


@dataclass(frozen=True, slots=True)
class _Case:
    """One exchange as the text of a case file."""

    id: str
    exchange: RecordedExchange
    request: WrittenRequest
    release: str

    @property
    def has_body_file(self) -> bool:
        """Whether the body is not text that a person would like to read in the case file."""
        try:
            text = (self.request.body or b"").decode("utf-8")
        except UnicodeDecodeError:
            return True
        return "\r" in text or "\0" in text

    def text(self, patterns: Mapping[str, str], files: Iterable[bytes]) -> str:
        request = self.exchange.request
        path = self.request.line.partition(" ")[2].partition("?")[0]
        title = _called(self.request.parameters) or path
        server = server_name(self.exchange.answer) or "a server that does not tell its name"
        when = _iso(told_time(self.exchange.answer, self.exchange.time))
        written = "\n".join([self._request(), *(data.decode("latin-1") for data in files)])
        used = {
            found[1].decode("ascii")
            for found in NAME.finditer(written.encode("latin-1", "replace"))
        }
        volatile = [f"{name} = {_toml(patterns[name])}" for name in patterns if name in used]
        lines = [
            f"about = {_toml(f'{request.method} {title}, as recorded.')}",
            "",
            "[[case]]",
            f"id = {_toml(self.id)}",
            f"title = {_toml(title)}",
            f"notes = {_toml(f'Recorded on {when} from {server}, {self.exchange.upstream.door}.')}",
            'provenance = "recording"',
            f"doors = [{_toml(self.exchange.upstream.door)}]",
            "",
            *(["[case.volatile]", *volatile, ""] if volatile else []),
            "[case.request]",
            self._request(),
            "",
            "[case.answer]",
            f"file = {_toml(f'{self.id}.http')}",
            'order = "any"',
            "",
        ]
        return "\n".join(lines)

    def _request(self) -> str:
        request = self.request
        lines = [f"line = {_toml(request.line)}"]
        if request.http != "1.1":
            lines.append(f"http = {_toml(request.http)}")
        if request.login:
            lines.append(f"login = {_toml(request.login)}")
        if request.headers:
            headers = ",\n".join(f"    {_toml(line)}" for line in request.headers)
            lines.append(f"headers = [\n{headers},\n]")
        if request.body and self.has_body_file:
            lines.append(f"file = {_toml(f'{self.id}.body')}")
        elif request.body is not None:
            lines.append(f"body = {_toml(request.body.decode('utf-8', 'replace'))}")
        return "\n".join(lines)


def _slug(exchange: RecordedExchange, request: WrittenRequest) -> str:
    path = request.line.partition(" ")[2].partition("?")[0]
    words = _called(request.parameters) or re.sub(r"\{\{.*?\}\}", "", path)
    slug = re.sub("[^a-z0-9]+", "-", words.lower()).strip("-")[:_LONGEST_SLUG].strip("-")
    return slug or exchange.request.method.lower()


def _called(parameters: Mapping[str, str]) -> str:
    """Return module and function of a call, empty if there is none."""
    for style in ("json", "xml"):
        function = parameters.get(f"cpanel_{style}api_func")
        if function:
            return f"{parameters.get(f'cpanel_{style}api_module', '')}::{function}"
    return ""


def _iso(time: float) -> str:
    return (
        datetime.datetime.fromtimestamp(int(time), datetime.UTC).isoformat().replace("+00:00", "Z")
    )


def _toml(text: str) -> str:
    """Return *text* as a basic string of TOML; JSON's escapes are among TOML's."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
