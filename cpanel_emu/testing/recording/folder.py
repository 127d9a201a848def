"""Writes a recording: a folder of golden cases that is complete after each exchange."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.root import store_errors, write_atomically
from cpanel_emu.testing.cases import SUITE_FILE
from cpanel_emu.testing.recording.answers import note_sent, told_time, write_answer
from cpanel_emu.testing.recording.case_file import CaseFile, iso_time, slug, toml_text
from cpanel_emu.testing.recording.exchange import RecordedExchange
from cpanel_emu.testing.recording.references import References
from cpanel_emu.testing.recording.requests import write_request
from cpanel_emu.testing.recording.seed import RecordedSeed

_EVERYONE_READS = 0o644
_OWNER_READS = 0o600
_SEED = "seeds/recorded.toml"
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
    _is_closed: bool = False
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
            self.path.mkdir(parents=True, exist_ok=True)

    def add(self, exchange: RecordedExchange) -> str:
        """Write *exchange* and return the id of its case.

        Raises:
            StoreError: it cannot be written.
        """
        with self._writing:
            if self._is_closed:
                raise StoreError("An exchange that came after the end is not recorded.")
            references = self._references
            note_sent(exchange.request, references)
            request = write_request(exchange.request, references)
            answer = write_answer(exchange, references)
            self._seed.note(request, exchange.answer.status)
            if not self._clock:
                self._clock = iso_time(told_time(exchange.answer, exchange.time))
            identity = f"{self.count + 1:04d}-{slug(exchange, request)}"
            files = {f"{identity}.http": answer.raw}
            case = CaseFile(identity, exchange, request)
            if request.body and case.has_body_file:
                files[f"{identity}.body"] = request.body
            text = references.hide_secrets(case.text(references.patterns, files.values()))
            # The case comes last: it must find everything that it names.
            self._write_shared()
            self._write_together({**files, f"{identity}.toml": text.encode()})
            self.count += 1
            return identity

    def close(self) -> None:
        """Let what is being written be written, and take nothing more."""
        with self._writing:
            self._is_closed = True

    def _write_together(self, files: Mapping[str, bytes]) -> None:
        try:
            for name, data in files.items():
                self._write(name, data)
        except StoreError:
            for name in files:
                (self.path / name).unlink(missing_ok=True)
            raise

    def _write_shared(self) -> None:
        if self.count == 0:
            with store_errors("make", self.path / "seeds"):
                (self.path / "seeds").mkdir(exist_ok=True)
            self._write("README.rst", _README.encode())
        if self.count == 0 or len(self._references.secrets) > self._known_secrets:
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
            lines = [
                f"{name} = {toml_text(text)}" for text, name in self._references.secrets.items()
            ]
            text = "\n".join(["# Not for anyone else's eyes.", "[secrets]", *lines, ""])
            write_atomically(
                self.secrets_file, text.encode("utf-8", "replace"), _OWNER_READS, fsync=True
            )

    def _suite_text(self) -> str:
        doors = [f'{door} = {{ login = "" }}' for door in self.doors]
        stand_ins = [
            f"{name} = {toml_text(text)}" for name, text in self._references.stand_ins.items()
        ]
        return "\n".join(
            [
                "format = 1",
                f"about = {toml_text(f'Recorded on {self._clock}.')}",
                "sequence = true",
                "",
                "[setup]",
                f"seed = {toml_text(f'/{_SEED}')}",
                f"clock = {toml_text(self._clock)}",
                "",
                "# Made up: each stands for a secret of the server's.",
                "[secrets]",
                *stand_ins,
                "",
                "[doors]",
                *doors,
                "",
                f"[releases.{toml_text(self.release)}]",
                'tongues = ["json", "xml"]',
                "",
            ]
        )

    def _write(self, name: str, data: bytes) -> None:
        write_atomically(self.path / name, data, _EVERYONE_READS)
