"""Facts about server and account: StatsBar's figures, LangMods, PasswdStrength, SourceIPCheck."""

from __future__ import annotations

from cpanel_emu.call import Api, Arguments, Result, Row, Rows
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Status

_COUNTED = {
    "addondomains": "Addon Domains",
    "autoresponders": "Autoresponders",
    "bandwidthusage": "Monthly Bandwidth Transfer",
    "diskusage": "Disk Space Usage",
    "emailaccounts": "Email Accounts",
    "emailfilters": "Email Filters",
    "emailforwarders": "Email Forwarders",
    "ftpaccounts": "FTP Accounts",
    "mailinglists": "Mailing Lists",
    "mysqldatabases": "MySQL Databases",
    "parkeddomains": "Parked Domains",
    "postgresqldatabases": "PostgreSQL Databases",
    "sqldatabases": "SQL Databases",
    "subdomains": "Subdomains",
}
"""What has a number and a limit; the emulator has none of these things."""

_LANGUAGES = {
    "perl": ("Perl Modules", "perl"),
    "php-pear": ("PHP Extensions and Applications", "php"),
    "ruby": ("RubyGems", "ruby/gems"),
}
"""Title of a language's modules, and their folder in the home directory."""


def stat(context: Context, arguments: Arguments) -> Result:
    """Return a row for each figure that ``display`` names, in its order, or for all.

    Names are separated by ``|``; an unknown one has no row. A fact has a ``value``; a count is
    0 of no limit. Sets ``statsbar_<name>_maxed`` for each count (``tags §2.5``).
    """
    rows = {**_facts(context), **{name: _count(name) for name in _COUNTED}}
    asked = [name.strip() for name in arguments.get("display").split("|") if name.strip()]
    names = [name for name in asked or rows if name in rows]
    maxed = {f"statsbar_{name}_maxed": "0" for name in names if name in _COUNTED}
    return Rows([rows[name] for name in names], variables=maxed)


def _facts(context: Context) -> dict[str, Row]:
    values = {
        "cpanelversion": ("cPanel Version", context.release.whm_version),
        "dedicatedip": ("Dedicated IP Address", context.server.ip),
        "hostname": ("Server Name", context.server.hostname),
        "hostingpackage": ("Hosting Package", context.account.plan),
        "theme": ("cPanel Theme", context.account.theme),
    }
    return {
        name: {"name": name, "item": item, "value": value} for name, (item, value) in values.items()
    }


def _count(name: str) -> Row:
    return {
        "name": name,
        "item": _COUNTED[name],
        "count": 0,
        "_count": 0,
        "max": "unlimited",
        "_max": "unlimited",
        "percent": 0,
    }


def get_required_strength(_context: Context, arguments: Arguments) -> Result:
    """Return the least strength of a password for ``app``: 0, any will do."""
    return Rows(({"app": arguments.get("app"), "strength": 0},))


def getaccount(context: Context, _arguments: Arguments) -> Result:
    """Return the account's name."""
    return Rows(({"account": context.account.user},))


def getkey(_context: Context, arguments: Arguments) -> Result:
    """Return what ``key`` says of the modules of ``lang``; only ``name`` is known."""
    known = _LANGUAGES.get(arguments.get("lang"))
    value = known[0] if known is not None and arguments.get("key") == "name" else ""
    return Rows(({"key": arguments.get("key"), "value": value},) if value else ())


def getprefix(context: Context, arguments: Arguments) -> Result:
    """Return the folder into which the modules of ``lang`` are installed."""
    known = _LANGUAGES.get(arguments.get("lang"))
    if known is None:
        return Rows()
    return Rows(({"prefix": f"/home/{context.account.user}/{known[1]}"},))


FUNCTIONS = (
    Function(Api.API2, "LangMods", "getkey", getkey, status=Status.STUBBED),
    Function(Api.API2, "LangMods", "getprefix", getprefix, status=Status.STUBBED),
    Function(
        Api.API2,
        "PasswdStrength",
        "get_required_strength",
        get_required_strength,
        status=Status.STUBBED,
    ),
    Function(Api.API2, "SourceIPCheck", "getaccount", getaccount, status=Status.STUBBED),
    Function(Api.API2, "StatsBar", "stat", stat, status=Status.STUBBED),
)
"""What pages ask about server and account."""
