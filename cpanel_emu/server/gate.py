"""Who is asking: credentials of a header, or a session's cookie with its token (``wire §3``)."""

from __future__ import annotations

import enum

from cpanel_emu.accounts.credentials import CredentialChecker, Login
from cpanel_emu.accounts.lockout import Lockout
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.sessions import Session, SessionStore
from cpanel_emu.server.request import Request


class Denial(enum.Enum):
    """Why nobody is let in."""

    NO_CREDENTIALS = "no credentials"
    WRONG_CREDENTIALS = "wrong credentials"
    WRONG_TOKEN = "wrong security token"  # noqa: S105  (a reason, no secret)
    LOCKED = "too many failed logins"


class Gate:
    """Lets requests in: by ``Authorization`` if it is there, else by session.

    Args:
        checker: of the credentials of clients on this machine.
        sessions: the login sessions.
        lockout: counts failed logins.
        far_checker: of the credentials of all others, if that is another one.
    """

    def __init__(
        self,
        checker: CredentialChecker,
        sessions: SessionStore,
        lockout: Lockout,
        *,
        far_checker: CredentialChecker | None = None,
    ) -> None:
        self._checker = checker
        self._far_checker = far_checker or checker
        self._sessions = sessions
        self._lockout = lockout

    def enter(self, request: Request) -> Login | Denial:
        """Return who is asking, or why nobody is let in.

        A valid ``Authorization`` makes any ``/cpsess`` prefix irrelevant; a cookie needs the
        right one on every request (``wire §3.1``, ``wire §3.3``).
        """
        address = request.remote_address
        if self._lockout.is_locked(address):
            return Denial.LOCKED
        header = request.authorization
        if header:
            checker = self._checker if is_near(address) else self._far_checker
            login = checker.check_header(header, request.service)
            if login is not None:
                return login
            self._lockout.failed(address)
            return Denial.WRONG_CREDENTIALS
        value = session_cookie(request)
        if not value:
            return Denial.NO_CREDENTIALS
        session = self._session(value, request)
        return session.login if session is not None else Denial.WRONG_TOKEN

    def log_in(self, request: Request) -> Session | Denial:
        """Return a new session for the user and password of a login form, if they are right."""
        address = request.remote_address
        if self._lockout.is_locked(address):
            return Denial.LOCKED
        user, password = request.values.get("user", ""), request.values.get("pass", "")
        checker = self._checker if is_near(address) else self._far_checker
        login = checker.check_password(user, password, request.service)
        if login is None:
            self._lockout.failed(address)
            return Denial.WRONG_CREDENTIALS
        return self._sessions.create(login.user, request.service)

    def log_out(self, request: Request) -> None:
        """End the session of the request's cookie; none is no error."""
        session = self._sessions.find(session_cookie(request), request.service)
        if session is not None:
            self._sessions.end(session)

    def handed_session(self, request: Request) -> Session | None:
        """Return the session that a URL of ``create_user_session`` hands over, if it is good."""
        return self._session(request.values.get("session", ""), request)

    def _session(self, value: str, request: Request) -> Session | None:
        """Return the session with this cookie *value*, if the token in the path is its own."""
        session = self._sessions.check(value, f"/cpsess{request.token}", request.service)
        if session is None or not self._checker.may_enter(session.user, session.service):
            return None
        return session


def is_near(address: str) -> bool:
    """Whether a client at *address* is on this machine; one that nobody knows counts as near.

    By its spelling alone, for it is asked on every request: sockets write addresses in one way.
    """
    plain = address.removeprefix("::ffff:")
    return plain.startswith("127.") or plain in {"", "::1"}


def session_cookie(request: Request) -> str:
    """Return the value of the service's session cookie, or ``""``.

    Read by hand: the standard library gives up at the first cookie of anybody that it does not
    like.
    """
    for cookie in request.cookie.split(";"):
        name, _, value = cookie.partition("=")
        if name.strip() == request.service.cookie_name:
            return value.strip(' "')
    return ""


def set_cookie(session: Session, request: Request) -> tuple[str, str]:
    """Return the header that gives *session* to the client (``wire §3.2``)."""
    return _cookie(session.service, session.cookie_value, request)


def expire_cookie(request: Request) -> tuple[str, str]:
    """Return the header that takes the service's cookie away."""
    name, value = _cookie(request.service, "", request)
    return name, f"{value}; expires=Thu, 01 Jan 1970 00:00:01 GMT"


def _cookie(service: Service, value: str, request: Request) -> tuple[str, str]:
    text = f"{service.cookie_name}={value}; HttpOnly; path=/; port={request.port}"
    return "Set-Cookie", f"{text}; secure" if request.secure else text
