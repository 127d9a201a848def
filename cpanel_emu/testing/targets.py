"""A server that somebody else runs, as a target of golden cases."""

from __future__ import annotations

import contextlib
import datetime
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from cpanel_emu.errors import ConfigurationError, EmulatorError
from cpanel_emu.testing.cases import Door, HttpRequest, Suite, Variant
from cpanel_emu.testing.connection import Connection
from cpanel_emu.testing.messages import Request, Response
from cpanel_emu.testing.schema import load_schema, violations
from cpanel_emu.toml_file import read_toml

_PORTS = {2082: "cpanel", 2083: "cpanel-tls", 2086: "whm", 2087: "whm-tls"}
_EPOCH = re.compile(rb"(?<![0-9])[0-9]{10}(?![0-9])")
_YEAR = 366 * 86400


class TargetError(EmulatorError):
    """The target cannot be used as asked; the text names the mend."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server elsewhere: where its doors are, how to log in there, what its secrets are."""

    urls: Mapping[str, str]
    doors: Mapping[str, Door] = field(default_factory=dict)
    is_reset: bool = False
    """Whether it is an emulator that is brought back to its seed before each case."""
    is_verified: bool = True
    """Whether its certificates are checked."""

    def url(self, door: str) -> str:
        """Return the URL of *door*; there must be one."""
        return self.urls[door]


def door_urls(targets: Iterable[str]) -> dict[str, str]:
    """Return URLs by door, from ``URL`` with a port of cPanel's or ``DOOR=URL`` with any.

    Raises:
        ConfigurationError: a URL is none, or its door is not told.
    """
    urls: dict[str, str] = {}
    for target in targets:
        named, equals, rest = target.partition("=")
        url = rest if equals and named in _PORTS.values() else target
        port = _port(target, url)
        parts = urlsplit(url)
        door = named if url is rest else _PORTS.get(port)
        if door is None:
            raise ConfigurationError(
                f"Port {port} tells no door; write the target as cpanel={url}, or with "
                "cpanel-tls, whm or whm-tls in front."
            )
        if (parts.scheme == "https") != door.endswith("-tls"):
            raise ConfigurationError(f"{target}: {door} wants {_scheme(door)}://.")
        urls[door] = f"{parts.scheme}://{parts.netloc}"
    return urls


def _scheme(door: str) -> str:
    return "https" if door.endswith("-tls") else "http"


def _port(target: str, url: str) -> int:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        is_bare = not parts.username and parts.path in ("", "/") and not parts.query
        if parts.scheme in ("http", "https") and parts.hostname and parts.port and is_bare:
            parts.hostname.encode("idna")  # what is asked of a name server
            return parts.port
    raise ConfigurationError(
        f"{target}: a target is scheme, host and port, as in https://host.example.com:2083."
    )


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a file of secrets holds, in the words of ``suite.toml``."""

    doors: Mapping[str, Door] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


def load_secrets(path: Path) -> Secrets:
    """Read a file with tables ``doors`` and ``secrets`` as ``suite.toml`` has them.

    Raises:
        ConfigurationError: it cannot be read, or says something else.
    """
    table = read_toml(path)
    schema = load_schema("suite.schema.json")
    properties = {name: schema["properties"][name] for name in ("doors", "secrets")}
    faults = violations(table, {**schema, "required": [], "properties": properties})
    if faults:
        raise ConfigurationError(f"{path}: {'; '.join(faults)}")
    doors = {
        name: Door(row["login"], row.get("user")) for name, row in table.get("doors", {}).items()
    }
    return Secrets(doors, table.get("secrets", {}))


def check_reachable(url: str, *, is_verified: bool) -> None:
    """Find out at once whether there is a server, and not at the first request.

    Raises:
        TargetError: there is none, or its certificate is nobody's.
    """
    try:
        Connection(url, is_verified=is_verified).close()
    except ssl.SSLCertVerificationError as error:
        raise TargetError(
            f"{url}: its certificate cannot be checked ({error.verify_message}); if you know the "
            "server, add --insecure."
        ) from error
    except OSError as error:
        raise TargetError(f"Cannot reach {url}: {error.strerror or error}.") from error


def _post_reset(url: str, *, is_verified: bool) -> int | None:
    with Connection(url, is_verified=is_verified) as connection:
        head = f"POST /_emu/reset HTTP/1.1\r\nHost: {connection.host}\r\nContent-Length: 0\r\n"
        connection.send(f"{head}Connection: close\r\n\r\n".encode())
        return connection.receive().status


class RemoteServer:
    """A target as a server of the runner."""

    is_foreign = True

    def __init__(self, target: Target) -> None:
        self._target = target
        self.is_verified = target.is_verified

    def reset(self) -> None:
        """Bring an emulator back to its seed; leave any other server as it is.

        Raises:
            TargetError: it was to be reset and is no emulator, or does not let us.
        """
        if not self._target.is_reset:
            return
        url = next(iter(self._target.urls.values()))
        try:
            status = _post_reset(url, is_verified=self.is_verified)
        except OSError as error:
            raise TargetError(f"{url}: {error.strerror or error}") from error
        if status != 200:
            raise TargetError(
                f"{url}/_emu/reset answered {status}; --reset is for an emulator that lets you use "
                "its control namespace (--control-allow)."
            )

    def block(self, _folder: str) -> NoReturn:
        """Refuse: such cases are left out."""
        raise TargetError("No folder of another server can be blocked.")

    def url(self, door: str) -> str:
        """Return where *door* is."""
        return self._target.url(door)

    def door(self, name: str) -> Door | None:
        """Return the login for the door *name*, None as the suite says."""
        return self._target.doors.get(name)

    def answer(self, _request: Request) -> Response:
        """Refuse: there is no in-process."""
        raise TargetError("Another server cannot be asked in-process.")

    def close(self) -> None:
        """Do nothing: it is not ours to stop."""


def reason_to_skip(suite: Suite, variant: Variant, target: Target) -> str | None:
    """Return why *variant* cannot be run against *target*, None if it can."""
    return next(_reasons(suite, variant, target), None)


def _reasons(suite: Suite, variant: Variant, target: Target) -> Iterator[str]:
    case = variant.case
    setup = case.setup
    requests = [step.request for step in case.steps if isinstance(step.request, HttpRequest)]
    doors = {variant.door, *(request.door for request in requests if request.door)}
    for door in sorted(doors - set(target.urls)):
        yield f"no --target for {door}"
    if setup.blocked or setup.options:
        yield "needs a server with options of its own"
    if setup.key_pool is not None:
        yield "needs keys from a pool"
    if suite.is_sequence:
        return
    if setup.seed is not None:
        yield "needs a seed of its own"
    if not target.is_reset and any(_has_own_login(request) for request in requests):
        yield "logs in with credentials of the seed"
    if setup.clock is not None and _tells_time(variant, setup.clock):
        yield "tells the time of a frozen clock"


def _has_own_login(request: HttpRequest) -> bool:
    return bool(request.login) and "{{" not in (request.login or "")


def _tells_time(variant: Variant, clock: str) -> bool:
    """Whether an expected answer has a time within a year or so of *clock*."""
    frozen = datetime.datetime.fromisoformat(clock).timestamp()
    for step in variant.case.steps:
        path = step.expectation.file_for(variant.tongue) if step.expectation else None
        if path is not None and any(
            abs(int(text) - frozen) <= 2 * _YEAR for text in _EPOCH.findall(path.read_bytes())
        ):
            return True
    return False
