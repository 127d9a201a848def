"""The native WHM functions that API 2 clients touch (``wire §8``).

They answer in two shapes: API 0 has its own members each, ``api.version=1`` wraps them in
``data`` and ``metadata``. Both are built here; a tongue only spells them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cpanel_emu.accounts.credentials import Login
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account, Service
from cpanel_emu.accounts.ownership import may_act_for
from cpanel_emu.accounts.sessions import SessionStore
from cpanel_emu.call import Tree
from cpanel_emu.releases import Release

NO_ACCOUNT = "Account does not exist"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Not by ``strftime``, which would follow the locale of a program that embeds the emulator."""

_PORTS = {Service.CPANEL: 2083, Service.WHM: 2087}


@dataclass(frozen=True, slots=True)
class NativeCall:
    """One native call: which function, in which API version, with what, by whom."""

    name: str
    version1: bool
    """``api.version=1`` was sent."""
    arguments: Mapping[str, str]
    login: Login


@dataclass(frozen=True, slots=True)
class NativeAnswer:
    """The members of a native answer, in their order, and what is special about sending it."""

    members: Mapping[str, Tree]
    cache_control: str = ""
    line_end: bool = False


@dataclass(frozen=True, slots=True)
class NativeContext:
    """What native functions may see."""

    accounts: AccountDirectory
    sessions: SessionStore
    release: Release


_Run = Callable[[NativeCall, NativeContext], NativeAnswer]


def answer(call: NativeCall, context: NativeContext) -> NativeAnswer:
    """Run a native function and return its answer, also when there is no such function."""
    run = FUNCTIONS.get(call.name)
    if run is None or (call.name in _ONLY_VERSION_1 and not call.version1):
        return _unknown(call)
    result = run(call, context)
    if call.version1 and not result.cache_control and context.release.cache_control_on_whm_api1:
        return NativeAnswer(result.members, "no-cache", result.line_end)
    return result


def _unknown(call: NativeCall) -> NativeAnswer:
    # No API answer may hold <html> (wire §4.3); names are echoed as wire §2.6 has it.
    name = call.name.translate(str.maketrans("<>", "__"))
    if not call.version1:
        return NativeAnswer({"error": f"Unknown App Requested: {name}"})
    reason = f'Unknown app ("{name}") requested for this version (1) of the API.'
    return NativeAnswer({"metadata": _metadata(name, 0, reason)})


def _metadata(command: str, result: int, reason: str) -> dict[str, Tree]:
    return {"result": result, "reason": reason, "version": 1, "command": command}


def _told(call: NativeCall, members: Mapping[str, Tree]) -> NativeAnswer:
    """Return *members* as they are for API 0, wrapped for version 1."""
    if not call.version1:
        return NativeAnswer(members)
    return NativeAnswer({"data": members, "metadata": _metadata(call.name, 1, "OK")})


def _version(call: NativeCall, context: NativeContext) -> NativeAnswer:
    return _told(call, {"version": context.release.whm_version})


def _gethostname(call: NativeCall, context: NativeContext) -> NativeAnswer:
    return _told(call, {"hostname": context.accounts.server.hostname})


def _loadavg(call: NativeCall, _context: NativeContext) -> NativeAnswer:
    told = _told(call, {"one": "0.00", "five": "0.00", "fifteen": "0.00"})
    return NativeAnswer(told.members, "no-cache, no-store, private, must-revalidate", line_end=True)


def _applist(call: NativeCall, _context: NativeContext) -> NativeAnswer:
    return _told(call, {"app": sorted(FUNCTIONS)})


def _accountsummary(call: NativeCall, context: NativeContext) -> NativeAnswer:
    account = _asked_account(call, context)
    if account is not None:
        return _listed(call, [_summary(account, context)])
    if call.version1:
        return NativeAnswer({"metadata": _metadata(call.name, 0, NO_ACCOUNT)})
    return NativeAnswer({"status": 0, "statusmsg": NO_ACCOUNT, "acct": None})


def _asked_account(call: NativeCall, context: NativeContext) -> Account | None:
    """Return the account that ``user`` or ``domain`` names, if the login may see it."""
    user, domain = call.arguments.get("user", ""), call.arguments.get("domain", "")
    if user:
        account = context.accounts.get(user)
    else:
        found = (one for one in context.accounts.all() if domain and one.domain == domain)
        account = next(found, None)
    return account if account is not None and may_act_for(call.login, account) else None


def _listaccts(call: NativeCall, context: NativeContext) -> NativeAnswer:
    seen = [one for one in context.accounts.all() if may_act_for(call.login, one)]
    return _listed(call, [_summary(one, context) for one in seen])


def _listed(call: NativeCall, accounts: Sequence[Mapping[str, Tree]]) -> NativeAnswer:
    if call.version1:
        return _told(call, {"acct": accounts})
    return NativeAnswer({"status": 1, "statusmsg": "Ok", "acct": accounts})


def _summary(account: Account, context: NativeContext) -> Mapping[str, Tree]:
    """Return the members of one ``acct`` row; all strings but ``suspended``."""
    started = datetime.datetime.fromtimestamp(account.start, datetime.UTC)
    month = _MONTHS[started.month - 1]
    return {
        "disklimit": "unlimited",
        "diskused": "0M",
        "domain": account.domain,
        "email": account.email,
        "ip": context.accounts.server.ip,
        "owner": account.owner,
        "plan": account.plan,
        "startdate": f"{started:%y} {month} {started:%d %H:%M}",
        "suspended": int(account.suspended),
        "theme": account.theme,
        "unix_startdate": str(account.start),
        "user": account.user,
    }


def _create_user_session(call: NativeCall, context: NativeContext) -> NativeAnswer:
    services = {service.value: service for service in Service}
    service = services.get(call.arguments.get("service", Service.CPANEL.value))
    account = _asked_account(call, context)
    if service is None:
        return _session_refused(call, "The service is not known; use cpaneld or whostmgrd.")
    if account is None or (
        service is Service.WHM and not context.accounts.is_reseller(account.user)
    ):
        return _session_refused(call, NO_ACCOUNT)
    session = context.sessions.create(account.user, service)
    host = context.accounts.server.hostname
    url = f"https://{host}:{_PORTS[service]}{session.token}/login/?session={session.cookie_value}"
    data: dict[str, Tree] = {
        "cp_security_token": session.token,
        "expires": session.expires,
        "service": service.value,
        "session": session.value,
        "url": url,
    }
    metadata: dict[str, Tree] = {
        "command": call.name,
        "reason": "OK",
        "result": 1,
        "version": 1,
    }
    return NativeAnswer({"data": data, "metadata": metadata})


def _session_refused(call: NativeCall, reason: str) -> NativeAnswer:
    return NativeAnswer({"metadata": _metadata(call.name, 0, reason)})


_ONLY_VERSION_1 = frozenset({"create_user_session"})

FUNCTIONS: Mapping[str, _Run] = {
    "accountsummary": _accountsummary,
    "applist": _applist,
    "create_user_session": _create_user_session,
    "gethostname": _gethostname,
    "listaccts": _listaccts,
    "loadavg": _loadavg,
    "version": _version,
}
"""Every native function, by name."""
