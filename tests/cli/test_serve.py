"""``cpanel-emu serve`` as a program of its own: ports, readiness, ends (``wire §2.1``)."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.documentation import ROOT
from tests.server.wsgi import query

PATIENCE = 60.0
"""Seconds before a test gives up; no test depends on how long anything took."""

FREE = {"cpanel": "0", "cpanel-tls": "0", "whm": "0", "whm-tls": "0", "liveapi": "off"}
LISTED = f"/json-api/cpanel?{query(module='SSL', func='listkeys', user='user')}"
BODY = (
    b'{"cpanelresult":{"apiversion":2,"func":"listkeys","data":[{"host":"example.com"}],'
    b'"event":{"result":1},"module":"SSL"}}\n'
)


class Server:
    """A running ``cpanel-emu serve`` whose standard output was read up to ``ready``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            if self.lines[-1] == "ready":
                break

    @property
    def urls(self) -> list[str]:
        return [line.split()[1] for line in self.lines[:-1]]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; return the exit status and what stands on standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


def command(root: Path, **options: str) -> list[str]:
    flags = {"root": str(root), **FREE, **{k.replace("_", "-"): v for k, v in options.items()}}
    words = [word for name, value in flags.items() for word in (f"--{name}", value)]
    return [sys.executable, "-m", "cpanel_emu", "serve", *words]


@contextlib.contextmanager
def serving(root: Path, **options: str) -> Iterator[Server]:
    """Run the program in a process group of its own; whatever happens, it ends."""
    process = subprocess.Popen(
        command(root, **options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    guard = threading.Timer(PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
    guard.start()
    try:
        yield Server(process)
    finally:
        guard.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def refused(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
        check=False,
    )


def ask(url: str, target: str = LISTED, user: str = "", method: str = "GET") -> tuple[int, bytes]:
    """Send one request on a connection of its own and return status and body."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    if parts.scheme == "https":
        context = ssl._create_unverified_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=PATIENCE, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    login = base64.b64encode(f"{user}:12345luggage".encode()).decode()
    with contextlib.closing(connection):
        connection.request(method, target, headers={"Authorization": f"Basic {login}"})
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_answers_on_every_port_once_it_is_ready(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, workers=workers) as server:
        assert len(server.lines) == 5
        for line, pattern in zip(
            server.lines,
            (
                r"cpanel http://127\.0\.0\.1:\d+",
                r"cpanel https://127\.0\.0\.1:\d+",
                r"whm    http://127\.0\.0\.1:\d+",
                r"whm    https://127\.0\.0\.1:\d+",
                "ready",
            ),
            strict=True,
        ):
            assert re.fullmatch(pattern, line)
        cpanel, cpanel_tls, whm, whm_tls = server.urls
        for url, user in ((cpanel, "user"), (cpanel_tls, "user"), (whm, "root"), (whm_tls, "root")):
            assert ask(url, user=user) == (200, BODY)
        assert server.end() == (0, "")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_cleanly(tmp_path: Path, workers: str, group: bool, number: int) -> None:
    with serving(tmp_path, workers=workers) as server:
        cpanel = server.urls[0]
        idle = socket.create_connection(("127.0.0.1", urlsplit(cpanel).port or 0), PATIENCE)
        if group:  # as Ctrl-C in a terminal does
            os.killpg(server.process.pid, number)
            _, errors = server.process.communicate(timeout=PATIENCE)
            assert (server.process.returncode, errors) == (0, "")
        else:
            assert server.end(number) == (0, "")
        idle.close()
        with pytest.raises(ConnectionRefusedError):
            ask(cpanel)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_answer_under_way_is_finished(tmp_path: Path, workers: str) -> None:
    generate = query(module="SSL", func="genkey", user="user", host="example.com", keysize="4096")
    with serving(tmp_path, workers=workers) as server, ThreadPoolExecutor(1) as pool:
        target = f"/json-api/cpanel?{generate}"
        answer = pool.submit(ask, server.urls[0], target, "user")
        time.sleep(0.2)  # it takes longer than this, or is over; both are well
        assert server.end() == (0, "")
        status, body = answer.result()
        assert status == 200
        row = json.loads(body)["cpanelresult"]["data"][0]
        assert row["output"] == "Private key generated!"


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_second_start_goes_on_with_the_root(tmp_path: Path, workers: str) -> None:
    generate = query(module="SSL", func="genkey", user="user", host="b.example.com", keysize="1024")
    with serving(tmp_path, workers=workers) as server:
        assert ask(server.urls[0], f"/json-api/cpanel?{generate}", "user")[0] == 200
        assert server.end() == (0, "")
    with serving(tmp_path, workers=workers) as server:
        _, body = ask(server.urls[0], user="user")
        rows = json.loads(body)["cpanelresult"]["data"]
        assert rows == [{"host": "b.example.com"}, {"host": "example.com"}]
        assert server.end() == (0, "")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_one_line(tmp_path: Path, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for option in ("cpanel", "whm_tls"):
            done = refused(command(tmp_path, workers=workers, **{option: str(port)}))
            service, flag = option.partition("_")[0], option.replace("_", "-")
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr == (
                f"cpanel-emu: Cannot listen on 127.0.0.1:{port} ({service}): "
                f"the port is already in use; give --{flag} another, or 0 for a free one.\n"
            )


def test_ports_that_are_off(tmp_path: Path) -> None:
    with serving(tmp_path, whm="off", whm_tls="off", cpanel_tls="off") as server:
        assert len(server.urls) == 1
        assert server.urls[0].startswith("http://")
        assert server.lines[0].startswith("cpanel ")
        assert server.end() == (0, "")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ipv6_loopback(tmp_path: Path, workers: str) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with serving(tmp_path, host="::1", workers=workers) as server:
        cpanel, cpanel_tls, whm, _ = server.urls
        assert re.fullmatch(r"http://\[::1\]:\d+", cpanel)
        assert ask(cpanel, user="user") == (200, BODY)
        assert ask(cpanel_tls, user="user") == (200, BODY)
        assert ask(whm, user="root") == (200, BODY)
        assert server.end() == (0, "")


def test_addresses_beyond_loopback_refuse_what_everybody_knows(tmp_path: Path) -> None:
    with serving(tmp_path, host="0.0.0.0") as server:
        port = urlsplit(server.urls[0]).port
        assert ask(f"http://127.0.0.1:{port}", user="user")[0] == 403
        status, errors = server.end()
        assert status == 0
        assert errors == (
            "The published demo credentials of root, user, username are refused on this address; "
            "give --seed with your own.\n"
        )


@pytest.mark.parametrize("option", ["random_seed", "key_pool"])
def test_an_order_that_several_processes_cannot_repeat(tmp_path: Path, option: str) -> None:
    value = {"random_seed": "7", "key_pool": str(tmp_path)}[option]
    done = refused(command(tmp_path / "root", workers="2", **{option: value}))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "cpanel-emu: Several workers cannot repeat an order: use --workers 1 together with "
        "--random-seed or --key-pool.\n"
    )


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def test_all_end_when_one_worker_is_killed(tmp_path: Path) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not tell a process's children in /proc")
    with serving(tmp_path, workers="2") as server:
        workers = children(server.process.pid)
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        _, errors = server.process.communicate(timeout=PATIENCE)
        assert server.process.returncode == 1
        assert errors == "cpanel-emu: A worker process ended with status -9.\n"
        assert not Path(f"/proc/{workers[1]}").exists()


def test_the_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not tell a process's children in /proc")
    with serving(tmp_path, workers="2") as server:
        url = server.urls[0]
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                ask(url, user="user")
            except OSError:
                break
            time.sleep(0.05)
        with pytest.raises(OSError, match="refused"):
            ask(url)


def test_workers_share_accounts_sessions_and_stores(tmp_path: Path) -> None:
    with serving(tmp_path, workers="3") as server:
        cpanel, _, whm, _ = server.urls
        made = "/json-api/create_user_session?api.version=1&user=user&service=cpaneld"
        data = json.loads(ask(whm, made, "root")[1])["data"]
        cookie = "cpsession=" + data["session"].replace(":", "%3a").replace(",", "%2c")
        listed = data["cp_security_token"] + LISTED

        def with_session(_number: int) -> bytes:
            parts = urlsplit(cpanel)
            connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
            with contextlib.closing(connection):
                connection.request("GET", listed, headers={"Cookie": cookie})
                return connection.getresponse().read()

        with ThreadPoolExecutor(12) as pool:
            assert set(pool.map(with_session, range(60))) == {BODY}
            hosts = [f"h{number}.example.com" for number in range(30)]
            calls = [
                f"/json-api/cpanel?{query(module='SSL', func='genkey', host=host, keysize='1024')}"
                for host in hosts
            ]
            assert {status for status, _ in pool.map(lambda c: ask(cpanel, c, "user"), calls)} == {
                200
            }
            answers = set(pool.map(lambda _: ask(cpanel, user="user"), range(30)))
        assert len(answers) == 1
        rows = json.loads(answers.pop()[1])["cpanelresult"]["data"]
        assert [row["host"] for row in rows] == sorted([*hosts, "example.com"])
        subprocess.run(
            [sys.executable, "-m", "cpanel_emu", "account", "remove", "user", "--root", tmp_path],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert {ask(cpanel, user="user")[0] for _ in range(12)} == {403}
        assert server.end() == (0, "")
