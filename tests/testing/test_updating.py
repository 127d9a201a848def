from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cpanel_emu.testing.golden import Runner
from cpanel_emu.testing.updating import Update, answer_files, find_update, sharing

from .suites import ANSWER, CASE, FakeServer, ScriptedListener, opener, read_head, small_suite
from .test_golden import WORDS

APP = 'targets = ["app"]\ndoors = ["cpanel"]\n'


def found(
    folder: Path, answers: list[bytes], files: dict[str, str | bytes], protected: str = ""
) -> Update:
    suite = small_suite(folder, files)
    with Runner(suite, opener(FakeServer(answers))) as runner:
        kept = {folder / protected} if protected else set()
        return find_update(runner, suite.variants(), kept)


def answer(body: bytes, server: bytes = b"old/1") -> bytes:
    return ANSWER.partition(b"Content-Length")[0].replace(b"old/1", server) + (
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )


def test_right_answers_change_nothing(tmp_path: Path) -> None:
    update = found(tmp_path, [ANSWER], {"cases.toml": CASE + APP})
    assert (update.changes, update.troubles) == ([], [])


def test_a_body_is_replaced(tmp_path: Path) -> None:
    update = found(tmp_path, [answer(b'{"b":2}\n')], {"cases.toml": CASE + APP})
    (change,) = update.changes
    assert (change.path.name, change.old, change.new) == ("one.json", b'{"a":1}\n', b'{"b":2}\n')
    assert update.troubles == []


WHOLE = (
    b"HTTP/1.1 200 OK\r\nServer: {{server}}\r\nContent-Length: {{length}}\r\n\r\n"
    b'{"t":"{{token}}","x":1,"u":"{{token}}"}\n'
)


@pytest.mark.parametrize("status", [b"200 OK", b"201 Made"])
def test_names_are_put_back(tmp_path: Path, status: bytes) -> None:
    case = CASE.replace("one.json", "one.http").replace("json =", "file =")
    case = case.replace("title", 'tongues = ["json"]\nvolatile = { token = "[0-9]+" }\ntitle')
    case += 'releases = ["old"]\ntargets = ["socket"]\ndoors = ["cpanel"]\n'
    body = b'{"n":"new","t":"12345","x":158,"u":"12345"}\n'
    sent = b"HTTP/1.1 %s\r\nServer: old/1\r\nContent-Length: %d\r\n\r\n%s"

    def script(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(sent % (status, len(body), body))

    suite = small_suite(tmp_path, {"cases.toml": case, "one.http": WHOLE, "one.json": b""})
    with (
        ScriptedListener(script) as listener,
        Runner(suite, opener(FakeServer([], address=listener.url))) as runner,
    ):
        (change,) = find_update(runner, suite.variants(), ()).changes
    assert change.new == WHOLE.replace(b'{"t"', b'{"n":"new","t"').replace(
        b'"x":1', b'"x":158'
    ).replace(b"200 OK", status)


def test_ways_must_agree(tmp_path: Path) -> None:
    update = found(tmp_path, [answer(b"1\n"), answer(b"2\n")], {"cases.toml": CASE + APP})
    assert update.changes == []
    (trouble,) = update.troubles
    assert "answer differently; name a file for each" in trouble
    assert "one[old cpanel json GET app]" in trouble


def test_one_right_way_keeps_the_file(tmp_path: Path) -> None:
    update = found(tmp_path, [ANSWER, answer(b"2\n")], {"cases.toml": CASE + APP})
    assert update.changes == []
    assert "answer differently" in update.troubles[0]


def test_a_head_is_for_people(tmp_path: Path) -> None:
    sent = ANSWER.replace(b"text/plain", b"text/html")
    update = found(tmp_path, [sent], {"cases.toml": CASE + APP})
    assert update.changes == []
    assert "the head differs; change its file in heads/ by hand" in update.troubles[0]


def test_words_are_for_people(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "cases.toml": WORDS.replace("request", APP + "request"),
        "one.json": "",
    }
    update = found(tmp_path, [ANSWER], files)
    assert update.changes == []
    assert "told in words" in update.troubles[0]


def test_what_is_protected_stays(tmp_path: Path) -> None:
    update = found(tmp_path, [answer(b"2\n")], {"cases.toml": CASE + APP}, protected="one.json")
    assert update.changes == []
    assert "is protected by its provenance" in update.troubles[0]


def test_gaps_stay(tmp_path: Path) -> None:
    case = CASE + APP + 'gap = { id = "GAP-1", reason = "not yet" }\n'
    update = found(tmp_path, [answer(b"2\n")], {"cases.toml": case})
    assert (update.changes, update.troubles) == ([], [])


def test_cases_that_share_a_file_are_found(tmp_path: Path) -> None:
    other = CASE.partition("[[case]]")[2]
    text = CASE + "[[case]]" + other.replace('"one"', '"two"')
    text += "[[case]]" + other.replace('"one"', '"three"').replace("one.json", "three.json")
    suite = small_suite(tmp_path, {"cases.toml": text, "three.json": ""})
    assert [case.id for case in sharing(suite, suite.cases[:1])] == ["one", "two"]
    assert [path.name for path in answer_files(suite.cases[2])] == ["three.json"]
