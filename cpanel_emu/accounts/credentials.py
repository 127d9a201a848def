"""The ``Authorization`` header: what it says, and whether that opens a port (``wire §3.1``)."""

from __future__ import annotations

import base64
import enum
import hashlib
import os
from collections.abc import Container
from dataclasses import dataclass, field

from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import ROOT_USER, Account, Service, WhmUser
from cpanel_emu.accounts.passwords import (
    SHARED_VERIFIER,
    PasswordVerifier,
    store_token,
    token_matches,
)


class Scheme(enum.Enum):
    """How somebody proved who they are; the value is the scheme word in lower case."""

    BASIC = "basic"
    WHM = "whm"
    CPANEL = "cpanel"
    SESSION = "session"
    """A login session; it comes by cookie, never by header."""


_HEADER_SCHEMES = {scheme.value: scheme for scheme in Scheme if scheme is not Scheme.SESSION}

_OPENS = {
    Service.CPANEL: frozenset({Scheme.BASIC, Scheme.CPANEL}),
    Service.WHM: frozenset({Scheme.BASIC, Scheme.WHM}),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a header or a login form claims; nothing of it is checked."""

    scheme: Scheme
    user: str
    secret: str

    def __repr__(self) -> str:
        # The secret must not reach a log by way of a message.
        return f"Credentials({self.scheme}, {self.user!r})"


@dataclass(frozen=True, slots=True)
class Login:
    """Who is there, on which kind of port, proved in which way."""

    user: str
    service: Service
    scheme: Scheme
    account: Account | None = field(default=None, compare=False, repr=False)
    """The account of *user* as it was when the credentials were checked, if that is known."""

    @property
    def is_root(self) -> bool:
        """Whether this is WHM's root."""
        return self.user == ROOT_USER


def parse_authorization(value: str) -> Credentials | None:
    """Return what the header *value* claims, or ``None`` for anything that is not understood.

    The scheme ignores case, blanks at the end do not count, and white space inside a hash or
    token is dropped (``wire §3.1``). *value* is text as WSGI gives it, or any other.
    """
    word, _, rest = value.strip(" \t\r\n").partition(" ")
    scheme = _HEADER_SCHEMES.get(word.lower())
    if scheme is None:
        return None
    claim = _decode_basic(rest) if scheme is Scheme.BASIC else "".join(rest.split())
    user, colon, secret = claim.partition(":")
    if not (user and colon and secret):
        return None
    return Credentials(scheme, user, secret)


class CredentialChecker:
    """Says whether credentials open a kind of port.

    A password that was right before is not paid for again (`PasswordVerifier`). Unknown users
    take as long as wrong passwords.
    """

    def __init__(
        self,
        directory: AccountDirectory,
        *,
        refused: Container[str] = (),
        verifier: PasswordVerifier = SHARED_VERIFIER,
    ) -> None:
        """Check against *directory*.

        *refused* are stored secrets that never count: on a server that listens on anything but
        loopback, `cpanel_emu.accounts.seeding.published_secrets`.
        """
        self._directory = directory
        self._refused = refused
        self._verifier = verifier
        self._remembered = RememberedLogins()

    def check_header(self, value: str, service: Service) -> Login | None:
        """Return the login that the ``Authorization`` header *value* gives on *service*.

        A header that was right is right again as long as what it was compared with has not
        changed; that spares decoding and comparing.

        Raises:
            StoreError: the files of the root cannot be read.
        """
        remembered = self._remembered.find(value, service)
        if remembered is not None:
            login, compared = remembered
            if self._holder(login.user, service) is compared:
                return login
        credentials = parse_authorization(value)
        return None if credentials is None else self._check(credentials, service, value)

    def check(self, credentials: Credentials, service: Service) -> Login | None:
        """Return the login that *credentials* give on *service*, or ``None``.

        cPanel ports take ``Basic`` and ``cpanel`` for accounts; WHM ports take ``Basic`` and
        ``WHM`` for root and for accounts that own others (``wire §3.1``). Suspended accounts
        are refused (CHOICE).

        Raises:
            StoreError: the files of the root cannot be read.
        """
        return self._check(credentials, service)

    def _check(self, credentials: Credentials, service: Service, header: str = "") -> Login | None:
        if credentials.scheme not in _OPENS[service]:
            return None
        holder = self._holder(credentials.user, service)
        if not self._proves(credentials, holder) or not self._may_enter(holder, service):
            return None
        account = holder if isinstance(holder, Account) else None
        login = Login(credentials.user, service, credentials.scheme, account)
        # Whether a reseller may enter depends on other accounts as well.
        if header and (account is None or service is Service.CPANEL):
            self._remembered.remember(header, login, holder)
        return login

    def check_password(self, user: str, password: str, service: Service) -> Login | None:
        """Return the login that the login form's *user* and *password* give, or ``None``."""
        return self.check(Credentials(Scheme.BASIC, user, password), service)

    def may_enter(self, user: str, service: Service) -> bool:
        """Whether *user* is still one that *service* lets in, however proved.

        A session outlives the request that proved who is there; meanwhile an account may have
        gone, been suspended, or lost the accounts it owned.

        Raises:
            StoreError: the files of the root cannot be read.
        """
        return self._may_enter(self._holder(user, service), service)

    def _holder(self, user: str, service: Service) -> Account | WhmUser | None:
        if user == ROOT_USER:
            return self._directory.root_user if service is Service.WHM else None
        return self._directory.get(user)

    def _proves(self, credentials: Credentials, holder: Account | WhmUser | None) -> bool:
        if credentials.scheme is Scheme.BASIC:
            stored = holder.password if holder is not None else ""
            return self._verifier.verify(credentials.secret, stored) and self._counts(stored)
        if holder is None:
            return token_matches(credentials.secret, [store_token("")])
        accepted = list(holder.api_tokens.values())
        if credentials.scheme is Scheme.WHM:
            accepted.append(holder.access_hash)
        return token_matches(credentials.secret, [one for one in accepted if self._counts(one)])

    def _counts(self, stored: str) -> bool:
        return stored not in self._refused

    def _may_enter(self, holder: Account | WhmUser | None, service: Service) -> bool:
        if isinstance(holder, Account):
            if holder.suspended:
                return False
            return service is Service.CPANEL or self._directory.is_reseller(holder.user)
        return holder is not None


class RememberedLogins:
    """Headers that were right, as hashes under a key of its own. Thread-safe and bounded."""

    def __init__(self, size: int = 1024) -> None:
        """Remember up to *size* of them."""
        self._size = size
        self._hash = hashlib.blake2b(key=os.urandom(32), digest_size=32)
        self._logins: dict[tuple[Service, bytes], tuple[Login, object]] = {}

    def find(self, header: str, service: Service) -> tuple[Login, object] | None:
        """Return the login that *header* gave, and what it was compared with then."""
        return self._logins.get((service, self._digest(header)))

    def remember(self, header: str, login: Login, compared: object) -> None:
        """Remember that *header*, compared with this object, gave *login*."""
        if len(self._logins) >= self._size:
            self._logins.clear()
        self._logins[login.service, self._digest(header)] = (login, compared)

    def _digest(self, header: str) -> bytes:
        keyed = self._hash.copy()
        keyed.update(header.encode("utf-8", "surrogatepass"))
        return keyed.digest()


def _decode_basic(text: str) -> str:
    """Return the decoded ``user:password``, ``""`` if it is none."""
    letters = "".join(text.split()).rstrip("=")
    try:
        data = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except ValueError:
        return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Browsers and clients of the time sent the letters of their own code page.
        return data.decode("latin-1")
