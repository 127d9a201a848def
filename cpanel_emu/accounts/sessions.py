"""Login sessions: a cookie, and a token in the path that must come with it (``wire §3.3``).

They lie in files under the root, so that every process of a server knows them all.
"""

from __future__ import annotations

import hmac
import json
import random
import re
import string
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.accounts.credentials import Login, Scheme
from cpanel_emu.accounts.kept import KeptFiles
from cpanel_emu.accounts.models import ROOT_USER, Service, is_account_name
from cpanel_emu.accounts.tables import Table
from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.root import Root, store_errors

LIFETIME = 24 * 3600
"""Seconds after which a session ends (CHOICE)."""

MOST_SESSIONS = 1000
"""How many sessions a root keeps; the oldest end first (CHOICE)."""

LOCK = "sessions"
"""The lock that writers of session files hold."""

_LETTERS = string.ascii_letters + string.digits
_VALUE = re.compile(r"([a-z][a-z0-9_-]{0,15}):([A-Za-z0-9]{16}),([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Session:
    """One login that lasts.

    ``name`` and ``secret`` are the two halves of the cookie; ``token`` is the path prefix with
    its slash (``/cpsess1234567890``). ``expires`` is in seconds since 1970.
    """

    user: str
    service: Service
    name: str
    secret: str
    token: str
    expires: int

    @property
    def value(self) -> str:
        """The session as ``create_user_session`` names it: ``user:NAME,SECRET`` (``wire §8``)."""
        return f"{self.user}:{self.name},{self.secret}"

    @property
    def cookie_value(self) -> str:
        """The value of the cookie: `value` with ``:`` and ``,`` escaped (``wire §3.2``)."""
        return self.value.replace(":", "%3a").replace(",", "%2c")

    @property
    def login(self) -> Login:
        """Who this session speaks for."""
        return Login(self.user, self.service, Scheme.SESSION)

    def __repr__(self) -> str:
        return f"Session({self.user!r}, {self.service})"


class SessionStore:
    """Creates, finds and ends the sessions of one root. Safe across threads and processes.

    Methods raise `StoreError` if the root cannot be read or written.
    """

    def __init__(
        self,
        root: Root,
        *,
        now: Callable[[], float] = time.time,
        generator: random.Random | None = None,
    ) -> None:
        """Keep sessions under *root*.

        *now* gives the seconds since 1970. Names, secrets and tokens come from *generator*; give
        one with a seed only to repeat a run, for then they can be guessed.
        """
        self._root = root
        self._folder = root.sessions
        self._now = now
        self._generator = generator or random.SystemRandom()
        self._files = KeptFiles(root.sessions, _read)

    def create(self, user: str, service: Service) -> Session:
        """Return a new session of *user*, which is on disk by then.

        One too many ends the oldest.
        """
        if not (is_account_name(user) or user == ROOT_USER):
            raise StoreError(f"There can be no session of {user!r}.")
        self._root.make_directory(self._folder)
        with self._root.lock(LOCK):
            self._make_room()
            session = self._draw(user, service)
            while self._path(session.user, session.name).exists():  # a seed that is used again
                session = self._draw(user, service)
            self._root.write(self._path(session.user, session.name), _write(session))
        return session

    def find(self, value: str, service: Service) -> Session | None:
        """Return the session of *service* with this cookie *value*, or ``None``.

        *value* may be escaped, as a cookie, or not. The token is not looked at: whoever uses
        this must either compare it (`check`) or need none (``logout``).
        """
        parts = _VALUE.fullmatch(urllib.parse.unquote(value))
        if parts is None:
            return None
        user, name, secret = parts.groups()
        session = self._files.get(self._path(user, name).name)
        if session is None or session.service is not service or session.expires <= self._now():
            return None
        return session if hmac.compare_digest(session.secret, secret) else None

    def check(self, value: str, token: str, service: Service) -> Session | None:
        """Return the session with this cookie *value* if *token* is its own, or ``None``.

        *token* is the first segment of the path, with its slash; ``""`` if that is no token.
        """
        session = self.find(value, service)
        if session is None:
            return None
        given = token.encode("utf-8", "surrogatepass")
        return session if hmac.compare_digest(session.token.encode(), given) else None

    def end(self, session: Session) -> None:
        """End *session*; one that has ended already is no error."""
        self._root.remove(self._path(session.user, session.name))

    def end_all(self, user: str) -> None:
        """End every session of *user*, as when its password changes or the account goes."""
        for path in self._paths():
            if path.name.partition(".")[0] == user:
                self._root.remove(path)

    def _draw(self, user: str, service: Service) -> Session:
        draw = self._generator
        return Session(
            user=user,
            service=service,
            name="".join(draw.choices(_LETTERS, k=16)),
            secret=f"{draw.getrandbits(128):032x}",
            token=f"/cpsess{draw.randrange(10**10):010d}",
            expires=int(self._now()) + LIFETIME,
        )

    def _make_room(self) -> None:
        """Remove what has ended, and then the oldest, once there are as many as may be."""
        paths = self._paths()
        if len(paths) < MOST_SESSIONS:
            return
        sessions = [(self._expiry(path), path) for path in paths]
        live = sorted(one for one in sessions if one[0] > self._now())
        surplus = live[: max(0, len(live) - MOST_SESSIONS + 1)]
        for one in sessions:
            if one not in live or one in surplus:
                self._root.remove(one[1])

    def _expiry(self, path: Path) -> int:
        """Return when the session in *path* expires; 0 if it is none, as after a crash."""
        try:
            session = self._files.get(path.name)
        except StoreError:
            return 0
        return session.expires if session is not None else 0

    def _path(self, user: str, name: str) -> Path:
        return self._folder / f"{user}.{name}"

    def _paths(self) -> list[Path]:
        with store_errors("read", self._folder):
            try:
                return list(self._folder.iterdir())
            except FileNotFoundError:
                return []


def _write(session: Session) -> bytes:
    record = {
        "user": session.user,
        "service": session.service.value,
        "name": session.name,
        "secret": session.secret,
        "token": session.token,
        "expires": session.expires,
    }
    return json.dumps(record).encode() + b"\n"


def _read(data: bytes, source: str) -> Session:
    try:
        table = Table(source, json.loads(data))
        return Session(
            user=table.text("user"),
            service=Service(table.text("service")),
            name=table.text("name"),
            secret=table.text("secret"),
            token=table.text("token"),
            expires=table.number("expires", 0),
        )
    except (ValueError, RecursionError, ConfigurationError) as error:
        raise StoreError(f"{source} is no session: {error}.") from error
