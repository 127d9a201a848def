"""Files below the root: accounts, the server, sessions, ``ssl.db`` (``ssl §5``)."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.records import read_account, read_server
from cpanel_emu.accounts.sessions import SessionStore
from cpanel_emu.certificates.database_file import remembered
from cpanel_emu.errors import StoreError
from cpanel_emu.root import Root
from tests.fuzz.files import must_read_or_tell
from tests.fuzz.target import Check, Target

_SESSION = "user:AbCdEf0123456789,0123456789abcdef0123456789abcdef"


def _check(root: Root, data: bytes) -> None:
    must_read_or_tell(lambda: read_account(data, "user"), StoreError)
    must_read_or_tell(lambda: read_server(data, "server.json"), StoreError)
    (root.sessions / "user.AbCdEf0123456789").write_bytes(data)
    sessions = SessionStore(root, now=lambda: 0.0)
    must_read_or_tell(lambda: sessions.find(_SESSION, Service.CPANEL), StoreError)
    path = root.path / "ssl.db"
    path.write_bytes(data)
    for record in remembered(path).values():
        assert isinstance(record.friendly_name, str)


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        root = Root.create(Path(folder))
        root.make_directory(root.sessions)
        yield lambda data: _check(root, data)


TARGET = Target(
    about="files below the root: what they hold, or one line that names the file",
    opened=_opened,
    covers=(
        "cpanel_emu.accounts.records",
        "cpanel_emu.accounts.tables",
        "cpanel_emu.certificates.database_file",
    ),
    words=(
        b'{"user":"user","domain":"example.com"',
        b'"server":{"hostname":"h.example","ip":"192.0.2.1","roles":["webmail"]}',
        b'"root":{"user":"root","password":""}',
        b'"service":"cpaneld"',
        b'"expires":',
        b'"secret":',
        b"--- \nfiles: \n  key: \n    a: \n      friendly_name: b\n",
        b"&a [*a]",
        b"*a",
        b"<<:",
        b"!!python/object:os.system",
        b"- - - -",
        b"\\ud800",
        b"1e999",
        b"true",
    ),
    seeds=(
        b'{"user":"user","domain":"example.com","features":{"a":true},"start":1}',
        b'{"server":{"hostname":"h","ip":"1","roles":["webmail"]},"root":{"password":""}}',
        (
            b"--- \nfiles: \n  key: \n    a_b_c: \n      friendly_name: b\n      host: c\n"
            b"      created: '5'\n"
        ),
        (
            b'{"user":"user","service":"cpaneld","name":"AbCdEf0123456789","secret":'
            b'"0123456789abcdef0123456789abcdef","token":"/cpsess1","expires":99}'
        ),
    ),
    longest=800,
)
