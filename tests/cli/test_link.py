"""``cpanel-emu link``: the programs at the paths of a real server."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cpanel_emu.cli.link import LinkError, link
from tests.cli.programs import PROGRAMS, Shell

PLACES = ("usr/local/cpanel/bin", "usr/bin")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell whose programs count as those that are installed."""
    shell = Shell(tmp_path / "shell", tmp_path / "root")
    monkeypatch.setattr("sys.argv", [str(shell.programs / "cpanel-emu")])
    return shell


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "prefix"


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(link, list(map(str, words)))


def test_the_documented_path_works(shell: Shell, prefix: Path) -> None:
    result = call("--prefix", prefix)
    assert result.exit_code == 0
    paths = [prefix / place / program for place in PLACES for program in PROGRAMS]
    assert result.output == "".join(f"{path}\n" for path in paths)
    program = prefix / "usr/local/cpanel/bin/cpapi2"
    done = shell.run(str(program), "--user=user", "--output=json", "SSL", "listkeys")
    assert '"data":[{"host":"example.com"}]' in done.output
    done = shell.run(str(prefix / "usr/bin/uapi"), "--nosuch")
    assert done.errors.startswith("[uapi] Unknown option: nosuch\n")


def test_twice_is_as_good_as_once(shell: Shell, prefix: Path) -> None:
    first = call("--prefix", prefix)
    assert call("--prefix", prefix).output == first.output


def test_what_is_there_stays_and_nothing_is_linked(shell: Shell, prefix: Path) -> None:
    foreign = prefix / "usr/bin/cpapi2"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    result = call("--prefix", prefix)
    assert isinstance(result.exception, LinkError)
    assert str(result.exception).startswith(f"{foreign} is there and is no link to ")
    assert foreign.read_text() == "mine"
    assert not (prefix / "usr/local").exists()


@pytest.mark.parametrize("target", ["/nowhere/cpapi2", "/bin/sh"])
def test_a_link_of_others_stays(shell: Shell, prefix: Path, target: str) -> None:
    foreign = prefix / "usr/bin/cpapi2"
    foreign.parent.mkdir(parents=True)
    foreign.symlink_to(target)
    assert isinstance(call("--prefix", prefix).exception, LinkError)
    call("--prefix", prefix, "--remove")
    assert foreign.readlink() == Path(target)


def test_removing_takes_ours_alone(shell: Shell, prefix: Path) -> None:
    made = call("--prefix", prefix)
    (prefix / "usr/bin/uapi").unlink()
    (prefix / "usr/bin/uapi").write_text("mine")
    result = call("--prefix", prefix, "--remove")
    assert result.exit_code == 0
    assert set(made.output.splitlines()) - set(result.output.splitlines()) == {
        str(prefix / "usr/bin/uapi")
    }
    assert [path.name for path in prefix.rglob("*") if not path.is_dir()] == ["uapi"]
    assert call("--prefix", prefix, "--remove").output == ""


def test_programs_that_are_installed_in_the_place_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "prefix" / "usr"
    shell = Shell(place, tmp_path / "root")
    monkeypatch.setattr("sys.argv", [str(shell.programs / "cpanel-emu")])
    result = call("--prefix", tmp_path / "prefix")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == 3
    assert not (shell.programs / "cpapi2").is_symlink()


def test_programs_that_are_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: Path
) -> None:
    monkeypatch.setattr("sys.argv", [str(tmp_path / "cpanel-emu")])
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    result = call("--prefix", prefix)
    assert str(result.exception) == (
        "cpapi1, cpapi2 and uapi are not installed; install cpanel-emu with pip."
    )


def test_a_place_that_cannot_be_written(shell: Shell, prefix: Path) -> None:
    prefix.mkdir()
    (prefix / "usr").write_text("a file")
    result = call("--prefix", prefix)
    assert isinstance(result.exception, LinkError)
    assert "or give --prefix." in str(result.exception)
    assert stat.S_ISREG((prefix / "usr").stat().st_mode)
