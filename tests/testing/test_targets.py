from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.testing.cases import Door
from cpanel_emu.testing.selection import Selection
from cpanel_emu.testing.targets import (
    RemoteServer,
    Target,
    TargetError,
    door_urls,
    load_secrets,
    reason_to_skip,
)

from .suites import CASE, ScriptedListener, read_head, small_suite


def test_ports_tell_doors() -> None:
    assert door_urls(["http://h:2082", "https://h:2083/", "https://[::1]:2087"]) == {
        "cpanel": "http://h:2082",
        "cpanel-tls": "https://h:2083",
        "whm-tls": "https://[::1]:2087",
    }
    assert door_urls(["whm=http://h:80"]) == {"whm": "http://h:80"}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("http://h:8080", "Port 8080 tells no door; write the target as cpanel=http://h:8080"),
        ("http://h", "a target is scheme, host and port"),
        ("h:2082", "a target is scheme, host and port"),
        ("http://h:x", "a target is scheme, host and port"),
        ("http://[::1", "a target is scheme, host and port"),
        ("cpanel=http://[h]:2082", "a target is scheme, host and port"),
        (f"http://{'h' * 64}:2082", "a target is scheme, host and port"),
        ("http://user:pass@h:2082", "a target is scheme, host and port"),
        ("http://h:2082/json-api", "a target is scheme, host and port"),
        ("http://h:2083", "cpanel-tls wants https://"),
        ("cpanel=https://h:2082", "cpanel wants http://"),
    ],
)
def test_wrong_targets(target: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        door_urls([target])
    assert message in str(caught.value)


def test_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(
        '[doors]\nwhm = { login = "WHM root:x", user = "bob" }\n[secrets]\npassword_1 = "p"\n'
    )
    secrets = load_secrets(path)
    assert secrets.doors == {"whm": Door("WHM root:x", "bob")}
    assert secrets.values == {"password_1": "p"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("secrets = 1", "secrets: must be of type object"),
        ('[door]\nx = "y"', 'unknown member "door"'),
        ("format = 1", 'unknown member "format"'),
        ("=", "Invalid"),
        (f"x = {'[' * 3000}", "recursion"),
    ],
)
def test_wrong_secrets(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"secrets\.toml") as caught:
        load_secrets(path)
    assert message in str(caught.value)


URLS = {"cpanel": "http://h:1", "whm": "http://h:2"}
LOGIN = CASE.replace("call = {", 'request = { line = "GET /", login = "Basic a:b" } #')


@pytest.mark.parametrize(
    ("case", "target", "reason"),
    [
        (CASE, Target(URLS), None),
        (CASE, Target({"cpanel": "http://h:1"}), "no --target for whm"),
        (CASE + 'setup.blocked = ["home"]', Target(URLS), "needs a server with options of its own"),
        (
            CASE + "setup.options.lockout = 1",
            Target(URLS),
            "needs a server with options of its own",
        ),
        (CASE + 'setup.seed = "one.json"', Target(URLS), "needs a seed of its own"),
        (CASE + 'setup.key_pool = "/heads"', Target(URLS), "needs keys from a pool"),
        (LOGIN, Target(URLS), "logs in with credentials of the seed"),
        (LOGIN, Target(URLS, is_reset=True), None),
        (LOGIN.replace("a:b", "a:{{s}}"), Target(URLS), None),
        (
            CASE.replace("one.json", "time.json") + 'setup.clock = "2022-01-01T00:00:00Z"',
            Target(URLS),
            "tells the time of a frozen clock",
        ),
    ],
)
def test_reasons_to_skip(tmp_path: Path, case: str, target: Target, reason: str | None) -> None:
    files = {"cases.toml": case, "time.json": '{"created":1640995200}'}
    suite = small_suite(tmp_path, files)
    variants = Selection(releases=("old",), targets=("socket",)).variants(suite)
    reasons = [reason_to_skip(suite, variant, target) for variant in variants]
    assert reasons[-1] == reason


def reset(answer: bytes, *, is_reset: bool) -> list[bytes]:
    heads: list[bytes] = []

    def script(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        connection.sendall(answer)

    with ScriptedListener(script) as listener:
        RemoteServer(Target({"cpanel": listener.url}, is_reset=is_reset)).reset()
    return heads


def test_only_an_emulator_is_reset_and_only_if_asked() -> None:
    done = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    assert reset(done, is_reset=False) == []
    (head,) = reset(done, is_reset=True)
    assert head.startswith(b"POST /_emu/reset HTTP/1.1\r\n")
    with pytest.raises(TargetError, match="answered 404; --reset is for an emulator"):
        reset(done.replace(b"200 OK", b"404 No"), is_reset=True)
