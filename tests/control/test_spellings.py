"""One call in every tongue: each spelling does what it says when it is used."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.control.spellings import EXAMPLE, Place, Spelling, spellings
from tests.control.conftest import ask
from tests.requirements import require_perl_module, require_program

if TYPE_CHECKING:
    from cpanel_emu import Emulator

DONE = "Certificate Signing Request generated!"
AWKWARD = {
    **EXAMPLE,
    "company": 'O\'Reilly & Söhne \\ "Zwei"',
    "companydivision": "a+b=c;$x %41 [1], (2)",
    "password": "it's secret",
}
IN_TAGS = {
    **EXAMPLE,
    "company": "Bell, Book [and] Candle (3) 'x' 5% #1",
    "companydivision": 'a "b"',
}


def place(emulator: Emulator) -> Place:
    return Place(
        cpanel_url=emulator.cpanel_url,
        whm_url=emulator.whm_url,
        root=str(emulator.root.path),
        user="user",
        password="12345luggage",
        whm_password="12345luggage",
    )


def spelt(emulator: Emulator, title: str, values: dict[str, str]) -> Spelling:
    [found] = [one for one in spellings(values, place(emulator)) if one.title == title]
    return found


def wanted(values: dict[str, str]) -> dict[str, str]:
    secret = {"password": "(hidden)"} if values.get("password") else {}
    return {name: value for name, value in {**values, **secret}.items() if value}


def made(emulator: Emulator, values: dict[str, str]) -> None:
    """Check that the one call was made with exactly *values*."""
    [call] = emulator.journal.calls("SSL", "gencsr")
    assert call.outcome == "answered", call.error
    given = {name: value for name, value in call.named.items() if name in EXAMPLE}
    assert given == wanted(values)


def shell(text: str, **variables: str) -> str:
    done = subprocess.run(
        [require_program("sh"), "-c", text],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", **variables},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("values", [dict(EXAMPLE), AWKWARD], ids=["example", "awkward"])
@pytest.mark.parametrize("title", ["curl, JSON", "curl, XML", "curl, through WHM"])
def test_curl(emulator: Emulator, title: str, values: dict[str, str]) -> None:
    require_program("curl")
    assert DONE in shell(spelt(emulator, title, values).text)
    made(emulator, values)


@pytest.mark.parametrize("values", [dict(EXAMPLE), AWKWARD], ids=["example", "awkward"])
def test_curl_api1(emulator: Emulator, values: dict[str, str]) -> None:
    require_program("curl")
    shell(spelt(emulator, "curl, API 1", values).text)
    [call] = emulator.journal.calls("SSL", "gencsr")
    assert (call.api, call.outcome) == ("1", "answered")
    order = ("host", "country", "state", "city", "company", "companydivision", "email")
    secret = "(hidden)" if values["password"] else ""
    assert call.positional == (*(values[name] for name in order), secret)


@pytest.mark.parametrize("values", [dict(EXAMPLE), AWKWARD], ids=["example", "awkward"])
def test_python(emulator: Emulator, values: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", spelt(emulator, "Python", values).text],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert done.stdout == f"{DONE}\n"
    made(emulator, values)


@pytest.mark.parametrize("values", [dict(EXAMPLE), AWKWARD], ids=["example", "awkward"])
def test_python_in_a_test(emulator: Emulator, values: dict[str, str]) -> None:
    scope: dict[str, Any] = {}
    exec(spelt(emulator, "Python, in a test", values).text, scope)
    scope["test_gencsr"](emulator)
    made(emulator, values)


@pytest.mark.parametrize("values", [dict(EXAMPLE), AWKWARD], ids=["example", "awkward"])
def test_cpapi2(emulator: Emulator, values: dict[str, str]) -> None:
    assert (Path(sys.executable).parent / "cpapi2").exists()
    assert DONE in shell(spelt(emulator, "cpapi2", values).text)


@pytest.mark.parametrize("values", [dict(EXAMPLE), AWKWARD], ids=["example", "awkward"])
@pytest.mark.parametrize(
    ("title", "name"), [("PHP, LiveAPI", "x.live.php"), ("Perl, LiveAPI", "x.live.pl")]
)
def test_liveapi_pages(tmp_path: Path, title: str, name: str, values: dict[str, str]) -> None:
    from cpanel_emu import Emulator

    if name.endswith("php"):
        require_program("php")
    else:
        require_perl_module("JSON::PP")
    theme = tmp_path / "x3"
    theme.mkdir()
    with Emulator(theme=theme) as emulator:
        page = theme / name
        page.write_text(spelt(emulator, title, values).text)
        page.chmod(0o755)
        got = ask(f"{emulator.cpanel_url}/frontend/x3/{name}", login="user")
        assert DONE in got.text
        made(emulator, values)


@pytest.mark.parametrize("values", [dict(EXAMPLE), IN_TAGS], ids=["example", "awkward"])
def test_the_tag_of_api_2(emulator: Emulator, tmp_path: Path, values: dict[str, str]) -> None:
    spelling = spelt(emulator, "Tag, API 2", values)
    assert not spelling.remark
    assert _rendered(tmp_path, spelling.text, values) == DONE


def test_the_tag_of_api_1(emulator: Emulator, tmp_path: Path) -> None:
    spelling = spelt(emulator, "Tag, API 1", dict(EXAMPLE))
    assert not spelling.remark
    from cpanel_emu import Emulator

    with Emulator(theme=_theme(tmp_path, spelling.text)) as other:
        other.render("x.html", user="user")
        [call] = other.journal.calls("SSL", "gencsr")
        assert call.outcome == "answered"
        assert call.positional[:2] == ("example.com", "US")


@pytest.mark.parametrize("value", ["a>b", "a$user", "a\\b", "a\nb", "both ' and \""])
def test_what_tags_cannot_carry_is_said(emulator: Emulator, value: str) -> None:
    values = {**EXAMPLE, "company": value}
    assert spelt(emulator, "Tag, API 2", values).remark
    assert spelt(emulator, "Tag, API 1", values).remark


def _theme(folder: Path, text: str) -> Path:
    theme = folder / "x3"
    theme.mkdir()
    (theme / "x.html").write_text(text)
    return theme


def _rendered(folder: Path, text: str, values: dict[str, str]) -> str:
    from cpanel_emu import Emulator

    with Emulator(theme=_theme(folder, text)) as other:
        body = other.render("x.html", user="user").decode()
        made(other, values)
    return textwrap.dedent(body)
