"""Names: hosts, e-mail addresses, accounts (``ssl §2.1``)."""

from __future__ import annotations

from cpanel_emu.accounts.models import is_account_name, is_domain
from cpanel_emu.certificates.ids import domain_part
from cpanel_emu.certificates.values import (
    SubjectValues,
    canonical_host,
    checked_values,
    is_email,
)
from cpanel_emu.errors import Failure
from cpanel_emu.root import is_plain_name
from tests.fuzz.target import Target, always, as_text, joined, parts


def check(data: bytes) -> None:
    """A name that is taken is plain: ASCII, no path, no line; taken again it is the same."""
    host, email, account, city = (as_text(part) for part in parts(data, 4))
    canonical = canonical_host(host)
    if canonical is not None:
        assert canonical.isascii()
        assert canonical == canonical.lower()
        assert 3 <= len(canonical) <= 253
        assert canonical_host(canonical) == canonical
        assert is_plain_name(canonical.replace("*", "_wildcard_"))
        assert domain_part(canonical).replace("_", "").replace("-", "").isalnum()
    if is_domain(host):
        assert canonical == host
    if is_account_name(account):
        assert is_plain_name(account)
        assert account.isprintable()
    _check_subject(host, email, city)


def _check_subject(host: str, email: str, city: str) -> None:
    asked = SubjectValues(
        city=city, company="c", country="us", hosts=(host,), state=city, email=email, password=city
    )
    try:
        values = checked_values(asked)
    except Failure:
        return
    assert values.hosts == (canonical_host(host),)
    assert not email or (is_email(email) and email.isascii() and email.isprintable())
    assert not any(ord(character) < 32 for character in city)


TARGET = Target(
    about="host names, addresses, accounts: what is taken is plain and stays the same",
    opened=always(check),
    covers=("cpanel_emu.certificates.values", "cpanel_emu.certificates.ids"),
    words=(
        b"xn--",
        b"*.",
        b".example",
        b"..",
        b"/",
        b"\x00",
        b"\xc3\xa4",
        b"\xe3\x80\x82",
        b"\xc2\xad",
        b"\xe2\x80\x8d",
        b"@",
        b"\xd7\x90",
        b"\xc3\x9f",
        b"-",
    ),
    seeds=(
        joined(b"example.com", b"user@example.com", b"user", b"Houston"),
        joined(b"*.b\xc3\xbccher.example", b"a.b+c@xn--bcher-kva.example", b"a-b_c", b"M\xc3\xbc"),
        joined(b"..", b"a@b", b"root", b"a\nb"),
    ),
)
