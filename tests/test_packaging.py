"""The distributions: what they carry, what they need, and that the wheel serves by itself."""

from __future__ import annotations

import ast
import configparser
import email.message
import email.parser
import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu._version import __version__
from tests.documentation import ROOT

MAPPED = {"cpanel_emu": "cpanel_emu", "fixtures": "cpanel_emu/fixtures"}
MAPPED["templates"] = "cpanel_emu/templates"
CONSOLE_SCRIPTS = {
    "cpanel-emu": "cpanel_emu.__main__:main",
    "cpapi1": "cpanel_emu.cli.api:main",
    "cpapi2": "cpanel_emu.cli.api:main",
    "uapi": "cpanel_emu.cli.api:main",
}
GENCSR = (
    "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=gencsr"
    "&cpanel_jsonapi_apiversion=2&city=Houston&company=cPanel&companydivision=Documentation"
    "&country=US&email=user@example.com&host=example.com&state=Texas&password=12345luggage"
)
GENERATED = (
    b'{"cpanelresult":{"apiversion":2,"func":"gencsr","data":[{"output":'
    b'"Certificate Signing Request generated!","result":1}],"event":{"result":1},"module":"SSL"}}\n'
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that is built from the source distribution of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"cpanel_emu-{__version__}.dist-info/METADATA").decode()
    return email.parser.HeaderParser().parsestr(text)


def test_newest_heading_of_changes_is_the_version() -> None:
    text = (ROOT / "CHANGES.rst").read_text(encoding="utf-8")
    heading = re.search(r"^(\S+) \((unreleased|\d{4}-\d\d-\d\d)\)\n-+$", text, re.MULTILINE)
    assert heading is not None
    assert heading[1] == __version__


def test_wheel_has_the_version(metadata: email.message.Message) -> None:
    assert metadata["Version"] == __version__


def test_wheel_carries_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    expected = {
        f"{place}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, place in MAPPED.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert carried == expected
    assert {"cpanel_emu/py.typed", "cpanel_emu/templates/__init__.py"} <= carried


def test_console_scripts(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"cpanel_emu-{__version__}.dist-info/entry_points.txt").decode()
    entry_points = configparser.ConfigParser()
    entry_points.read_string(text)
    assert dict(entry_points["console_scripts"]) == CONSOLE_SCRIPTS


@pytest.mark.parametrize("target", sorted(set(CONSOLE_SCRIPTS.values())))
def test_console_script_leads_to_a_function(target: str) -> None:
    assert callable(importlib.metadata.EntryPoint("script", target, "console_scripts").load())


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("cpanel_emu", ()), ("tests", ("test", "fuzz"))],
    ids=["package", "tests"],
)
def test_every_import_is_declared(
    metadata: email.message.Message, folder: str, extras: tuple[str, ...]
) -> None:
    declared = set()
    for requirement in metadata.get_all("Requires-Dist", []):
        name, _, condition = requirement.partition(";")
        if not condition or condition.strip() in {f'extra == "{extra}"' for extra in extras}:
            declared.add(_normal(re.split(r"[^\w.-]", name)[0]))
    owners = importlib.metadata.packages_distributions()
    for name in _third_party_imports(ROOT / folder):
        # What is not installed, as the extra for fuzzing may be, is called like what it gives.
        assert {_normal(owner) for owner in owners.get(name, [name])} & declared, name


def _third_party_imports(folder: Path) -> set[str]:
    names = set()
    # The plugin runs inside its user's pytest, so pytest is not the package's to require.
    own = {"cpanel_emu", "tests", "pytest"}
    for path in folder.rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names - own - sys.stdlib_module_names


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ``bin`` folder of an environment that has the wheel and what it requires."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


@pytest.fixture
def bare_environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which nothing leads back to the checkout."""
    passed_on = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**passed_on, "HOME": str(tmp_path)}


@pytest.fixture
def server_lines(
    installed: Path, bare_environment: dict[str, str], tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Yield a server of the installed wheel in an empty folder, and what it printed till ready."""
    ports = ["--cpanel=0", "--cpanel-tls=off", "--whm=off", "--whm-tls=off", "--liveapi=off"]
    with subprocess.Popen(
        [installed / "cpanel-emu", "serve", "--root=root", *ports],
        cwd=tmp_path,
        env=bare_environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        guard = threading.Timer(120, process.kill)  # a server that hangs must not hang the suite
        guard.start()
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if lines[-1] == "ready":
                break
        yield process, lines
        guard.cancel()
        process.kill()


@pytest.mark.slow
def test_installed_wheel_serves_the_documented_answer(
    server_lines: tuple[subprocess.Popen[str], list[str]],
) -> None:
    process, lines = server_lines
    assert lines[-1:] == ["ready"]
    [url] = re.findall(r"http://127\.0\.0\.1:\d+", "\n".join(lines))
    request = urllib.request.Request(
        url + GENCSR, headers={"Authorization": "Basic dXNlcjoxMjM0NWx1Z2dhZ2U="}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == GENERATED
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0


@pytest.mark.slow
def test_installed_wheel_tells_its_version(
    installed: Path, bare_environment: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [installed / "cpanel-emu", "version"],
        cwd=tmp_path,
        env=bare_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert __version__ in done.stdout.splitlines()[0]
