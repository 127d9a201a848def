"""The set-up that ``scripts/run`` and ``scripts/test`` share, without the network."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests.documentation import ROOT

SHELL_TOOLS = ("cat", "dirname", "sh")


class FakeRun:
    """Stands in for the runs of venv and pip; notes their commands and does their visible part."""

    def __init__(self, checkout: Path) -> None:
        self.python = checkout / ".venv" / "bin" / "python"
        self.own_pip = False
        self.failing: set[str] = set()
        self.interrupted = False
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str], *, quiet: bool = False) -> int:
        words = [str(word) for word in command]
        if "install" in words:
            if self.interrupted:
                raise KeyboardInterrupt
            self.own_pip = True
        elif "venv" in words:
            self._make_venv(with_pip="--without-pip" not in words)
        elif words[:1] == [str(self.python)] and not self.own_pip:
            return 1
        if "--version" not in words:
            self.commands.append(words)
        return int(any(word in self.failing for word in words))

    def _make_venv(self, *, with_pip: bool) -> None:
        self.python.parent.mkdir(parents=True, exist_ok=True)
        self.python.symlink_to(sys.executable)
        self.own_pip = with_pip

    @property
    def makes(self) -> list[str]:
        return [command[3] for command in self.commands if command[2] == "venv"]

    @property
    def installs(self) -> list[list[str]]:
        return [command for command in self.commands if "install" in command]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "check out"
    (folder / "cpanel_emu").mkdir(parents=True)
    for name in ("setup.cfg", "setup.py", "pyproject.toml", "cpanel_emu/_version.py"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    return folder


def _load(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = checkout / "scripts" / "environment.py"
    spec = importlib.util.spec_from_file_location("environment", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "environment", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.signal, "signal", lambda *arguments: None)
    return module


@pytest.fixture
def environment(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.delenv("PYTHON", raising=False)
    return _load(checkout, monkeypatch)


@pytest.fixture
def run(environment: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    fake = FakeRun(checkout)
    monkeypatch.setattr(environment, "_run", fake)
    return fake


def test_first_time_makes_and_installs(environment: ModuleType, run: FakeRun) -> None:
    assert environment.main(["test"]) == 0
    [install] = run.installs
    assert install[-2:] == ["--editable", ".[test]"]
    assert not environment.UNFINISHED.exists()


def test_second_time_does_nothing(environment: ModuleType, run: FakeRun) -> None:
    environment.main(["test"])
    run.commands.clear()
    assert environment.main([]) == 0
    assert environment.main(["test"]) == 0
    assert run.commands == []


def test_installs_again_for_a_further_extra(environment: ModuleType, run: FakeRun) -> None:
    environment.main(["test"])
    environment.main(["docs"])
    assert run.installs[-1][-1] == ".[docs,test]"


def test_installs_again_when_the_metadata_changed(
    environment: ModuleType, run: FakeRun, checkout: Path
) -> None:
    environment.main(["test"])
    with (checkout / "setup.cfg").open("a", encoding="utf-8") as metadata:
        metadata.write("# changed\n")
    environment.main([])
    assert [command[-1] for command in run.installs] == [".[test]", ".[test]"]


def test_moved_checkout_is_made_anew(
    environment: ModuleType, run: FakeRun, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.main([])
    moved = checkout.rename(checkout.parent / "moved")
    there = _load(moved, monkeypatch)
    fake = FakeRun(moved)
    monkeypatch.setattr(there, "_run", fake)
    assert there.main([]) == 0
    assert fake.makes == [str(moved / ".venv")]


def test_works_without_ensurepip(
    environment: ModuleType, run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert environment.main([]) == 0
    create, install = run.commands
    assert create[-1] == "--without-pip"
    assert install[:5] == [sys.executable, "-m", "pip", "--python", str(run.python)]
    assert "pip" in install[5:], "the environment gets a pip of its own"


def test_without_any_pip_names_the_mend(
    environment: ModuleType,
    run: FakeRun,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    run.failing = {"pip", "pip3"}
    assert environment.main([]) == 1
    assert "apt-get install python3-pip" in capsys.readouterr().err
    assert not environment.VENV.exists()


def test_failed_install_leaves_nothing_behind(environment: ModuleType, run: FakeRun) -> None:
    run.failing = {"install"}
    assert environment.main([]) == 1
    assert not environment.VENV.exists()
    run.failing = set()
    assert environment.main([]) == 0


def test_failed_refresh_is_tried_again(
    environment: ModuleType, run: FakeRun, checkout: Path
) -> None:
    environment.main([])
    run.failing = {"install"}
    assert environment.main(["test"]) == 1
    assert environment.VENV.exists(), "it was there before"
    run.failing = set()
    assert environment.main([]) == 0
    assert len(run.installs) == 3


def test_interrupted_leaves_nothing_behind(environment: ModuleType, run: FakeRun) -> None:
    run.interrupted = True
    assert environment.main([]) == 130
    assert not environment.VENV.exists()


def test_killed_half_way_is_made_anew(environment: ModuleType, run: FakeRun) -> None:
    run._make_venv(with_pip=True)
    environment.UNFINISHED.touch()
    assert environment.main([]) == 0
    assert run.makes == [str(environment.VENV)]


@pytest.fixture
def only_shell_tools(tmp_path: Path) -> Path:
    """Return a folder for ``PATH`` with a shell and no Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in SHELL_TOOLS:
        tool = shutil.which(name)
        assert tool is not None
        (folder / name).symlink_to(tool)
    return folder


def _fake_python(path: Path, version: str) -> None:
    path.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}" && exit 0\nexit 1\n',
        encoding="utf-8",
    )
    path.chmod(0o755)


def _run_script(
    name: str, path: Path, folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts" / name],
        env={"PATH": str(path), **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["run", "test"])
def test_no_python_names_the_mend(name: str, only_shell_tools: Path, tmp_path: Path) -> None:
    done = _run_script(name, only_shell_tools, tmp_path)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; found: none." in done.stderr
    assert "apt-get install python3" in done.stderr


def test_old_python_is_named(only_shell_tools: Path, tmp_path: Path) -> None:
    _fake_python(only_shell_tools / "python3", "3.9.2")
    done = _run_script("run", only_shell_tools, tmp_path)
    assert done.returncode == 1
    assert "found: Python 3.9.2 (python3)." in done.stderr


def test_python_that_is_asked_for_is_the_only_one_tried(
    only_shell_tools: Path, tmp_path: Path
) -> None:
    (only_shell_tools / "python3").symlink_to(sys.executable)
    old = tmp_path / "old python"
    _fake_python(old, "3.8.1")
    done = _run_script("run", only_shell_tools, tmp_path, PYTHON=str(old))
    assert done.returncode == 1
    assert f"found: Python 3.8.1 ({old})." in done.stderr


def test_newer_python_is_found_behind_an_old_one(
    checkout: Path, only_shell_tools: Path, tmp_path: Path
) -> None:
    _fake_python(only_shell_tools / "python3", "3.9.2")
    (only_shell_tools / "python3.11").write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} "$@"\necho "chosen: $1"\nexit 7\n',
        encoding="utf-8",
    )
    (only_shell_tools / "python3.11").chmod(0o755)
    done = subprocess.run(
        [checkout / "scripts" / "run"],
        env={"PATH": str(only_shell_tools)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (
        7,
        f"chosen: {checkout / 'scripts' / 'environment.py'}\n",
    )


def test_an_interrupted_script_says_so_in_one_line(tmp_path: Path) -> None:
    script = tmp_path / "bench_it.py"
    text = "import os, signal, sys\nprint(sys.argv[1:])\nos.kill(os.getpid(), signal.SIGINT)\n"
    script.write_text(text)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "interruptible.py", script, "--calls", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    told = (done.returncode, done.stdout, done.stderr)
    assert told == (130, "['--calls', '2']\n", "bench it: interrupted\n")


@pytest.mark.parametrize("name", ["bench", "torture"])
def test_benchmarks_and_tortures_are_run_so(name: str) -> None:
    assert "interruptible.py" in (ROOT / "scripts" / name).read_text()


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("bench_*.py")))
def test_benchmarks_tell_what_they_measure(script: Path) -> None:
    command = [sys.executable, str(script), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith(f"usage: {script.name} ")
