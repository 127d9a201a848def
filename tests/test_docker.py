"""The image, as far as that can be told without Docker: its file, its check, its command."""

from __future__ import annotations

import configparser
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import cpanel_emu
from cpanel_emu import Emulator
from cpanel_emu.options import OPTIONS
from tests.documentation import ROOT, blocks

SEED = ROOT / "docs" / "examples" / "seed" / "seed.toml"
CPANEL_EMU = [sys.executable, "-m", "cpanel_emu"]


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile in order, with their arguments on one line."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    pairs = (line.split(None, 1) for line in text.splitlines() if line.strip())
    return [(word.upper(), " ".join(rest.split())) for word, rest in pairs]


def last_stage() -> list[tuple[str, str]]:
    """Return the instructions of what becomes the image."""
    found = instructions()
    start = max(index for index, (word, _) in enumerate(found) if word == "FROM")
    return found[start:]


def arguments(word: str) -> list[str]:
    return [rest for name, rest in last_stage() if name == word]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in arguments("ENV") for pair in line.split())


def exec_form(rest: str) -> list[str]:
    """Return the words of an instruction that needs no shell, so that signals arrive."""
    words = json.loads(rest)
    assert all(isinstance(word, str) for word in words)
    return list(words)


def health_check() -> list[str]:
    [check] = arguments("HEALTHCHECK")
    return exec_form(check.split(" CMD ", 1)[1])


def test_bases_are_slim_and_fixed() -> None:
    bases = {rest.split()[0] for word, rest in instructions() if word == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim", bases.pop())


def test_nothing_is_fetched_but_by_pip() -> None:
    found = instructions()
    assert "ADD" not in {word for word, _ in found}
    assert not [rest for _, rest in found if re.search(r"\b(curl|wget|git)\b", rest)]
    assert not [rest for word, rest in found if "://" in rest and word != "HEALTHCHECK"]


def test_runs_as_a_numbered_user_who_is_not_root() -> None:
    [user] = arguments("USER")
    number, _, group = user.partition(":")
    assert int(number) > 0
    assert int(group) > 0
    assert any(f"--uid {number} " in rest for rest in arguments("RUN"))
    words = [word for word, _ in last_stage()]
    assert "RUN" not in words[words.index("USER") :]


def test_variables_are_those_of_the_options() -> None:
    own = {name for name in environment() if name.startswith("CPANEL_EMU_")}
    assert own <= {option.variable for option in OPTIONS}
    assert environment()["CPANEL_EMU_HOST"] == "0.0.0.0"
    default = {option.name: option.default for option in OPTIONS}["host"]
    assert default == "127.0.0.1"


def test_ports_are_those_that_the_server_takes_by_default() -> None:
    ports = {o.default for o in OPTIONS if o.name in {"cpanel", "cpanel-tls", "whm", "whm-tls"}}
    [exposed] = arguments("EXPOSE")
    assert {int(port) for port in exposed.split()} == ports


def test_health_check_tells_whether_the_server_answers() -> None:
    command = health_check()
    assert command[0] == "python"
    assert "http://127.0.0.1:2082/_emu/health" in command[-1]
    with Emulator() as emulator:
        here = command[-1].replace("http://127.0.0.1:2082", emulator.cpanel_url)
        healthy = [sys.executable, *command[1:-1], here]
        assert subprocess.run(healthy, check=False).returncode == 0
    assert subprocess.run(healthy, capture_output=True, check=False).returncode != 0


def serve(tmp_path: Path, seed: Path) -> subprocess.Popen[str]:
    """Start what the image starts, with other places and ports."""
    [entry], [command] = arguments("ENTRYPOINT"), arguments("CMD")
    assert exec_form(entry) == ["cpanel-emu"]
    free = {f"CPANEL_EMU_{name}": "0" for name in ("CPANEL", "CPANEL_TLS", "WHM", "WHM_TLS")}
    places = {"CPANEL_EMU_ROOT": str(tmp_path / "root"), "CPANEL_EMU_SEED": str(seed)}
    package = str(Path(cpanel_emu.__file__).parent.parent)
    kept = {name: value for name, value in environment().items() if name != "PATH"}
    return subprocess.Popen(
        [*CPANEL_EMU, *exec_form(command)],
        env={**os.environ, **kept, **free, **places, "PYTHONPATH": package},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_command_serves_the_mounted_seed_until_it_is_stopped(tmp_path: Path) -> None:
    with serve(tmp_path, SEED) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if line == "ready\n":
                break
        process.send_signal(signal.SIGTERM)
        errors = process.stderr.read()
    assert process.returncode == 0
    assert lines[-1] == "ready"
    assert re.fullmatch(r"cpanel http://0\.0\.0\.0:\d+", lines[0])
    assert errors == "", "the example seed has no published secrets"
    assert (tmp_path / "root" / "home" / "shop").is_dir()


def test_without_a_seed_the_server_says_so(tmp_path: Path) -> None:
    with serve(tmp_path, tmp_path / "seed.toml") as process:
        _, errors = process.communicate()
    assert process.returncode == 2
    assert str(tmp_path / "seed.toml") in errors
    assert "CPANEL_EMU_SEED" in errors


def test_build_is_given_what_the_package_is_made_of() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in lines
    given = {line[1:] for line in lines if line.startswith("!")}
    assert all((ROOT / name).exists() for name in given)
    metadata = configparser.ConfigParser()
    metadata.read(ROOT / "setup.cfg", encoding="utf-8")
    needed = {"cpanel_emu", "pyproject.toml", "setup.cfg", "setup.py"}
    needed |= set(re.findall(r"= (\w+)$", metadata["options"]["package_dir"], re.MULTILINE))
    needed.add(metadata["metadata"]["license_files"])
    needed.add(metadata["metadata"]["long_description"].removeprefix("file: "))
    assert needed == given


@pytest.mark.parametrize("line", ["USER 10001:10001", "FROM cpanel-emu"])
def test_manual_extends_the_image_as_it_is(line: str) -> None:
    [block] = blocks(ROOT / "docs" / "docker.rst", "docker")
    assert line in block.text.splitlines()


def test_workflows_of_the_manual_are_yaml_with_steps() -> None:
    found = [yaml.safe_load(block.text) for block in blocks(ROOT / "docs" / "docker.rst", "yaml")]
    assert [list(workflow["jobs"]) for workflow in found] == [["plugin"], ["container"]]
    for workflow in found:
        for job in workflow["jobs"].values():
            assert all({"uses", "run"} & set(step) for step in job["steps"])
