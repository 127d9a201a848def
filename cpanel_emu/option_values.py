"""What the options take: each reader turns one raw value into the typed one, or says the mend.

A raw value is text (flag, environment) or what TOML or Python give (number, boolean, path …).
A reader raises `ValueError` whose text says what to write instead; `cpanel_emu.options` adds
which option it was and where the value came from. Relative paths start at *base*, or at the
current directory if that is relative too.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cpanel_emu.accounts.models import is_account_name
from cpanel_emu.lazy import LazyModule
from cpanel_emu.releases import RELEASES
from cpanel_emu.suggest import shown

if TYPE_CHECKING:
    import ipaddress
else:
    ipaddress = LazyModule("ipaddress")

Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_DECIMAL = re.compile(r"[0-9]{1,18}")
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def release_name(value: object, _base: Path) -> str:
    """Read the name of a release (``wire §1.1``)."""
    if isinstance(value, str) and value in RELEASES:
        return value
    raise ValueError(f"write one of the texts {', '.join(RELEASES)} (in TOML, in quotes)")


def address(value: object, _base: Path) -> str:
    """Read an IP address or a host name to listen on."""
    if isinstance(value, str):
        if _HOST_NAME.fullmatch(value):
            return value
        try:
            return str(ipaddress.ip_address(value.removeprefix("[").removesuffix("]")))
        except ValueError:
            pass
    raise ValueError('write an IP address or a host name, such as "127.0.0.1" or "::1"')


def is_loopback(host: str) -> bool:
    """Whether *host*, as `address` returns it, is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # No look-up: what a name means may change, what may be refused must not.
        return host.lower() == "localhost"


def port(value: object, _base: Path) -> int | None:
    """Read a TCP port; ``0`` is any free one, ``off`` (``None``) is none."""
    if _is_off(value):
        return None
    number = _whole_number(value)
    if number is None or number > 65535:
        raise ValueError('write a number from 0 to 65535 (0: any free port), or "off"')
    return number


def switch(value: object, _base: Path) -> bool:
    """Read ``on`` or ``off``; nothing else, so that ``"false"`` never means on."""
    if isinstance(value, bool):
        return value
    if value in ("on", "off"):
        return value == "on"
    raise ValueError('write "on" or "off"')


def count_or_off(value: object, _base: Path) -> int | None:
    """Read a number from 1 up, or ``off`` (``None``)."""
    if _is_off(value):
        return None
    number = _whole_number(value)
    if not number:
        raise ValueError('write a number from 1 up, or "off"')
    return number


def count(value: object, _base: Path) -> int:
    """Read a number from 1 up."""
    number = _whole_number(value)
    if not number:
        raise ValueError("write a number from 1 up")
    return number


def size(value: object, _base: Path) -> int:
    """Read a number of bytes from 1 up; ``K``, ``M`` and ``G`` stand for powers of 1,024."""
    unit = _UNITS.get(value[-1:], 1) if isinstance(value, str) else 1
    number = _whole_number(value[:-1] if isinstance(value, str) and unit > 1 else value)
    if not number:
        raise ValueError('write a number of bytes from 1 up, or with K, M or G, such as "16M"')
    return number * unit


def seconds(value: object, _base: Path) -> float:
    """Read a time in seconds, more than none."""
    is_number = isinstance(value, str | int | float) and not isinstance(value, bool)
    text = str(value) if is_number else ""
    if not _SECONDS.fullmatch(text) or not float(text):
        raise ValueError("write a number of seconds, more than 0, such as 60 or 0.5")
    return float(text)


def number_seed(value: object, _base: Path) -> int:
    """Read the seed of a random generator."""
    number = _whole_number(value)
    if number is None:
        raise ValueError("write a number from 0 up")
    return number


def moment(value: object, _base: Path) -> datetime.datetime:
    """Read a point in time, ISO 8601; without an offset it is UTC."""
    time = _time(value)
    if time is None:
        raise ValueError('write a time as ISO 8601, such as "2026-01-05T09:00:00Z"')
    return time if time.tzinfo is not None else time.replace(tzinfo=datetime.UTC)


def networks(value: object, _base: Path) -> tuple[Network, ...]:
    """Read networks: a list, or one text with commas between them."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise ValueError('write networks with commas between, such as "172.17.0.0/16,fd00::/8"')
    return tuple(_network(part.strip()) for part in parts)


def path(value: object, base: Path) -> Path:
    """Read a path; ``~`` is the user's home."""
    if isinstance(value, str | os.PathLike):
        text = os.fspath(value)
        if isinstance(text, str) and text and "\0" not in text:
            return _absolute(base / _from_home(text))
    raise ValueError("write a path")


def path_or_off(value: object, base: Path) -> Path | None:
    """Read a path, or ``off`` (``None``)."""
    return None if _is_off(value) else path(value, base)


def account_name(value: object, _base: Path) -> str:
    """Read the name of an account, which need not exist yet."""
    if isinstance(value, str) and is_account_name(value):
        return value
    raise ValueError("write the name of an account, such as user")


def existing_file(value: object, base: Path) -> Path:
    """Read the path of a file that is there."""
    return _existing(path(value, base), Path.is_file, "file")


def existing_directory(value: object, base: Path) -> Path:
    """Read the path of a folder that is there."""
    return _existing(path(value, base), Path.is_dir, "folder")


def _existing(found: Path, test: Callable[[Path], bool], kind: str) -> Path:
    try:
        is_there = test(found)
    except OSError:  # no file system takes such a name, or lets us look
        is_there = False
    if not is_there:
        raise ValueError(f"there is no {kind} {shown(found)}; write the path of one that is there")
    return found


def _from_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:  # no such user, or a user without a home
        raise ValueError("write a path; whose home is meant by its ~ is not known here") from error


def _absolute(found: Path) -> Path:
    try:
        return found.absolute()
    except OSError as error:
        raise ValueError("write an absolute path; the current directory is gone") from error


def _is_off(value: object) -> bool:
    return value is False or value == "off"


def _whole_number(value: object) -> int | None:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def _time(value: object) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
    return None


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        mended = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f'{shown(text)} is no network; write one as "172.17.0.0/16"') from None
    raise ValueError(f'{shown(text)} names one address in a network; write "{mended}"')
