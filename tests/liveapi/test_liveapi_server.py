"""The socket: conversations, accounts, limits, and an end without a hang (``liveapi_cli §1``)."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cpanel_emu.errors import EmulatorError
from cpanel_emu.liveapi.conversation import OpenSession
from cpanel_emu.liveapi.messages import Message
from cpanel_emu.liveapi.server import Limits, LiveApiServer
from cpanel_emu.liveapi.socket_file import SocketFileError
from tests.liveapi.clients import PATIENCE, ask, connected, read_answer, read_to_end, socket_folder
from tests.liveapi.conversation import (
    BARE_SHUTDOWN,
    EMPTY_ANSWER,
    HANDSHAKE,
    HANDSHAKE_ANSWER,
    IF_ANSWER,
    SHUTDOWN,
    action,
    framed,
)
from tests.liveapi.echo import EchoSession

ECHO = action('{"reqtype":"exec","module":"Echo","func":"all","apiversion":"2","args":{"n":1}}')


@pytest.fixture
def folder() -> Iterator[Path]:
    with socket_folder() as path:
        yield path


@pytest.fixture
def server(folder: Path) -> Iterator[LiveApiServer]:
    with LiveApiServer(folder / "s", "user", EchoSession) as server:
        yield server


def content(frame: bytes) -> object:
    start, end = b'<?xml version="1.0" ?>\n<cpanelresult>', b"</cpanelresult>\n"
    assert frame.startswith(start)
    return json.loads(frame[len(start) : -len(end)])


def test_a_page_from_handshake_to_shutdown(server: LiveApiServer) -> None:
    with connected(server.path) as page:
        assert ask(page, HANDSHAKE) == HANDSHAKE_ANSWER
        assert ask(page, ECHO) == (
            b'<?xml version="1.0" ?>\n<cpanelresult>{"cpanelresult":{"apiversion":2,"func":"all",'
            b'"data":[{"account":"user","n":"1"}],"event":{"result":1},"module":"Echo"}}'
            b"</cpanelresult>\n"
        )
        condition = '{"reqtype":"if","module":"if","func":"if","apiversion":"1","args":"yes"}'
        assert ask(page, action(condition)) == IF_ANSWER
        assert ask(page, action("{")) == EMPTY_ANSWER
        assert ask(page, SHUTDOWN) == EMPTY_ANSWER
        assert read_to_end(page) == b""


def test_before_the_handshake_answers_are_xml(server: LiveApiServer) -> None:
    with connected(server.path) as page:
        assert ask(page, framed('<cpanel print="$user">')) == (
            b'<?xml version="1.0" ?>\n<cpanelresult>\n  <type>internal</type>\n'
            b"  <command>exec</command>\n  <source>internal</source>\n"
            b"  <apiversion>1</apiversion>\n  <data>\n"
            b"    <result>&lt;cpanel print=&quot;user&quot;&gt;</result>\n  </data>\n"
            b"  <event>\n    <result>1</result>\n  </event>\n</cpanelresult>\n"
        )


def test_requests_sent_at_once_are_answered_in_order(server: LiveApiServer) -> None:
    with connected(server.path) as page:
        page.sendall(HANDSHAKE + ECHO + SHUTDOWN)
        answers = read_to_end(page)
    assert answers.startswith(HANDSHAKE_ANSWER)
    assert answers.endswith(EMPTY_ANSWER)
    assert b'"func":"all"' in answers


def test_requests_may_come_byte_by_byte(server: LiveApiServer) -> None:
    with connected(server.path) as page:
        for byte in HANDSHAKE:
            page.send(bytes([byte]))
        assert read_answer(page) == HANDSHAKE_ANSWER


def test_a_bare_shutdown_of_a_page_that_does_not_read(folder: Path) -> None:
    with LiveApiServer(folder / "s", "user", EchoSession) as server:
        with connected(server.path) as page:
            page.sendall(BARE_SHUTDOWN)
        server.finish(PATIENCE)
        assert server.accepted == 1


def test_an_end_without_shutdown(server: LiveApiServer) -> None:
    with connected(server.path) as page:
        assert ask(page, HANDSHAKE) == HANDSHAKE_ANSWER
        page.shutdown(socket.SHUT_WR)
        assert read_to_end(page) == b""


def test_each_connection_starts_anew(server: LiveApiServer) -> None:
    with connected(server.path) as first:
        ask(first, HANDSHAKE)
        with connected(server.path) as second:
            assert ask(second, ECHO).startswith(b'<?xml version="1.0" ?>\n<cpanelresult>\n  <api')
        assert b'"account":"user"' in ask(first, ECHO)


def test_nothing_a_page_sends_changes_its_account(server: LiveApiServer) -> None:
    tries = [
        '{"module":"Echo","func":"all","apiversion":2,"user":"root","account":"root"}',
        '{"module":"Echo","func":"all","cpanel_jsonapi_user":"root","args":{"user":"root"}}',
        "<module>Echo</module><func>all</func><user>root</user>",
    ]
    with connected(server.path) as page:
        ask(page, HANDSHAKE)
        for attempt in tries:
            assert b'"account":"user"' in ask(page, action(attempt))


def test_each_socket_has_its_own_account(folder: Path) -> None:
    names = ["anna", "bert", "cleo"]
    servers = [LiveApiServer(folder / name, name, EchoSession) for name in names]
    for server in servers:
        server.start()
    try:
        for server in servers:
            with connected(server.path) as page:
                ask(page, HANDSHAKE)
                assert f'"account":"{server.account}"'.encode() in ask(page, ECHO)
    finally:
        for server in servers:
            server.stop()


def test_many_pages_at_once(server: LiveApiServer) -> None:
    together = threading.Barrier(8, timeout=PATIENCE)

    def talk(number: int) -> set[object]:
        call = action(f'{{"module":"Echo","func":"all","apiversion":"1","args":["{number}"]}}')
        with connected(server.path) as page:
            ask(page, HANDSHAKE)
            together.wait()
            return {json.dumps(content(ask(page, call))) for _ in range(50)}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(talk, range(8)))
    for number, answer in enumerate(answers):
        assert len(answer) == 1
        assert f'"result": "user/{number}"' in str(answer)


def test_more_connections_than_allowed_wait_their_turn(folder: Path) -> None:
    limits = Limits(connections=1)
    with (
        LiveApiServer(folder / "s", "user", EchoSession, limits) as server,
        connected(server.path) as first,
        connected(server.path) as second,
    ):
        second.sendall(HANDSHAKE)
        assert ask(first, HANDSHAKE) == HANDSHAKE_ANSWER
        assert server.accepted == 1
        assert ask(first, SHUTDOWN) == EMPTY_ANSWER
        assert read_answer(second) == HANDSHAKE_ANSWER


def test_a_silent_page_is_let_go(folder: Path) -> None:
    with (
        LiveApiServer(folder / "s", "user", EchoSession, Limits(idle=0.05)) as server,
        connected(server.path) as page,
    ):
        assert read_to_end(page) == b""


def test_a_page_that_sends_too_much(folder: Path) -> None:
    with (
        LiveApiServer(folder / "s", "user", EchoSession, Limits(payload=100)) as server,
        connected(server.path) as page,
    ):
        page.sendall(HANDSHAKE + b"101\n")
        assert read_to_end(page) == HANDSHAKE_ANSWER + EMPTY_ANSWER


class Recording:
    """A session that notes what it is asked, and waits for leave to answer."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.messages: list[Message] = []

    def answer(self, message: Message) -> bytes:
        self.asked.set()
        assert self.may_answer.wait(PATIENCE)
        self.messages.append(message)
        return HANDSHAKE_ANSWER


def always(session: Recording) -> OpenSession:
    return lambda account: session


def test_a_page_need_not_stay_for_its_answers(folder: Path) -> None:
    session = Recording()
    with LiveApiServer(folder / "s", "user", always(session)) as server:
        with connected(server.path) as page:
            page.sendall(HANDSHAKE + ECHO + ECHO)
        session.may_answer.set()
        server.finish(PATIENCE)
    assert len(session.messages) == 3


def test_stopping_lets_a_call_come_to_its_end(folder: Path) -> None:
    session = Recording()
    server = LiveApiServer(folder / "s", "user", always(session))
    server.start()
    with connected(server.path) as page:
        page.sendall(ECHO)
        assert session.asked.wait(PATIENCE)
        with ThreadPoolExecutor(1) as pool:
            stopped = pool.submit(server.stop, PATIENCE)
            session.may_answer.set()
            stopped.result(PATIENCE)
        assert read_to_end(page) == HANDSHAKE_ANSWER
    assert len(session.messages) == 1
    assert not server.path.exists()


def test_stopping_does_not_wait_for_ever(folder: Path) -> None:
    session = Recording()
    server = LiveApiServer(folder / "s", "user", always(session))
    server.start()
    with connected(server.path) as page:
        page.sendall(ECHO)
        assert session.asked.wait(PATIENCE)
        server.stop(seconds=0.01)
        assert read_to_end(page) == b""
        session.may_answer.set()


def test_stopping_with_idle_pages_and_a_full_house(folder: Path) -> None:
    server = LiveApiServer(folder / "s", "user", EchoSession, Limits(connections=1))
    server.start()
    with connected(server.path) as page:
        ask(page, HANDSHAKE)
        with connected(server.path):
            server.stop()
        assert read_to_end(page) == b""


class Failing:
    """A session whose store is broken."""

    def answer(self, message: Message) -> bytes:
        raise EmulatorError("the disk is full")


def test_an_answer_that_cannot_be_given(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with (
        LiveApiServer(folder / "s", "user", lambda account: Failing()) as server,
        connected(server.path) as page,
    ):
        assert ask(page, HANDSHAKE) == EMPTY_ANSWER
        assert ask(page, SHUTDOWN) == EMPTY_ANSWER
    assert "the disk is full" in caplog.text


def test_a_session_that_cannot_be_opened(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(account: str) -> Failing:
        raise EmulatorError(f"no account {account}")

    with LiveApiServer(folder / "s", "user", refuse) as server, connected(server.path) as page:
        assert read_to_end(page) == b""
    assert "no account user" in caplog.text


def test_the_socket_is_its_owner_s_and_goes_with_the_server(folder: Path) -> None:
    path = folder / "a" / "b" / "s"
    with LiveApiServer(path, "user", EchoSession):
        mode = path.stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


def leave_stale_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stale:
        stale.bind(str(path))


def test_a_stale_socket_is_replaced(folder: Path) -> None:
    leave_stale_socket(folder / "s")
    with (
        LiveApiServer(folder / "s", "user", EchoSession) as server,
        connected(server.path) as page,
    ):
        assert ask(page, HANDSHAKE) == HANDSHAKE_ANSWER


def test_a_socket_in_use_is_left_alone(server: LiveApiServer) -> None:
    second = LiveApiServer(server.path, "user", EchoSession)
    with pytest.raises(SocketFileError, match="Another server listens on the LiveAPI socket"):
        second.start()
    with connected(server.path) as page:
        assert ask(page, HANDSHAKE) == HANDSHAKE_ANSWER


def test_another_file_is_left_alone(folder: Path) -> None:
    (folder / "s").write_text("mine")
    with pytest.raises(SocketFileError, match="is in the way: it is no socket"):
        LiveApiServer(folder / "s", "user", EchoSession).start()
    assert (folder / "s").read_text() == "mine"


def test_it_ends_on_a_disk_that_is_read_only_by_now(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, **_named: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    server = LiveApiServer(folder / "s", "user", EchoSession)
    server.start()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        server.stop()
    assert (folder / "s").is_socket()
    with LiveApiServer(folder / "s", "user", EchoSession) as again, connected(again.path) as page:
        assert ask(page, HANDSHAKE) == HANDSHAKE_ANSWER


def test_a_path_that_is_too_long(folder: Path) -> None:
    with pytest.raises(SocketFileError, match=r"is too long: .* Give --liveapi a shorter one"):
        LiveApiServer(folder / ("x" * 120), "user", EchoSession).start()


def test_a_socket_that_others_made_since_is_left_alone(folder: Path) -> None:
    server = LiveApiServer(folder / "s", "user", EchoSession)
    server.start()
    server.path.unlink()
    leave_stale_socket(server.path)
    server.stop()
    assert server.path.is_socket()
