"""One call of gencsr in every tongue, ready to copy. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

FIELDS = (
    ("city", "City"),
    ("company", "Company"),
    ("companydivision", "Division"),
    ("country", "Country, two letters"),
    ("email", "E-mail"),
    ("host", "Host"),
    ("state", "State"),
    ("password", "Challenge password"),
)
"""The parameters of gencsr (``ssl §1.4``) and what the form calls them."""

EXAMPLE: Mapping[str, str] = {
    "city": "Houston",
    "company": "cPanel",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "state": "Texas",
    "password": "",
}

_API1_ORDER = (
    "host",
    "country",
    "state",
    "city",
    "company",
    "companydivision",
    "email",
    "password",
)
_PLAIN = re.compile(r"[A-Za-z0-9 .@_*-]*")
_UNFIT = "A tag cannot carry every one of these values as it stands."
_NOT_IN_TAGS = re.compile(r"[\\$<>\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server is, and who calls."""

    cpanel_url: str
    whm_url: str
    root: str
    """The folder of the emulated server's files."""
    user: str
    password: str
    whm_password: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write the call; *remark* says what else there is to know."""

    title: str
    text: str
    remark: str = ""


def spellings(values: Mapping[str, str], place: Place) -> list[Spelling]:
    """Return the call of gencsr with *values* in every tongue; empty values are left out."""
    given = {name: values[name] for name, _ in FIELDS if values.get(name)}
    return [make(given, place) for make in _MAKERS]


def _curl(url: str, login: str, pairs: Mapping[str, str]) -> str:
    lines = [f"curl -s -u {shlex.quote(login)}", shlex.quote(url)]
    lines += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in pairs.items()]
    return " \\\n  ".join(lines)


def _control(prefix: str, **more: str) -> dict[str, str]:
    names = {**more, "apiversion": "2", "module": "SSL", "func": "gencsr"}
    return {f"cpanel_{prefix}_{name}": value for name, value in names.items()}


def _json(given: Mapping[str, str], place: Place) -> Spelling:
    pairs = {**_control("jsonapi"), **given}
    url = f"{place.cpanel_url}/json-api/cpanel"
    return Spelling("curl, JSON", _curl(url, f"{place.user}:{place.password}", pairs))


def _xml(given: Mapping[str, str], place: Place) -> Spelling:
    pairs = {**_control("xmlapi"), **given}
    url = f"{place.cpanel_url}/xml-api/cpanel"
    return Spelling("curl, XML", _curl(url, f"{place.user}:{place.password}", pairs))


def _whm(given: Mapping[str, str], place: Place) -> Spelling:
    pairs = {**_control("jsonapi", user=place.user), **given}
    url = f"{place.whm_url}/json-api/cpanel"
    return Spelling("curl, through WHM", _curl(url, f"root:{place.whm_password}", pairs))


def _api1(given: Mapping[str, str], place: Place) -> Spelling:
    pairs = {**_control("jsonapi"), "cpanel_jsonapi_apiversion": "1"}
    pairs |= {f"arg-{at}": given.get(name, "") for at, name in enumerate(_API1_ORDER)}
    url = f"{place.cpanel_url}/json-api/cpanel"
    return Spelling("curl, API 1", _curl(url, f"{place.user}:{place.password}", pairs))


def _cpapi2(given: Mapping[str, str], place: Place) -> Spelling:
    words = [f"{name}={quote(value, safe='')}" for name, value in given.items()]
    command = f"CPANEL_EMU_ROOT={shlex.quote(place.root)} cpapi2 --user={place.user} SSL gencsr"
    return Spelling("cpapi2", " \\\n  ".join([command, *map(shlex.quote, words)]))


def _quoted(text: str) -> str:
    """Return *text* as a string of PHP or Perl."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _php(given: Mapping[str, str], _place: Place) -> Spelling:
    pairs = "".join(f"    {_quoted(name)} => {_quoted(value)},\n" for name, value in given.items())
    text = (
        "<?php\n"
        "require_once '/usr/local/cpanel/php/cpanel.php';\n"
        "$cpanel = new CPANEL();\n"
        f"$answer = $cpanel->api2('SSL', 'gencsr', array(\n{pairs}));\n"
        "print $answer['cpanelresult']['data'][0]['output'];\n"
        "$cpanel->end();\n"
    )
    return Spelling("PHP, LiveAPI", text, "A page whose name ends in .live.php.")


def _perl(given: Mapping[str, str], _place: Place) -> Spelling:
    pairs = "".join(f"    {_quoted(name)} => {_quoted(value)},\n" for name, value in given.items())
    text = (
        "#!/usr/bin/perl\n"
        "use strict;\n"
        "use lib '/usr/local/cpanel';\n"
        "use Cpanel::LiveAPI ();\n"
        "my $cpanel = Cpanel::LiveAPI->new();\n"
        f"my $answer = $cpanel->api2('SSL', 'gencsr', {{\n{pairs}}});\n"
        "print $answer->{cpanelresult}{data}[0]{output};\n"
        "$cpanel->end();\n"
    )
    return Spelling("Perl, LiveAPI", text, "A page whose name ends in .live.pl.")


def _tag(given: Mapping[str, str], _place: Place) -> Spelling:
    pairs = ", ".join(f"{name}={_in_tag(value)}" for name, value in given.items())
    return Spelling(
        "Tag, API 2",
        f"<?cp SSL::gencsr(%,output) {pairs} ?>",
        _UNFIT if any(map(_is_unfit, given.values())) else "",
    )


def _in_tag(value: str) -> str:
    escaped = value.replace("[", "\\{leftbracket}").replace("]", "\\{rightbracket}")
    return f"'{escaped}'" if '"' in value else f'"{escaped}"'


def _is_unfit(value: str) -> bool:
    return bool(_NOT_IN_TAGS.search(value)) or ('"' in value and "'" in value)


def _tag1(given: Mapping[str, str], _place: Place) -> Spelling:
    values = [given.get(name, "") for name in _API1_ORDER]
    return Spelling(
        "Tag, API 1",
        f'<cpanel SSL="gencsr({",".join(values)})">',
        "" if all(map(_PLAIN.fullmatch, values)) else _UNFIT,
    )


def _python(given: Mapping[str, str], place: Place) -> Spelling:
    pairs = {**_control("jsonapi"), **given}
    text = (
        "import base64\n"
        "import json\n"
        "import urllib.parse\n"
        "import urllib.request\n"
        "\n"
        f"form = {_python_dict(pairs)}\n"
        f"login = base64.b64encode({f'{place.user}:{place.password}'!r}.encode()).decode()\n"
        "request = urllib.request.Request(\n"
        f"    {f'{place.cpanel_url}/json-api/cpanel'!r},\n"
        "    data=urllib.parse.urlencode(form).encode(),\n"
        '    headers={"Authorization": f"Basic {login}"},\n'
        ")\n"
        "with urllib.request.urlopen(request) as answer:\n"
        '    print(json.load(answer)["cpanelresult"]["data"][0]["output"])\n'
    )
    return Spelling("Python", text)


def _python_test(given: Mapping[str, str], place: Place) -> Spelling:
    pairs = {"user": place.user, **given}
    arguments = "".join(f"        {name}={value!r},\n" for name, value in pairs.items())
    text = (
        "def test_gencsr(cpanel_emu):\n"
        f'    cpanel_emu.call(\n        "SSL",\n        "gencsr",\n{arguments}    )\n'
        '    cpanel_emu.journal.assert_called("SSL", "gencsr", outcome="answered")\n'
    )
    return Spelling("Python, in a test", text)


def _python_dict(pairs: Mapping[str, str]) -> str:
    return "{\n" + "".join(f"    {name!r}: {value!r},\n" for name, value in pairs.items()) + "}"


_MAKERS = (
    *(_json, _xml, _whm, _api1, _cpapi2),
    *(_php, _perl, _tag, _tag1, _python, _python_test),
)
