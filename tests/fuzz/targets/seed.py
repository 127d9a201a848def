"""Seeds, from files and from ``/_emu/seed``."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cpanel_emu.accounts.models import is_account_name, is_domain
from cpanel_emu.accounts.seed import Seed, parse_seed
from cpanel_emu.errors import ConfigurationError
from tests.fuzz.emulators import cheap_passwords
from tests.fuzz.files import must_read_or_tell
from tests.fuzz.target import Check, Target

_KEY = "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"


def _check(folder: Path, data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    if "/dev/" in text or "/proc/" in text:
        return
    seed = must_read_or_tell(lambda: parse_seed(text, "The seed", folder), ConfigurationError)
    if not isinstance(seed, Seed):
        return
    for account in seed.accounts:
        assert is_account_name(account.user)
        assert is_domain(account.domain)
        assert not account.password or account.password.startswith("scrypt$")
    repr(seed).encode("utf-8", "replace")


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with cheap_passwords(), tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.key").write_text(_KEY)
        yield lambda data: _check(Path(folder), data)


TARGET = Target(
    about="seeds: a checked seed, or one line that tells the mend",
    opened=_opened,
    covers=("cpanel_emu.accounts.seed", "cpanel_emu.accounts.tables"),
    words=(
        b"[whm.root]\n",
        b"[accounts.user]\n",
        b"[server]\n",
        b'domain = "example.com"\n',
        b'password = "p"\n',
        b'owner = "root"\n',
        b'theme = "x3"\n',
        b'api_tokens = { ci = "T" }\n',
        b"features = { sslmanager = true }\n",
        b'keys = { "example.com" = "a.key" }\n',
        b'domains = ["a.example"]\n',
        b"startdate = 2026-01-05T09:00:00Z\n",
        b'roles = ["webmail"]\n',
        b'hostname = "h.example"\n',
        b'ip = "192.0.2.1"\n',
        b"demo = true\n",
        b"\\u0000",
        b"'''",
        b"[[",
    ),
    seeds=(
        (
            b'[whm.root]\npassword = "p"\naccess_hash = "abc"\n[accounts.user]\n'
            b'domain = "example.com"\napi_tokens = { ci = "T" }\n'
            b'keys = { "example.com" = "a.key" }\n'
        ),
        (
            b'[server]\nroles = ["webmail"]\nip = "::1"\n[accounts.a]\ndomain = "b.example"\n'
            b"startdate = 2026-01-05T09:00:00Z\n"
        ),
    ),
)
