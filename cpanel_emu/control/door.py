"""The door of the control namespace: who may enter, and which request does what.

JSON is for programs, HTML for people. Where a path has both, the request's ``Accept`` decides.
Nothing is changed by GET, and a page of another origin can change nothing (`access`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

from cpanel_emu import __version__
from cpanel_emu.accounts.seed import parse_seed
from cpanel_emu.control import views
from cpanel_emu.control.access import READING, denial
from cpanel_emu.control.answers import (
    SAFETY,
    ControlAnswer,
    Refused,
    as_json,
    not_found,
    see_other,
)
from cpanel_emu.errors import ConfigurationError, EmulatorError, StoreError
from cpanel_emu.functions.coverage import coverage
from cpanel_emu.journal import Door
from cpanel_emu.releases import RELEASES
from cpanel_emu.server.request import Request
from cpanel_emu.server.responses import Response, complete
from cpanel_emu.suggest import unknown

if TYPE_CHECKING:
    from cpanel_emu.control.pages import Pages
    from cpanel_emu.emulator import Emulator

ROOT = "/_emu"
_SECTION = ROOT[1:]
_DEFAULT_LIMIT = 100
_MOST_ENTRIES = 10_000
_MOST_FIELDS = 200
_FILTERS = ("door", "user", "module", "function", "outcome")
_JOURNAL_FIELDS = ("after", "limit", "q", *_FILTERS)
_CHOICES = {"door": tuple(door.value for door in Door), "outcome": views.OUTCOMES}
"""What the journal can be asked for, where it is one of a few words."""


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """One request: the words of its path behind ``/_emu/``, and what it says."""

    method: str
    words: tuple[str, ...]
    query: Mapping[str, str]
    body: bytes
    content_type: str
    wants_html: bool
    host: str
    """The name or address that the client uses for us, without a port."""

    @property
    def form(self) -> Mapping[str, str]:
        """The pairs of a form."""
        return _pairs(self.body.decode("utf-8", "replace"))

    @property
    def is_json(self) -> bool:
        """Whether the body says that it is JSON."""
        return self.content_type.partition(";")[0].strip().lower() == "application/json"

    def json(self) -> Any:
        """Return the body's JSON.

        Raises:
            Refused: it is none.
        """
        try:
            return json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise Refused("400 Bad Request", f"The body is no JSON: {error}.") from None


_Handler: TypeAlias = Callable[[ControlRequest], ControlAnswer]
Handlers: TypeAlias = Mapping[tuple[str, str], _Handler]
"""What answers which method and path; ``*`` is any word of a path."""


class ControlDoor:
    """Answers the requests below ``/_emu/``."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._handlers: Handlers = {
            ("GET", "health"): self._health,
            ("GET", "version"): self._version,
            ("POST", "reset"): self._reset,
            ("POST", "seed"): self._seed,
            ("GET", "journal"): self._journal,
            ("DELETE", "journal"): self._clear_journal,
            ("POST", "journal/clear"): self._clear_journal,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._add_fault,
            ("PUT", "faults"): self._replace_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "faults/clear"): self._clear_faults,
            ("DELETE", "faults/*"): self._remove_fault,
            ("POST", "faults/*/remove"): self._remove_fault,
            ("GET", "coverage"): self._coverage,
        }

    def owns(self, request: Request) -> bool:
        """Whether *request* is for the namespace; no path of cPanel begins so."""
        return request.section == _SECTION and not request.token

    def answer(self, request: Request, environ: Mapping[str, Any]) -> Response:
        """Return the answer to a request that the namespace owns."""
        emulator = self._emulator
        given = self._given(request, environ)
        return complete(
            given.content_type,
            given.body,
            server=emulator.release.server_header,
            now=emulator.clock.now(),
            status=given.status,
            extra=(*SAFETY, *given.headers),
        )

    def _given(self, request: Request, environ: Mapping[str, Any]) -> ControlAnswer:
        options, server = self._emulator.options, self._emulator.accounts.server
        names = {server.hostname, options.host.lower()}
        why = denial(environ, options.control_allow, names)
        if why:
            return as_json({"error": why}, "403 Forbidden")
        wants_html = "text/html" in environ.get("HTTP_ACCEPT", "")
        try:
            asked = _control_request(request, environ, wants_html=wants_html)
            return self._handler(asked)(asked)
        except Refused as refused:
            shown = self._refusal(str(refused), refused.status, wants_html=wants_html)
            return replace(shown, headers=refused.headers)
        except StoreError as error:
            return self._refusal(str(error), "503 Service Unavailable", wants_html=wants_html)
        except EmulatorError as error:
            return self._refusal(str(error), "400 Bad Request", wants_html=wants_html)

    def _refusal(self, text: str, status: str, *, wants_html: bool) -> ControlAnswer:
        if wants_html:
            return self._pages.refusal(text, status)
        return as_json({"error": text}, status)

    @functools.cached_property
    def _pages(self) -> Pages:
        from cpanel_emu.control.pages import Pages  # noqa: PLC0415  (only people need them)

        return Pages(self._emulator)

    def _handler(self, asked: ControlRequest) -> _Handler:
        own = _find(self._handlers, asked)
        if own is not None and not asked.wants_html:
            return own
        # For people, a page stands in for what programs read.
        found = _find(self._pages.handlers, asked) or own
        if found is not None:
            return found
        every = (*self._handlers, *self._pages.handlers)
        allowed = ", ".join(sorted({verb for verb, path in every if _fits(path, asked.words)}))
        if allowed:
            text = f"Use {allowed} here."
            raise Refused("405 Method Not Allowed", text, (("Allow", allowed),))
        raise not_found()

    # Health and state.

    def _health(self, _asked: ControlRequest) -> ControlAnswer:
        return as_json({"status": "ok"})

    def _version(self, _asked: ControlRequest) -> ControlAnswer:
        return as_json(
            {
                "version": __version__,
                "emulate_version": self._emulator.options.emulate_version,
                "releases": list(RELEASES),
                "processes": self._emulator.options.workers,
            }
        )

    def _reset(self, asked: ControlRequest) -> ControlAnswer:
        self._emulator.reset()
        return self._done(asked, "", {"accounts": list(self._emulator.accounts.names())})

    def _seed(self, asked: ControlRequest) -> ControlAnswer:
        text = asked.body.decode("utf-8", "replace")
        if not text.strip():
            raise Refused("400 Bad Request", "Send the seed, TOML, as the body.")
        given = self._emulator.options.seed
        folder = given.parent if given is not None else Path(self._emulator.root.path)
        self._emulator.reset(parse_seed(text, "The seed", folder, confined=True))
        return as_json({"accounts": list(self._emulator.accounts.names())})

    # Journal.

    def _journal(self, asked: ControlRequest) -> ControlAnswer:
        for name, value in asked.query.items():
            if name not in _JOURNAL_FIELDS:
                raise Refused("400 Bad Request", f"journal: {unknown(name, _JOURNAL_FIELDS)}")
            choices = _CHOICES.get(name, ())
            if choices and value.strip() not in {"", *choices}:
                raise Refused("400 Bad Request", f"{name} is one of {', '.join(choices)}.")
        journal, agrees = self._emulator.journal, wanted(asked.query).agrees
        entries = list(filter(agrees, journal.entries(_number(asked.query, "after", 0))))
        limit = min(_number(asked.query, "limit", _DEFAULT_LIMIT), _MOST_ENTRIES)
        shown = entries[len(entries) - limit :] if limit < len(entries) else entries
        return as_json(
            {"entries": [views.entry_shown(entry) for entry in shown], "last": journal.last}
        )

    def _clear_journal(self, asked: ControlRequest) -> ControlAnswer:
        self._emulator.journal.clear()
        return self._done(asked, "", {"last": self._emulator.journal.last})

    # Faults.

    def _faults(self, _asked: ControlRequest) -> ControlAnswer:
        return as_json({"faults": list(map(views.fault_shown, self._emulator.faults.planned()))})

    def _add_fault(self, asked: ControlRequest) -> ControlAnswer:
        members = dict(_members(asked.json()) if asked.is_json else asked.form)
        planned = self._emulator.faults.add(str(members.pop("kind", "")), **members)
        if asked.wants_html:
            return see_other(f"{ROOT}/faults")
        return as_json(views.fault_shown(planned), "201 Created")

    def _replace_faults(self, asked: ControlRequest) -> ControlAnswer:
        listed = asked.json()
        if isinstance(listed, dict):
            listed = listed.get("faults")
        if not isinstance(listed, list):
            raise Refused("400 Bad Request", "Send a list of faults.")
        self._emulator.faults.replace(map(_members, listed))
        return self._faults(asked)

    def _clear_faults(self, asked: ControlRequest) -> ControlAnswer:
        self._emulator.faults.clear()
        return self._done(asked, "faults", {"faults": []})

    def _remove_fault(self, asked: ControlRequest) -> ControlAnswer:
        number = whole_number(asked.words[1])
        if number is None or not self._emulator.faults.remove(number):
            raise not_found()
        return self._done(asked, "faults", {"removed": number})

    def _coverage(self, asked: ControlRequest) -> ControlAnswer:
        name = asked.query.get("release", self._emulator.options.emulate_version)
        if name not in RELEASES:
            raise ConfigurationError(f"Unknown release; known are: {', '.join(RELEASES)}.")
        entries = coverage(self._emulator.registry, [RELEASES[name]])
        listed = [
            {
                "api": entry.function.api.value,
                "module": entry.function.module,
                "function": entry.function.name,
                "way": entry.way.name.lower(),
                "status": entry.word,
            }
            for entry in entries
        ]
        return as_json({"release": name, "functions": listed})

    def _done(self, asked: ControlRequest, page: str, tree: object) -> ControlAnswer:
        """Return what was done: to a program *tree*, to a person the *page* to go on with."""
        return see_other(f"{ROOT}/{page}") if asked.wants_html else as_json(tree)


def wanted(query: Mapping[str, str]) -> views.Filter:
    """Return the filter that a query describes."""
    given = {name: query.get(name, "").strip() for name in _FILTERS}
    return views.Filter(text=query.get("q", "").strip(), **given)


def _control_request(
    request: Request, environ: Mapping[str, Any], *, wants_html: bool
) -> ControlRequest:
    path = request.path.removeprefix(ROOT).removeprefix("/")
    host = request.host or "127.0.0.1"
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else ""
    return ControlRequest(
        method=environ["REQUEST_METHOD"],
        words=tuple(path.removesuffix("/").split("/")) if path else (),
        query=_pairs(environ.get("QUERY_STRING", "")),
        body=request.body,
        content_type=environ.get("CONTENT_TYPE", ""),
        wants_html=wants_html,
        host=name or host.partition(":")[0],
    )


def _pairs(text: str) -> Mapping[str, str]:
    """Return the pairs of a query or form; of a repeated name the last one counts."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Refused("400 Bad Request", "There are too many fields.") from None


def _find(handlers: Handlers, asked: ControlRequest) -> _Handler | None:
    method = "GET" if asked.method in READING else asked.method
    return next(
        (
            handler
            for (verb, path), handler in handlers.items()
            if verb == method and _fits(path, asked.words)
        ),
        None,
    )


def _fits(path: str, words: tuple[str, ...]) -> bool:
    parts = tuple(path.split("/")) if path else ()
    return len(parts) == len(words) and all(
        part in {"*", word} for part, word in zip(parts, words, strict=True)
    )


def whole_number(text: str) -> int | None:
    """Return the number that *text* writes in up to 18 digits, None if it is something else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    number = whole_number(text) if text else default
    if number is None:
        raise Refused("400 Bad Request", f"{name} is a number from 0 up.")
    return number


def _members(tree: object) -> Mapping[str, object]:
    if not isinstance(tree, dict):
        raise Refused("400 Bad Request", 'A fault is an object, such as {"kind":"drop"}.')
    return tree
