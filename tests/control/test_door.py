"""The control namespace for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from cpanel_emu import Emulator, __version__
from tests.control.conftest import SUBJECT, Control, ask, call_url
from tests.server.wsgi import Client

if TYPE_CHECKING:
    from cpanel_emu.server.app import Application

SEED = """
[accounts.fresh]
domain = "fresh.example"
password = "geheim"
"""


def test_health(control: Control) -> None:
    got = control.get("health")
    assert (got.status, got.body) == (200, b'{"status":"ok"}\n')
    assert control.send("HEAD", "health").status == 200


def test_version(control: Control) -> None:
    told = control.get("version").json
    assert told["version"] == __version__
    assert told["emulate_version"] == "docs"
    assert "11.32" in told["releases"]


@pytest.mark.parametrize("port", ["cpanel_url", "whm_url"])
def test_every_port_has_it(emulator: Emulator, port: str) -> None:
    assert ask(f"{getattr(emulator, port)}/_emu/health").json == {"status": "ok"}


def test_answers_are_safe_to_look_at(control: Control) -> None:
    for path in ("health", "journal", "", "nix"):
        headers = control.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        policy = headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_reset_puts_everything_back(control: Control) -> None:
    emulator = control.emulator
    emulator.call("SSL", "gencsr", user="user", **SUBJECT)
    emulator.accounts.remove("username")
    emulator.faults.add("drop")
    got = control.send("POST", "reset")
    assert (got.status, got.json) == (200, {"accounts": ["user", "username"]})
    assert emulator.call("SSL", "listcsrs", user="user").outcome.rows == []  # type: ignore[union-attr]
    assert not emulator.faults
    assert len(emulator.journal.entries()) == 1  # the call after the reset


def test_another_seed(control: Control) -> None:
    got = ask(f"{control.base}/seed", "POST", SEED.encode())
    assert (got.status, got.json) == (200, {"accounts": ["fresh"]})
    assert control.send("POST", "reset").json == {"accounts": ["fresh"]}


@pytest.mark.parametrize("seed", [b"", b"  ", b"[accounts", b"[acounts.x]"])
def test_a_wrong_seed_changes_nothing(control: Control, seed: bytes) -> None:
    got = ask(f"{control.base}/seed", "POST", seed)
    assert got.status == 400
    assert got.json["error"]
    assert control.emulator.accounts.names() == ("user", "username")


def test_the_journal_is_filtered_and_limited(control: Control) -> None:
    for _ in range(3):
        ask(call_url(control.emulator.cpanel_url, "listkeys"), login="user")
    control.emulator.call("SSL", "listcsrs", user="username")
    everything = control.get("journal").json
    assert [entry["kind"] for entry in everything["entries"]] == ["call", "exchange"] * 3 + ["call"]
    assert everything["last"] == 7
    last = control.get("journal?limit=2").json["entries"]
    assert [entry["number"] for entry in last] == [6, 7]
    assert [entry["number"] for entry in control.get("journal?after=5").json["entries"]] == [6, 7]
    assert len(control.get("journal?function=listkeys").json["entries"]) == 6
    assert len(control.get("journal?door=in-process").json["entries"]) == 1
    assert len(control.get("journal?user=username").json["entries"]) == 1
    assert len(control.get("journal?q=LISTCSRS").json["entries"]) == 1
    assert control.get("journal?q=nowhere").json["entries"] == []
    assert control.get("journal?limit=x").status == 400
    assert control.get(f"journal?limit={'9' * 30}").status == 400
    assert control.get("journal?limit=0").json["entries"] == []


@pytest.mark.parametrize(
    ("query", "mend"),
    [
        ("fuction=gencsr", 'did you mean "function"?'),
        ("door=jsn", "door is one of json, xml, whm, native"),
        ("outcome=error", "outcome is one of answered, failed, refused, fault, warning."),
    ],
)
def test_a_wrong_filter_of_the_journal_names_the_mend(
    control: Control, query: str, mend: str
) -> None:
    got = control.get(f"journal?{query}")
    assert got.status == 400
    assert mend in got.json["error"]


@pytest.mark.parametrize(("method", "path"), [("DELETE", "journal"), ("POST", "journal/clear")])
def test_the_journal_is_cleared(control: Control, method: str, path: str) -> None:
    control.emulator.call("SSL", "listcsrs", user="user")
    assert control.send(method, path).json == {"last": 1}
    assert control.get("journal").json == {"entries": [], "last": 1}


def test_control_requests_are_not_in_the_journal(control: Control) -> None:
    control.get("health")
    control.page("")
    assert control.emulator.journal.entries() == ()


def test_faults_come_and_go(control: Control) -> None:
    got = control.send("POST", "faults", {"kind": "cut", "function": "gencsr", "bytes": 5})
    assert got.status == 201
    assert (got.json["number"], got.json["kind"], got.json["stage"]) == (1, "cut", "after")
    assert len(control.get("faults").json["faults"]) == 1
    put = control.send("PUT", "faults", [{"kind": "drop"}, {"kind": "slow"}])
    assert [fault["kind"] for fault in put.json["faults"]] == ["drop", "slow"]
    put = control.send("PUT", "faults", {"faults": [{"kind": "html"}, {"kind": "drop"}]})
    assert [fault["number"] for fault in put.json["faults"]] == [4, 5]
    assert control.send("DELETE", "faults/4").json == {"removed": 4}
    assert control.send("DELETE", "faults/4").status == 404
    assert control.send("DELETE", "faults/x").status == 404
    assert control.send("DELETE", "faults").json == {"faults": []}


@pytest.mark.parametrize(
    ("method", "tree"),
    [
        ("POST", {}),
        ("POST", {"kind": "drop", "colour": "red"}),
        ("POST", {"kind": "drop", "self": 1}),
        ("POST", [1]),
        ("PUT", {"kind": "drop"}),
        ("PUT", [1]),
        ("PUT", "x"),
    ],
)
def test_wrong_faults_are_refused(control: Control, method: str, tree: object) -> None:
    got = control.send(method, "faults", tree)
    assert got.status == 400
    assert got.json["error"]
    assert not control.emulator.faults


def test_a_number_that_is_too_long_is_no_fault(control: Control) -> None:
    control.send("PUT", "faults", [{"kind": "drop"}])
    for number in (f"{1:018}0", f"{1:018}{0:05000}", "\u0661"):
        assert control.send("DELETE", f"faults/{quote(number)}").status == 404
    assert control.send("DELETE", "faults/1").json == {"removed": 1}


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_json_that_is_none(control: Control, body: bytes) -> None:
    got = ask(f"{control.base}/faults", "PUT", body, {"Content-Type": "application/json"})
    assert got.status == 400


def test_coverage(control: Control) -> None:
    told = control.get("coverage").json
    assert told["release"] == "docs"
    gencsr = [
        entry["way"]
        for entry in told["functions"]
        if (entry["api"], entry["module"], entry["function"]) == ("2", "SSL", "gencsr")
        and entry["status"] == "implemented"
    ]
    assert gencsr == ["json", "xml", "whm", "tag", "liveapi", "command"]
    old = control.get("coverage?release=11.32").json
    assert {entry["status"] for entry in old["functions"] if entry["api"] == "3"} == {"unknown"}
    assert control.get("coverage?release=12").status == 400


def test_wrong_methods_and_paths(control: Control) -> None:
    got = control.get("reset")
    assert (got.status, got.headers["Allow"]) == (405, "POST")
    assert control.send("POST", "health").headers["Allow"] == "GET"
    assert control.send("DELETE", "faults/1/remove").headers["Allow"] == "POST"
    for path in ("nix", "journal/nix", "faults/1/2/3", "entries/x", "style.css/x", "../etc"):
        assert control.get(path).status == 404, path


def test_pages_of_others_change_nothing(control: Control) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        got = ask(f"{control.base}/faults", "POST", b"kind=drop", headers)
        assert got.status == 403
    assert not control.emulator.faults


def test_names_of_others_see_nothing(control: Control) -> None:
    got = control.get("journal", Host="evil.example:2082")
    assert got.status == 403
    assert "localhost" in got.json["error"]


# Under the application itself, where the client's address can be chosen.


def test_strangers_are_told_how_to_get_in(emulator: Emulator) -> None:
    client = _client(emulator)
    answer = client.get("/_emu/health", REMOTE_ADDR="192.0.2.9")
    assert answer.status == "403 Forbidden"
    assert "--control-allow 192.0.2.9" in json.loads(answer.body)["error"]


def test_an_allowed_network_gets_in() -> None:
    with Emulator(control_allow=["192.0.2.0/24"]) as emulator:
        answer = _client(emulator).get("/_emu/health", REMOTE_ADDR="192.0.2.9")
        assert answer.status == "200 OK"
        assert _client(emulator).get("/_emu/health", REMOTE_ADDR="198.51.100.1").status[:3] == "403"


def test_switched_off_it_is_a_path_like_any_other() -> None:
    with Emulator(control=False) as emulator:
        client = _client(emulator)
        for login in ("", "user"):
            ours = client.get("/_emu/health", login=login)
            other = client.get("/_nix/health", login=login)
            assert (ours.status, ours.body) == (other.status, other.body)
        client.get("/json-api/cpanel", login="user")
        assert emulator.journal.exchanges() == ()


@pytest.mark.parametrize(
    "path", ["/cpsess1234567890/_emu/health", "/_emux", "/_EMU/health", "/frontend/x3/_emu/health"]
)
def test_no_path_of_cpanel_is_shadowed(emulator: Emulator, path: str) -> None:
    answer = _client(emulator).get(path, login="user")
    assert answer.status == "404 Not Found"


def test_repeated_slashes_count_once(emulator: Emulator) -> None:
    assert _client(emulator).get("//_emu//health").status == "200 OK"


def test_a_seed_beside_its_keys(tmp_path: Path) -> None:
    (tmp_path / "seed.toml").write_text(SEED)
    with Emulator(seed=tmp_path / "seed.toml") as emulator:
        got = ask(f"{emulator.cpanel_url}/_emu/seed", "POST", SEED.replace("fresh", "new").encode())
        assert got.json == {"accounts": ["new"]}


def _client(emulator: Emulator) -> Client:
    from cpanel_emu.server.app import Application

    application: Application = Application(emulator)
    return Client(application)
