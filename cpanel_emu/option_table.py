"""Every option of the emulator, from which command line, documentation and code read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpanel_emu import option_values as read
from cpanel_emu.releases import DEFAULT_RELEASE
from cpanel_emu.server.limits import Limits

ENVIRONMENT_PREFIX = "CPANEL_EMU_"

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Option:
    """One row of the table.

    ``default`` is the typed value; ``default_text`` is how help and documentation tell it.
    ``parse`` takes a raw value and the folder at which relative paths start, and raises
    `ValueError` with the mend. ``repeatable`` options may be given more than once.
    """

    name: str
    metavar: str
    parse: Callable[[object, Path], Any]
    default: Any
    default_text: str
    help: str
    repeatable: bool = False

    @property
    def field(self) -> str:
        """Name in `Options`, in keywords and among click's parameters."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return ENVIRONMENT_PREFIX + self.field.upper()


OPTIONS: tuple[Option, ...] = (
    Option(
        "root",
        "DIR",
        read.path,
        None,
        "the per-user state directory",
        "Where the emulated server's files lie: accounts, keys, CSRs, sessions. Made if missing.",
    ),
    Option(
        "seed",
        "FILE",
        read.existing_file,
        None,
        "the demo seed, when the root is empty",
        "TOML file with the accounts and keys to create.",
    ),
    Option(
        "emulate-version",
        "V",
        read.release_name,
        DEFAULT_RELEASE,
        DEFAULT_RELEASE,
        "Which release to behave like: 11.32, 11.36, 11.40, 11.44, 72, 110, or docs, which is 110 "
        "as documented, with XML and tags.",
    ),
    Option(
        "host",
        "ADDR",
        read.address,
        "127.0.0.1",
        "127.0.0.1",
        "Address to listen on. Any but a loopback address refuses the published demo credentials: "
        "give --seed with your own.",
    ),
    Option(
        "cpanel",
        "PORT",
        read.port,
        2082,
        "2082",
        'Port for cPanel without TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "cpanel-tls",
        "PORT",
        read.port,
        2083,
        "2083",
        'Port for cPanel with TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "whm",
        "PORT",
        read.port,
        2086,
        "2086",
        'Port for WHM without TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "whm-tls",
        "PORT",
        read.port,
        2087,
        "2087",
        'Port for WHM with TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "liveapi",
        "SOCKET",
        read.path_or_off,
        None,
        "liveapi.sock in the root",
        'Unix socket for LiveAPI programs; "off" for none.',
    ),
    Option(
        "liveapi-user",
        "USER",
        read.account_name,
        None,
        "the first account by name",
        "The account that programs on the LiveAPI socket speak for.",
    ),
    Option(
        "theme",
        "DIR",
        read.existing_directory,
        None,
        "the packaged demo theme",
        "Theme folder; its pages are served below /frontend/THEME/.",
    ),
    Option(
        "stubs",
        "DIR",
        read.existing_directory,
        None,
        "none",
        "Canned answers for functions that are not emulated, one file Module__function.json each.",
    ),
    Option(
        "strict",
        "on|off",
        read.switch,
        False,
        "off",
        "Show the warnings of a page that has any instead of the page. The word alone is on.",
    ),
    Option(
        "page-cache",
        "DIR",
        read.path,
        None,
        "none",
        "Private folder that keeps compiled pages from one start to the next. Made if missing.",
    ),
    Option(
        "clock",
        "TIME",
        read.moment,
        None,
        "the real clock",
        "Stand still at this time, ISO 8601 (UTC if it does not say), so that answers repeat.",
    ),
    Option(
        "random-seed",
        "N",
        read.number_seed,
        None,
        "none",
        "Make tokens, session names and $random repeat. Keys come from --key-pool.",
    ),
    Option(
        "key-pool",
        "DIR",
        read.existing_directory,
        None,
        "none",
        "Hand out the key files of this folder in name order instead of generating keys.",
    ),
    Option(
        "fsync",
        "on|off",
        read.switch,
        False,
        "off",
        "Answer only when what a call stored would also survive a loss of power; each change then "
        "waits for the disk. A crash of the program loses nothing in either case. The word alone "
        "is on.",
    ),
    Option(
        "control",
        "on|off",
        read.switch,
        True,
        "on",
        "Serve the control namespace /_emu/ (health, reset, journal …).",
    ),
    Option(
        "control-allow",
        "NET",
        read.networks,
        (),
        "loopback only",
        "Network that may use the control namespace besides loopback, such as 172.17.0.0/16 for "
        "Docker. More than one: repeat, or put commas between.",
        repeatable=True,
    ),
    Option(
        "faults",
        "FILE",
        read.existing_file,
        None,
        "none",
        "TOML file with the faults that are planned from the start, a table [[faults]] each.",
    ),
    Option(
        "lockout",
        "N",
        read.count_or_off,
        None,
        "off",
        "Failed logins per minute and address before a short refusal.",
    ),
    Option(
        "tls-cert",
        "FILE",
        read.existing_file,
        None,
        "one made at first start",
        "Certificate chain, PEM, for the TLS ports; needs --tls-key.",
    ),
    Option(
        "tls-key",
        "FILE",
        read.existing_file,
        None,
        "one made at first start",
        "Private key, PEM, for the TLS ports; needs --tls-cert.",
    ),
    Option(
        "workers",
        "N",
        read.count,
        1,
        "1",
        "Processes that answer; they share the root.",
    ),
    Option(
        "threads",
        "N",
        read.count,
        _LIMITS.workers,
        str(_LIMITS.workers),
        "Requests that one process answers at a time; others wait their turn.",
    ),
    Option(
        "max-connections",
        "N",
        read.count,
        _LIMITS.connections,
        str(_LIMITS.connections),
        "Clients that one process serves at a time; beyond it, the one that kept us waiting "
        "longest is disconnected.",
    ),
    Option(
        "max-head",
        "BYTES",
        read.size,
        _LIMITS.head_bytes,
        "1M",
        "Longest request line, and again longest header lines; beyond it, 431.",
    ),
    Option(
        "max-body",
        "BYTES",
        read.size,
        _LIMITS.body_bytes,
        "16M",
        "Longest body of a request; beyond it, 413.",
    ),
    Option(
        "head-timeout",
        "SECONDS",
        read.seconds,
        _LIMITS.head_seconds,
        f"{_LIMITS.head_seconds:g}",
        "How long a client may take to send a request line and headers; beyond it, 408.",
    ),
    Option(
        "body-timeout",
        "SECONDS",
        read.seconds,
        _LIMITS.body_seconds,
        f"{_LIMITS.body_seconds:g}",
        "How long a client may take to send a body; beyond it, 408.",
    ),
    Option(
        "idle-timeout",
        "SECONDS",
        read.seconds,
        _LIMITS.idle_seconds,
        f"{_LIMITS.idle_seconds:g}",
        "How long a connection may be idle between requests.",
    ),
    Option(
        "write-timeout",
        "SECONDS",
        read.seconds,
        _LIMITS.write_seconds,
        f"{_LIMITS.write_seconds:g}",
        "How long a client may take to read an answer.",
    ),
    Option(
        "config",
        "FILE",
        read.existing_file,
        None,
        "cpanel-emu.toml in the root, if there",
        "TOML file with any of these options, without the dashes in front. Relative paths in it "
        "start at its folder.",
    ),
)
"""Every option, in the order of the documentation."""
