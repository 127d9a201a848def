"""The runner, against servers that answer what the test wants."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cpanel_emu.testing import connection as connection_module
from cpanel_emu.testing.cases import Suite, Variant
from cpanel_emu.testing.golden import Result, Runner, orphan_report, run_suite

from .suites import (
    ANSWER,
    CASE,
    HEAD,
    SUITE,
    FakeServer,
    ScriptedListener,
    opener,
    read_head,
    small_suite,
)


def variant_of(suite: Suite, words: str) -> Variant:
    """Return the variant whose id has all the words."""
    (variant,) = [v for v in suite.variants() if f"[{words}]" in v.id]
    return variant


def run_one(suite: Suite, words: str, server: FakeServer) -> Result:
    with Runner(suite, opener(server)) as runner:
        return runner.run(variant_of(suite, words))


IN_PROCESS = "old cpanel json GET app"


def test_equal_bytes_pass(tmp_path: Path) -> None:
    server = FakeServer([ANSWER])
    assert run_one(small_suite(tmp_path), IN_PROCESS, server).passed
    (request,) = server.seen
    assert request.target == (
        "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys"
        "&cpanel_jsonapi_apiversion=2&a=b%20c"
    )
    assert request.headers == ("Authorization: Basic dXNlcjpzZWNyZXQ=",)
    assert server.closed


def test_a_wrong_byte_fails_with_its_offset(tmp_path: Path) -> None:
    result = run_one(
        small_suite(tmp_path), IN_PROCESS, FakeServer([ANSWER.replace(b'"a"', b'"b"')])
    )
    assert not result.passed
    report = result.report()
    # In-process the Server line is not compared: 17 + 26 + 19 + 2 bytes of head, 2 of body.
    assert "first difference at offset 0x42 (66)" in report
    assert '-{"a":1}\n+{"b":1}' in report
    assert "one[old cpanel json GET app]: The one case" in report
    assert "rules wire §5.1; provenance choice" in report


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"200 OK", b"200 Ok"),
        (b"text/plain", b"text/html"),
        (b"Content-Type", b"Content-type"),
        (b"}\n", b"}"),
        (b"Content-Length: 8\r\n", b""),
    ],
)
def test_every_byte_counts(tmp_path: Path, old: bytes, new: bytes) -> None:
    server = FakeServer([ANSWER.replace(old, new)])
    assert not run_one(small_suite(tmp_path), IN_PROCESS, server).passed


def test_a_fresh_state_for_every_variant(tmp_path: Path) -> None:
    case = CASE + 'targets = ["app"]\nsetup = { blocked = ["home/x"] }\n'
    suite = small_suite(tmp_path, {"cases.toml": case})
    server = FakeServer([ANSWER])
    with Runner(suite, opener(server)) as runner:
        results = list(run_suite(runner))
    assert [result.passed for result in results] == [True] * 4
    assert server.resets == 4
    assert server.blocked == ["home/x"] * 4


def test_servers_are_kept_and_closed(tmp_path: Path) -> None:
    suite = small_suite(tmp_path, {"cases.toml": CASE + 'targets = ["app"]\n'})
    servers: list[FakeServer] = []

    def open_server(_setup: object, _release: str) -> FakeServer:
        servers.append(FakeServer([ANSWER]))
        return servers[-1]

    with Runner(suite, open_server, keep=1) as runner:
        list(run_suite(runner))
        assert [server.closed for server in servers] == [True, False]
    assert [server.closed for server in servers] == [True, True]


STEPS = """
about = "Steps."
[[case]]
id = "login"
title = "A token goes from step to step"
rules = ["wire §3.2"]
provenance = "choice"
volatile = { token = "[0-9]{4}" }
[[case.step]]
request = { line = "POST /login", form = { user = "user", pass = "a b" }, login = "" }
answer = { file = "login.json" }
[[case.step]]
request = { line = "GET /cpsess{{token}}/x", headers = ["Cookie: s={{token}}"], login = "" }
answer = { file = "one.json" }
"""


def _login(token: bytes) -> bytes:
    body = b'{"t":"%s"}\n' % token
    return (
        b"HTTP/1.1 200 OK\r\nServer: old/1\r\nContent-Type: text/plain\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )


def test_a_token_goes_from_step_to_step(tmp_path: Path) -> None:
    suite = small_suite(tmp_path, {"cases.toml": STEPS, "login.json": '{"t":"{{token}}"}\n'})
    server = FakeServer([_login(b"1234"), ANSWER])
    assert run_one(suite, "old cpanel GET app", server).passed
    first, second = server.seen
    assert first.body == b"user=user&pass=a%20b"
    assert "Content-Length: 20" in first.headers
    assert second.target == "/cpsess1234/x"
    assert second.headers == ("Cookie: s=1234",)


VALUES = """
about = "Values."
[[case]]
id = "values"
title = "A step gives a name another text"
rules = ["wire §5.1"]
provenance = "choice"
values = { who = "a" }
[[case.step]]
request = { line = "GET /{{who}}" }
answer = { file = "who.json" }
[[case.step]]
values = { who = "b" }
request = { line = "GET /{{who}}" }
answer = { file = "who.json" }
"""


def test_a_step_gives_a_name_another_text(tmp_path: Path) -> None:
    suite = small_suite(tmp_path, {"cases.toml": VALUES, "who.json": '{"{{who}}":1}\n'})
    server = FakeServer([ANSWER, ANSWER.replace(b'"a"', b'"b"')])
    result = run_one(suite, "old cpanel GET app", server)
    assert result.passed, result.report()
    assert [request.target for request in server.seen] == ["/a", "/b"]


def test_a_text_from_a_file_may_be_no_utf_8(tmp_path: Path) -> None:
    case = CASE.replace("b c", "{{name}}") + 'files = { name = "name" }\n'
    server = FakeServer([ANSWER])
    result = run_one(
        small_suite(tmp_path, {"cases.toml": case, "name": b"a\xff"}), IN_PROCESS, server
    )
    assert result.passed, result.report()
    assert server.seen[0].target.endswith("&a=a%FF")


def test_the_first_step_that_fails_ends_the_case(tmp_path: Path) -> None:
    suite = small_suite(tmp_path, {"cases.toml": STEPS, "login.json": '{"t":"{{token}}"}\n'})
    server = FakeServer([_login(b"12"), ANSWER])
    result = run_one(suite, "old cpanel GET app", server)
    assert result.faults[0].startswith("step 1: first difference at offset 0x")
    assert "{{token}}" in result.report()
    assert len(server.seen) == 1


WORDS = """
about = "Words."
[[case]]
id = "words"
title = "A page in words of our own"
rules = ["wire §4.3"]
provenance = "choice"
request = { line = "GET /page" }
[case.answer]
status = 401
headers = ["Content-Type: text/html"]
contains = ["<form"]
lacks = ["secret"]
"""


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"HTTP/1.1 401 No\r\nContent-Type: text/html\r\n\r\n<form>", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<form>", "status 401 expected, 200"),
        (b"HTTP/1.1 401 No\r\n\r\n<form>", "header Content-Type: 'text/html' expected, None"),
        (b"HTTP/1.1 401 No\r\ncontent-type: text/html\r\n\r\n<p>", "the body lacks '<form'"),
        (b"HTTP/1.1 401 No\r\nContent-Type: text/html\r\n\r\n<form>secret", "contains 'secret'"),
        (b"", "status 401 expected, None"),
    ],
)
def test_words(tmp_path: Path, answer: bytes, fault: str) -> None:
    suite = small_suite(tmp_path, {"cases.toml": WORDS})
    result = run_one(suite, "old cpanel GET app", FakeServer([answer]))
    assert result.passed == (not fault)
    assert fault in result.report()


def test_a_gap_must_fail(tmp_path: Path) -> None:
    case = CASE + 'gap = { id = "GAP-7", reason = "not yet" }\n'
    suite = small_suite(tmp_path, {"cases.toml": case})
    assert run_one(suite, IN_PROCESS, FakeServer([b"HTTP/1.1 500 No\r\n\r\n"])).passed
    closed = run_one(suite, IN_PROCESS, FakeServer([ANSWER]))
    assert not closed.passed
    assert "gap GAP-7 is closed (not yet): remove its mark" in closed.report()


def test_orphans_are_told(tmp_path: Path) -> None:
    suite = small_suite(tmp_path, {"left.json": "{}"})
    assert orphan_report(suite) == ["left.json: no case uses this file"]
    (tmp_path / "left.json").unlink()
    assert orphan_report(suite) == []


def over_socket(
    suite: Suite, words: str, answer: bytes, *, is_foreign: bool = False
) -> tuple[Result, list[bytes]]:
    """Run the variant against a listener that reads heads and sends *answer* for each."""
    heads: list[bytes] = []

    def script(connection: socket.socket) -> None:
        while head := read_head(connection):
            heads.append(head)
            connection.sendall(answer)
            if b"Content-Length" not in answer or b"Connection: close" in answer:
                return

    with ScriptedListener(script) as listener:
        server = FakeServer([], address=listener.url, is_foreign=is_foreign)
        return run_one(suite, words, server), heads


def test_over_a_socket_the_whole_head_counts(tmp_path: Path) -> None:
    suite = small_suite(tmp_path)
    result, (head,) = over_socket(suite, "old whm json GET socket", ANSWER)
    assert result.passed, result.report()
    lines = head.split(b"\r\n")
    assert lines[0] == (
        b"GET /json-api/cpanel?cpanel_jsonapi_user=user&cpanel_jsonapi_module=SSL"
        b"&cpanel_jsonapi_func=listkeys&cpanel_jsonapi_apiversion=2&a=b%20c HTTP/1.1"
    )
    assert lines[1].startswith(b"Host: 127.0.0.1:")
    assert lines[2:] == [b"Authorization: Basic cm9vdDpzZWNyZXQ=", b"", b""]
    result, _ = over_socket(
        suite, "old whm json GET socket", ANSWER.replace(b"Server: old", b"Server: odd")
    )
    assert "first difference at offset 0x1a (26)" in result.report()


def test_bytes_after_a_closing_answer_show(tmp_path: Path) -> None:
    head = "HTTP/1.1 200 OK\nConnection: close\nContent-Length: {{length}}\n"
    answer = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\n{"a":1}\n'
    suite = small_suite(tmp_path, {"heads/json.head": head})
    assert over_socket(suite, "old cpanel json GET socket", answer)[0].passed
    result, _ = over_socket(suite, "old cpanel json GET socket", answer + b"x")
    assert not result.passed


def test_a_server_that_hangs_up_is_a_fault(tmp_path: Path) -> None:
    result, _ = over_socket(small_suite(tmp_path), "old cpanel json GET socket", b"")
    assert " 0 answered" in result.report()


@pytest.mark.parametrize("length", [b"8, 8", b"-8", b"eight", b"9" * 5000])
def test_a_length_that_is_none_is_a_fault(tmp_path: Path, length: bytes) -> None:
    answer = ANSWER.replace(b"Length: 8", b"Length: " + length)
    result, _ = over_socket(small_suite(tmp_path), "old cpanel json GET socket", answer)
    assert result.report().endswith("is no Content-Length")


def test_a_server_that_falls_silent_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "TIMEOUT", 0.1)
    result, _ = over_socket(small_suite(tmp_path), "old cpanel json GET socket", ANSWER[:-1])
    assert result.report().endswith("no answer: timed out")


def test_one_connection_for_all_steps(tmp_path: Path) -> None:
    case = STEPS.replace("volatile", "kept = true\nvolatile").replace("login.json", "one.json")
    suite = small_suite(tmp_path, {"cases.toml": case})
    result, heads = over_socket(suite, "old cpanel GET socket", ANSWER)
    # The second step's token was never met, so it stays as it is; the body of the first step
    # is read as part of the second head: both came over one connection.
    assert result.passed, result.report()
    assert heads[1].startswith(b"user=user&pass=a%20bGET /cpsess{{token}}/x HTTP/1.1\r\n")


def test_http_1_0_names_no_host(tmp_path: Path) -> None:
    case = WORDS.replace('line = "GET /page"', 'line = "GET /page", http = "1.0"')
    suite = small_suite(tmp_path, {"cases.toml": case})
    answer = b"HTTP/1.1 401 No\r\nContent-Type: text/html\r\n\r\n<form>"
    result, heads = over_socket(suite, "old cpanel GET socket", answer)
    assert result.passed, result.report()
    assert heads == [b"GET /page HTTP/1.0\r\nAuthorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"]


RAW = """
about = "Raw bytes."
[[case]]
id = "raw"
title = "Bytes as they are"
rules = ["liveapi_cli §6.3"]
provenance = "choice"
values = { who = "me" }
raw = { parts = ["raw/one.http", "raw/two.http"], tail = "raw/tail.http" }
answer = { file = "raw/answer.http" }
"""


def test_raw_bytes_and_a_tail(tmp_path: Path) -> None:
    suite = small_suite(
        tmp_path,
        {
            "cases.toml": RAW,
            "raw/one.http": b"GET /{{who}}\xff",
            "raw/two.http": b" HTTP/1.0\r\n\r\n",
            "raw/tail.http": b"late",
            "raw/answer.http": b"HTTP/1.1 200 OK\r\n\r\nwell",
            "one.json": "",
        },
    )
    seen: list[bytes] = []

    def script(connection: socket.socket) -> None:
        seen.append(read_head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nwell")
        connection.shutdown(socket.SHUT_WR)
        seen.append(connection.recv(100))

    with ScriptedListener(script) as listener:
        result = run_one(suite, "old cpanel GET socket", FakeServer([], address=listener.url))
    assert result.passed, result.report()
    assert seen == [b"GET /me\xff HTTP/1.0\r\n\r\n", b"late"]


def test_members_in_any_order(tmp_path: Path) -> None:
    body = b'{"b":{"d":1,"c":2},"a":1}\n'
    answer = ANSWER.replace(b"Length: 8", b"Length: %d" % len(body)).replace(b'{"a":1}\n', body)
    files: dict[str, str | bytes] = {"one.json": '{"a":1,"b":{"c":2,"d":1}}\n'}
    suite = small_suite(tmp_path, files)
    assert not run_one(suite, IN_PROCESS, FakeServer([answer])).passed
    files["cases.toml"] = CASE.replace('"one.json"', '"one.json", order = "any"')
    suite = small_suite(tmp_path, files)
    assert run_one(suite, IN_PROCESS, FakeServer([answer])).passed
    result = run_one(suite, IN_PROCESS, FakeServer([answer.replace(b'"d":1', b'"d":3')]))
    assert '-{"a":1,"b":{"c":2,"d":1}}\n+{"a":1,"b":{"c":2,"d":3}}' in result.report()


def test_a_foreign_server_has_its_own_order_and_time(tmp_path: Path) -> None:
    head = HEAD + "Date: Sat, 01 Jan 2022 00:00:00 GMT\n"
    files = {"heads/json.head": head, "one.json": '{"a":1,"b":2}\n'}
    suite = small_suite(tmp_path, files)
    body = b'{"b":2,"a":1}\n'
    start = ANSWER.partition(b"Content-Length")[0]
    answer = b"%sContent-Length: 14\r\nDate: %s\r\n\r\n%s"
    here, there = "Sun, 02 Feb 2025 10:11:12 GMT", "once upon a time"
    for is_foreign, date, passes in (
        (False, here, False),
        (True, here, True),
        (True, there, False),
    ):
        sent = answer % (start, date.encode(), body)
        result, _ = over_socket(suite, "old cpanel json GET socket", sent, is_foreign=is_foreign)
        assert result.passed == passes


def sequence(folder: Path, more: str = "") -> Suite:
    first, second = STEPS.split("[[case.step]]\n")[1:]
    rest = 'rules = ["wire §3.2"]\nprovenance = "choice"\ndoors = ["cpanel"]\n'
    case = '[[case]]\nid = "{}"\ntitle = "t"\n' + rest
    text = 'about = "s"\n' + case.format("a") + 'volatile = { token = "[0-9]{4}" }\n'
    text += more + first + case.format("b") + second
    suite = SUITE.replace("format = 1", 'format = 1\nsequence = true\nsecrets = { s = "x" }')
    suite = suite.replace("secrets", "# secrets").replace("[doors]", '[secrets]\ns = "x"\n[doors]')
    suite = suite.replace("[releases.new]", "[releases.newer]")
    return small_suite(
        folder, {"suite.toml": suite, "cases.toml": text, "login.json": '{"t":"{{token}}"}\n'}
    )


def test_a_sequence_goes_on_where_it_was(tmp_path: Path) -> None:
    suite = sequence(tmp_path)

    heads: list[bytes] = []

    def script(connection: socket.socket) -> None:
        head = read_head(connection)
        heads.append(head)
        connection.sendall(_login(b"1234") if b"/login" in head else ANSWER)

    old = [variant for variant in suite.variants() if variant.release == "old"]
    with ScriptedListener(script) as listener:
        server = FakeServer([], address=listener.url)
        with Runner(suite, opener(server)) as runner:
            results = [*run_suite(runner, old), *run_suite(runner, old)]
    assert [result.report() for result in results if not result.passed] == []
    assert server.resets == 2  # once for each time through
    assert heads[1].startswith(b"GET /cpsess1234/x HTTP/1.1\r\n")


def test_secrets_take_the_place_of_stand_ins(tmp_path: Path) -> None:
    case = CASE.replace('a = "b c"', 'a = "{{s}}"')
    suite_text = SUITE.replace("[doors]", '[secrets]\ns = "stand-in"\n[doors]')
    suite = small_suite(tmp_path, {"cases.toml": case, "suite.toml": suite_text})
    for secrets, sent in (({}, "stand-in"), ({"s": "own secret"}, "own%20secret")):
        server = FakeServer([ANSWER])
        with Runner(suite, opener(server), secrets=secrets) as runner:
            assert runner.run(variant_of(suite, IN_PROCESS)).passed
        assert server.seen[0].target.endswith(f"&a={sent}")


def test_the_host_of_the_target_has_a_name(tmp_path: Path) -> None:
    suite = small_suite(tmp_path, {"one.json": '"{{target_host}}"\n'})

    def script(connection: socket.socket) -> None:
        host = read_head(connection).partition(b"Host: ")[2].partition(b"\r\n")[0]
        body = b'"%s"\n' % host
        connection.sendall(ANSWER[:-10].replace(b": 8", b": %d" % len(body)) + b"\r\n" + body)

    with ScriptedListener(script) as listener:
        server = FakeServer([], address=listener.url)
        assert run_one(suite, "old cpanel json GET socket", server).passed


CHUNKS = b'4;x=y\r\n{"a"\r\n4\r\n:1}\n\r\n0\r\nTrailer: t\r\n\r\n'


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS, ""),
        (
            b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS.replace(b"4\r\n", b"g\r\n"),
            "no size of a",
        ),
    ],
)
def test_chunks_are_read(tmp_path: Path, answer: bytes, fault: str) -> None:
    head = HEAD.replace("Content-Length: {{length}}", "Transfer-Encoding: chunked")
    suite = small_suite(tmp_path, {"heads/json.head": head})
    answer = ANSWER.partition(b"Content-Length")[0] + answer
    result, _ = over_socket(suite, "old cpanel json GET socket", answer)
    assert result.passed == (not fault)
    assert fault in result.report()
