"""``cpanel-emu fixtures record``: real clients, through the proxy, to a server that is verified."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from tests.documentation import EXAMPLES, ROOT
from tests.requirements import require_php_extension, require_program
from tests.testing.suites import ScriptedListener, read_head

from .test_fixtures import PATIENCE, fixtures

SEED = """
[whm.root]
password = "Root&pass=9 x"
api_tokens = { ci = "TOKENTOKENTOKENTOKEN" }
[accounts.shop]
domain = "shop.example"
password = "shop/secret+1"
"""
CALL = "cpanel_jsonapi_module=SSL&cpanel_jsonapi_apiversion=2&cpanel_jsonapi_func"
SUBJECT = "city=Houston&company=cPanel&country=US&host=shop.example&state=Texas"
SECRETS = ["Root&pass=9 x", "TOKENTOKENTOKENTOKEN", "shop/secret+1", "challenge77"]


@dataclass
class Recorder:
    """A running ``fixtures record``; *urls* are the proxy's, by door."""

    process: subprocess.Popen[str]
    urls: dict[str, str] = field(default_factory=dict)

    def read_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "ready\n":
                return
            door, url, _ = line.split(" ", 2) if "  " not in line else line.split(None, 2)
            self.urls[door] = url.replace("http(s)", "http")
        raise AssertionError(self.process.communicate()[1])

    def end(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGINT)
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors


@contextlib.contextmanager
def recording(*words: str | Path) -> Iterator[Recorder]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cpanel_emu", "fixtures", "record", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        recorder = Recorder(process)
        recorder.read_until_ready()
        yield recorder
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@dataclass(frozen=True)
class Recorded:
    """A recording of an emulator, and what must not be in it."""

    folder: Path
    secrets_file: Path
    secrets: list[str]
    output: str


def curl(url: str, *words: str) -> str:
    done = subprocess.run(
        [require_program("curl"), "-sSk", *words, url],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return done.stdout


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    require_php_extension("curl")
    require_php_extension("SimpleXML")
    folder = tmp_path_factory.mktemp("record")
    (folder / "seed.toml").write_text(SEED)
    out, secrets_file = folder / "recording", folder / "secrets.toml"
    with (
        Emulator(seed=folder / "seed.toml") as emulator,
        recording(
            *("--target", f"cpanel-tls={emulator.cpanel_tls_url}"),
            *("--target", f"whm={emulator.whm_url}"),
            *("--out", out, "--keep-secrets", secrets_file, "--insecure"),
        ) as recorder,
    ):
        key = _ask(recorder, folder)
        status, output, errors = recorder.end()
    assert (status, errors) == (0, "")
    session = next(
        line for line in (folder / "jar").read_text().splitlines() if "cpsession" in line
    )
    return Recorded(out, secrets_file, [*SECRETS, *key, session.split("\t")[-1]], output)


def _ask(recorder: Recorder, folder: Path) -> list[str]:
    """Use the server as programs do: curl, PHP and Python; return lines of secret keys."""
    cpanel, whm = recorder.urls["cpanel-tls"], recorder.urls["whm"]
    shop = ("-u", "shop:shop/secret+1")
    tls = cpanel.replace("http://", "https://")
    made = curl(f"{tls}/json-api/cpanel?{CALL}=genkey&host=shop.example", *shop)
    php = subprocess.run(
        [
            *(require_program("php"), str(EXAMPLES / "regression" / "billing.php"), "shop"),
            *SUBJECT.split("&"),
        ],
        env={**os.environ, "WHM_URL": whm, "WHM_PASSWORD": SECRETS[0]},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert php.stdout == "Certificate Signing Request generated!\n"
    form = f"{CALL}=gencsr&{SUBJECT}&pass=challenge77"
    assert '"result":1' in curl(f"{cpanel}/json-api/cpanel", *shop, "-d", form)
    key = folder / "own.key"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    upload = [*shop, "-F", "key=<" + str(key), "-F", "host=shop.example"]
    for name in ("module=SSL", "func=uploadkey", "apiversion=2"):
        upload += ["-F", f"cpanel_jsonapi_{name}"]
    assert "The key was uploaded." in curl(f"{cpanel}/json-api/cpanel", *upload)
    login = ("-c", str(folder / "jar"), "-d", "user=shop", "--data-urlencode", f"pass={SECRETS[2]}")
    curl(f"{cpanel}/login/?login_only=1", "-b", str(folder / "jar"), *login)
    token = curl(f"{tls}/login/?login_only=1", "-b", str(folder / "jar"), *login).split('"')[-2]
    listed = curl(f"{tls}{token}/execute/SSL/list_keys", "-b", str(folder / "jar"))
    identity = listed.partition('"id":"')[2].partition('"')[0]
    curl(f"{tls}{token}/execute/SSL/show_key?id={identity}", "-b", str(folder / "jar"))
    asked = urllib.request.Request(f"{whm}/json-api/version")
    asked.add_header("Authorization", f"whm root:{SECRETS[1]}")
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        assert b"version" in answer.read()
    made_lines = made.partition("KEY-----")[2].split("\\n")
    return [*made_lines[1:3], *key.read_text().splitlines()[1:3], token.removeprefix("/cpsess")]


def test_it_tells_what_it_does(recorded: Recorded) -> None:
    assert recorded.output == (
        "0001-ssl-genkey 200\n0002-ssl-gencsr 200\n0003-ssl-gencsr 200\n0004-ssl-uploadkey 200\n"
        "0005-login 200\n0006-login 200\n0007-cpsess-execute-ssl-list-keys 200\n"
        "0008-cpsess-execute-ssl-show-key 200\n0009-json-api-version 200\n"
        f"9 exchanges recorded in {recorded.folder}.\n"
    )


def test_a_fresh_emulator_gives_the_same_answers(recorded: Recorded) -> None:
    status, output, errors = fixtures("verify", recorded.folder)
    assert (status, output, errors) == (0, "9 answers: 9 right, 0 wrong.\n", "")


def test_another_server_with_its_own_secrets_too(recorded: Recorded) -> None:
    seed = recorded.secrets_file.parent / "seed.toml"
    with Emulator(seed=seed) as emulator:
        words: list[str | Path] = [
            *("verify", recorded.folder, "--secrets", recorded.secrets_file),
            *("--target", f"cpanel-tls={emulator.cpanel_tls_url}"),
            *("--target", f"whm={emulator.whm_url}"),
        ]
        # A password goes to no server that nobody vouches for.
        status, _, errors = fixtures(*words)
        assert status == 1
        assert "its certificate cannot be checked" in errors
        status, output, _ = fixtures(*words, "--insecure")
    assert (status, output) == (0, "9 answers: 9 right, 0 wrong.\n")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("0003-ssl-gencsr.http", b"Request generated!", b"Request generated."),
        ("0004-ssl-uploadkey.http", b'"modulus_length":2048', b'"modulus_length":"2048"'),
        ("0007-cpsess-execute-ssl-list-keys.http", b"{{id_1}}", b"{{id_2}}"),
        ("0009-json-api-version.http", b"Server: cpsrvd", b"Server: cpsrvD"),
    ],
)
def test_one_byte_more_or_less_shows(
    recorded: Recorded, tmp_path: Path, file: str, old: bytes, new: bytes
) -> None:
    folder = shutil.copytree(recorded.folder, tmp_path / "changed")
    data = (folder / file).read_bytes()
    assert old in data
    (folder / file).write_bytes(data.replace(old, new))
    status, output, _ = fixtures("verify", folder)
    assert status == 1
    assert output.startswith(f"{file.removesuffix('.http')}[docs ")
    assert "first difference at offset 0x" in output
    assert output.endswith("9 answers: 8 right, 1 wrong.\n")


def test_no_secret_is_anywhere(recorded: Recorded) -> None:
    files = [path for path in recorded.folder.rglob("*") if path.is_file()]
    assert len(files) > 18
    data = b"\n".join(str(path).encode() + path.read_bytes() for path in files).decode()
    assert len(recorded.secrets) == 10
    for secret in recorded.secrets:
        assert secret not in data
        assert urllib.parse.quote(secret, safe="") not in data
        assert urllib.parse.quote_plus(secret) not in data
        for lead in range(3):
            # Whatever stands before it, these letters of its base64 are always the same.
            encoded = base64.b64encode(b"x" * lead + secret.encode()).decode()
            assert encoded[4 if lead else 0 : -4] not in data


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "https://127.0.0.1:PORT"], "certificate cannot be checked (self-signed"),
        (["--target", "cpanel=http://127.0.0.1:1"], "Cannot reach http://127.0.0.1:1: Conn"),
        (["--target", "http://127.0.0.1:80"], "Port 80 tells no door"),
    ],
)
def test_what_cannot_be_recorded_is_told_at_once(
    tmp_path: Path, words: list[str], message: str
) -> None:
    with Emulator() as emulator:
        url = f"cpanel-tls={emulator.cpanel_tls_url}"
        given = [url if "PORT" in word else word for word in words]
        status, output, errors = fixtures("record", *given, "--out", tmp_path / "new")
    assert (status, output) == (2 if "door" in message else 1, "")
    assert message in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("place", ["127.0.0.1:70000", f"{'h' * 64}:0"])
def test_a_place_where_nobody_can_listen(tmp_path: Path, place: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        target = f"cpanel=http://127.0.0.1:{listening.getsockname()[1]}"
        words = ("--target", target, "--out", tmp_path / "new", "--listen", place)
        status, output, errors = fixtures("record", *words)
    assert (status, output) == (1, "")
    assert errors.startswith(f"cpanel-emu: Cannot listen on {place}: ")
    assert errors.count("\n") == 1


def test_a_server_that_goes_away_is_told_to_both(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        target = f"cpanel=http://127.0.0.1:{listening.getsockname()[1]}"
        with recording("--target", target, "--out", tmp_path / "new") as recorder:
            listening.close()
            body = curl(recorder.urls["cpanel"], "-w", "%{http_code}")
            status, output, errors = recorder.end()
    assert body.endswith("Connection refused\n502")
    assert (status, output) == (0, f"0 exchanges recorded in {tmp_path / 'new'}.\n")
    assert errors.startswith("cpanel-emu: http://127.0.0.1:")


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
        (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
        (b"GET / HTTP/1.1\r\n folded\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort", b"HTTP/1.1 400 Bad Request\r\n"),
        (b"", b""),
    ],
)
def test_nonsense_from_a_client_hurts_nobody(proxy: Recorder, sent: bytes, answer: bytes) -> None:
    host = urllib.parse.urlsplit(proxy.urls["cpanel"])
    with socket.create_connection((host.hostname or "", host.port or 0), PATIENCE) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        received = b""
        while data := client.recv(4096):
            received += data
    assert received.startswith(answer)
    assert proxy.process.poll() is None


FORM = f"{CALL}=listkeys"


@pytest.mark.parametrize(
    "head",
    [
        # xmlapi-php by curl: the raw form in place of chunks, and more behind it.
        f"Transfer-Encoding: chunked\r\nContent-Length: {len(FORM)}\r\n\r\n{FORM}\r\nExpect: x\r\n",
        f"Content-Length: {len(FORM)}\r\nAccept: a,\r\n b\r\n\r\n{FORM}",
        f"X-Last: x\n\r\r\nContent-Length: {len(FORM)}\r\n\r\n{FORM}",
    ],
    ids=["disputed", "folded", "LF CR"],
)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_what_the_emulator_reads_can_be_recorded(proxy: Recorder, head: str, *, tls: bool) -> None:
    host = urllib.parse.urlsplit(proxy.urls["cpanel"])
    login = base64.b64encode(b"user:12345luggage").decode()
    sent = f"POST /json-api/cpanel HTTP/1.1\r\nHost: h\r\nAuthorization: Basic {login}\r\n{head}"
    address = (host.hostname or "", host.port or 0)
    with socket.create_connection(address, PATIENCE) as plain, contextlib.ExitStack() as stack:
        client = plain
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            client = stack.enter_context(context.wrap_socket(plain))
        client.sendall(sent.encode())
        received = b""
        while b"\r\n\r\n{" not in received or not received.endswith(b"}\n"):
            piece = client.recv(4096)
            assert piece, received
            received += piece
    assert received.endswith(
        b'"data":[{"host":"example.com"}],"event":{"result":1},"module":"SSL"}}\n'
    )


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    out = tmp_path_factory.mktemp("nonsense") / "new"
    with (
        Emulator() as emulator,
        recording("--target", f"cpanel={emulator.cpanel_url}", "--out", out) as recorder,
    ):
        yield recorder


def test_a_connection_is_kept_for_requests_of_every_kind(proxy: Recorder) -> None:
    name, _, port = urllib.parse.urlsplit(proxy.urls["cpanel"]).netloc.partition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    start = (
        f"POST /json-api/cpanel?{CALL}=listcsrs HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Basic {base64.b64encode(b'user:12345luggage').decode()}\r\n"
    )
    chunks = f"{start}Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n"
    waits = f"{start}Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with (
        socket.create_connection((name, int(port)), PATIENCE) as plain,
        context.wrap_socket(plain) as client,
        client.makefile("rwb") as stream,
    ):
        stream.write(f"{chunks}{waits}".encode())
        stream.flush()
        received = b""
        while not received.endswith(b"100 Continue\r\n\r\n"):
            received += stream.read(1)
        stream.write(b"a=1")
        stream.flush()
        received += stream.read()
    lines = re.findall(rb"HTTP/1\.1 [^\r]*", received)
    assert lines == [b"HTTP/1.1 200 OK", b"HTTP/1.1 100 Continue", b"HTTP/1.1 200 OK"]


def test_who_follows_a_redirect_comes_back_to_the_proxy(tmp_path: Path) -> None:
    def script(connection: socket.socket) -> None:
        host = read_head(connection).partition(b"Host: ")[2].partition(b"\r\n")[0]
        connection.sendall(
            b"HTTP/1.1 302 Moved\r\nLocation: http://%s/x\r\nContent-Length: 0\r\n\r\n" % host
        )

    with ScriptedListener(script) as listener:
        words = ("--target", f"cpanel={listener.url}", "--out", tmp_path / "new")
        with recording(*words) as recorder:
            url = recorder.urls["cpanel"]
            assert f"\nLocation: {url}/x\n" in curl(url, "-i").replace("\r", "")
            assert recorder.end()[0] == 0
    (answer,) = (tmp_path / "new").glob("*.http")
    assert b"\r\nLocation: http://{{target_host}}/x\r\n" in answer.read_bytes()
