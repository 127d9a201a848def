"""What a recording keeps of an exchange, and what it does not."""

from __future__ import annotations

import base64
import html
import json
import tempfile
import tomllib
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu import Emulator, resources
from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.root import write_atomically
from cpanel_emu.testing.cases import HttpRequest
from cpanel_emu.testing.loading import load_suite
from cpanel_emu.testing.messages import split_response
from cpanel_emu.testing.recording import folder as folder_module
from cpanel_emu.testing.recording.exchange import RecordedExchange, RecordedRequest, Upstream
from cpanel_emu.testing.recording.folder import RecordingFolder

UPSTREAM = Upstream("cpanel-tls", "https://host.example.com:2083")
NOW = 1767603600  # 2026-01-05T09:00:00Z
FORM = "application/x-www-form-urlencoded"
KEY = (resources.fixtures() / "keys" / "example.com.key").read_text().strip()


def request(
    target: str = "/json-api/cpanel",
    body: str | bytes = b"",
    method: str = "POST",
    **headers: str,
) -> RecordedRequest:
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    lines = {"Host": "127.0.0.1:1", "Content-Length": str(len(data)), **named}
    return RecordedRequest(method, target, "1.1", tuple(lines.items()), data)


def exchange(asked: RecordedRequest, body: str = "{}\n", more: str = "") -> RecordedExchange:
    head = (
        "HTTP/1.1 200 OK\r\nServer: cpsrvd/11.32\r\nDate: Mon, 05 Jan 2026 09:00:00 GMT\r\n"
        f"{more}Content-Length: {len(body.encode())}\r\n\r\n"
    )
    answer = split_response(head.encode() + body.encode())
    return RecordedExchange(UPSTREAM, asked, answer, time=NOW)


def record(folder: Path, *exchanges: RecordedExchange, secrets: Path | None = None) -> Path:
    recording = RecordingFolder(folder / "recording", "docs", ("cpanel-tls",), secrets)
    recording.open()
    for each in exchanges:
        recording.add(each)
    return recording.path


def everything(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def answer_of(folder: Path, number: int = 1) -> str:
    (path,) = folder.glob(f"{number:04d}-*.http")
    return path.read_bytes().decode()


def first_request(folder: Path) -> HttpRequest:
    written = load_suite(folder).cases[0].steps[0].request
    assert isinstance(written, HttpRequest)
    return written


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


WAYS: list[Callable[[str], RecordedRequest]] = [
    lambda secret: request(Authorization=basic("user", secret)),
    lambda secret: request(Authorization=f"WHM root:{secret}"),
    lambda secret: request(Authorization=f"Bearer {secret}"),
    lambda secret: request(Cookie=f"a=b; cpsession={urllib.parse.quote(secret)}"),
    lambda secret: request("/login/", f"user=u&pass={urllib.parse.quote_plus(secret)}"),
    lambda secret: request(f"/json-api/cpanel?PASSWORD={urllib.parse.quote(secret, safe='')}"),
    lambda secret: request(
        "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=gencsr"
        f"&cpanel_jsonapi_apiversion=1&arg-7={urllib.parse.quote(secret, safe='')}"
    ),
    lambda secret: request(body=json.dumps({"deep": [{"password": secret}]})),
    lambda secret: request(body=f"<a><pass>{html.escape(secret)}</pass></a>"),
    lambda secret: request(
        body=f'--b\r\nContent-Disposition: form-data; name="pass"\r\n\r\n{secret}\r\n--b--\r\n',
        Content_Type="multipart/form-data; boundary=b",
    ),
]
SECRETS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x2FF, exclude_categories=("Cc", "Zs", "Cf")),
    min_size=6,
    max_size=12,
).filter(lambda text: "--b" not in text and len(set(text)) > 3)


@settings(max_examples=30, derandomize=True)  # a secret may be a word by chance
@given(way=st.sampled_from(WAYS), secret=SECRETS)
def test_a_secret_is_nowhere(way: Callable[[str], RecordedRequest], secret: str) -> None:
    echoed = [
        f"plain {secret} {urllib.parse.quote(secret, safe='')} {urllib.parse.quote_plus(secret)}",
        json.dumps([secret]),
        json.dumps({"said": secret}, ensure_ascii=False).replace("/", "\\/"),
        f"<a>{html.escape(secret)}</a>",
    ]
    # The first answer tells it before anything says that it is a secret.
    exchanges = [exchange(request(), echoed[0]), *(exchange(way(secret), each) for each in echoed)]
    with tempfile.TemporaryDirectory() as folder:
        written = record(Path(folder), *exchanges)
        load_suite(written)
        data = everything(written).decode()
    for spelling in (
        secret,
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode(),
    ):
        assert spelling not in data


def test_credentials_that_are_no_base64_are_kept_as_sent(tmp_path: Path) -> None:
    for at, sent in enumerate(("us\u00e9r:secret", "abcde")):
        folder = record(tmp_path / str(at), exchange(request(Authorization=f"Basic {sent}")))
        assert first_request(folder).login == "Basic-as-sent {{credentials_1}}"


@pytest.mark.parametrize("date", ["Mon, 05 Jan 99999 09:00:00 GMT", "05 Jan 2026 +99999999999999"])
def test_a_date_that_is_none_is_that_of_the_recording(tmp_path: Path, date: str) -> None:
    recorded = exchange(request())
    head = recorded.answer.head.replace(b"Mon, 05 Jan 2026 09:00:00 GMT", date.encode())
    answer = split_response(head + b"\r\n{}\n")
    folder = record(tmp_path, RecordedExchange(UPSTREAM, recorded.request, answer, time=NOW))
    assert load_suite(folder).cases[0].setup.clock == "2026-01-05T09:00:00Z"


@pytest.mark.parametrize("word", ["TOKENTOKEN", "Basic"])
def test_one_word_of_authorization_is_a_secret_unless_it_is_a_scheme(
    tmp_path: Path, word: str
) -> None:
    folder = record(tmp_path, exchange(request(Authorization=word)))
    expected = "Basic" if word == "Basic" else "{{credentials_1}}"
    assert first_request(folder).login == expected


def test_positional_secrets_are_hidden_in_documents_and_behind_quotes(tmp_path: Path) -> None:
    arguments = "".join(f"<args>{value}</args>" for value in [*"abcdefg", "geheim&amp;1"])
    call = "<module>SSL</module><func>gencsr</func><apiversion>1</apiversion>"
    document = urllib.parse.quote(f"<cpanelaction>{call}{arguments}</cpanelaction>")
    quoted = 'cpanel_jsonapi_module="SSL"&cpanel_jsonapi_func="gencsr"&arg-7=geheim2'
    folder = record(
        tmp_path,
        exchange(request(f"/xml-api/cpanel?xmlin={document}", method="GET")),
        exchange(request("/xml-api/cpanel", f"xmlin={document}")),
        exchange(request("/json-api/cpanel", quoted)),
    )
    assert b"geheim" not in everything(folder)


def test_secrets_are_hidden_in_urls_that_stand_elsewhere(tmp_path: Path) -> None:
    referer = "http://h/login/?user=u&pass=geheim%2f1&x=1"
    more = "Location: /login/?session=user%3aoffen99%2cff\r\n"
    page = '<a href="/x/?a=b&amp;session=user%3Aoffen77">x</a>'
    folder = record(tmp_path, exchange(request(Referer=referer), page, more))
    assert "Referer: http://h/login/?user=u&pass={{password_1|urlsmall}}&x=1" in (
        first_request(folder).headers
    )
    answer = answer_of(folder)
    assert "Location: /login/?session={{session_2|urlsmall}}\r\n" in answer
    assert '"/x/?a=b&amp;session={{session_1|form}}"' in answer


def test_the_same_secret_has_the_same_name(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    folder = record(
        tmp_path,
        exchange(request("/x?pass=hunter%2F2", Authorization=basic("bob", "hunter/2"))),
        exchange(request("/x?password=other99", Authorization=basic("bob", "hunter/2"))),
        secrets=secrets,
    )
    first, second = [case.steps[0].request for case in load_suite(folder).cases]
    assert isinstance(first, HttpRequest)
    assert isinstance(second, HttpRequest)
    assert (first.line, first.login) == (
        "POST /x?pass={{password_1|form}}",
        "Basic bob:{{password_1}}",
    )
    assert second.line == "POST /x?password={{password_2|form}}"
    assert tomllib.loads(secrets.read_text())["secrets"] == {
        "password_1": "hunter/2",
        "password_2": "other99",
    }
    assert secrets.stat().st_mode & 0o777 == 0o600


def test_the_seed_has_what_was_accepted(tmp_path: Path) -> None:
    asked = "/json-api/cpanel?cpanel_jsonapi_user=shop&domain=shop.example"
    refused = exchange(request(Authorization=basic("shop", "mistyped")))
    refused = RecordedExchange(
        refused.upstream, refused.request, split_response(b"HTTP/1.1 401 No\r\n\r\n")
    )
    folder = record(
        tmp_path,
        refused,
        exchange(request(Authorization=basic("shop", "the right one"))),
        exchange(request(asked, Authorization="WHM root:" + "0123456789abcdef" * 10)),
        exchange(request(asked, Authorization="whm root:TOKENTOKENTOKEN")),
    )
    suite = load_suite(folder)
    seed = tomllib.loads((folder / "seeds" / "recorded.toml").read_text())
    assert seed["accounts"]["shop"] == {
        "domain": "shop.example",
        "password": suite.secrets["password_2"],
    }
    assert seed["whm"]["root"]["access_hash"] == suite.secrets["hash_1"]
    assert seed["whm"]["root"]["api_tokens"] == {"token_1": suite.secrets["token_1"]}
    with Emulator(seed=folder / "seeds" / "recorded.toml") as emulator:
        assert emulator.accounts.names() == ("shop",)


def test_a_key_is_the_same_key_however_it_is_spelled(tmp_path: Path) -> None:
    posted = urllib.parse.quote_plus(KEY.replace("\n", "\r\n") + "\r\n")
    folder = record(
        tmp_path,
        exchange(request(body=f"key={posted}"), json.dumps({"key": KEY, "text": KEY + "\n"})),
        exchange(request(), f"<key>{KEY}</key>"),
    )
    assert first_request(folder).body == "key={{private_key_1|crlf|form}}%0D%0A"
    assert '{"key": "{{private_key_1|json}}", "text": "{{private_key_1|json}}\\n"}' in answer_of(
        folder
    )
    assert "<key>{{private_key_1}}</key>" in answer_of(folder, 2)
    data = everything(folder).decode()
    assert not any(line in data for line in KEY.splitlines()[1:-1])
    # Another one of its kind stands in for it.
    stand_in = load_suite(folder).secrets["private_key_1"]
    assert stand_in.splitlines()[0] == KEY.splitlines()[0]
    assert abs(len(stand_in) - len(KEY)) < 20


CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----"
ID = "c0ffe_bcdef_e41bdfa93d4c86e0c836bed70d39dcca"


def test_what_differs_from_run_to_run_becomes_names(tmp_path: Path) -> None:
    body = json.dumps(
        {"id": ID, "again": f"x_{ID}", "created": NOW + 5, "ends": NOW + 365 * 86400, "n": 4}
    )
    more = (
        "Set-Cookie: cpsession=user%3aabcdef; path=/; port=2083\r\nSet-Cookie: a=deleted\r\n"
        "Location: https://host.example.com:2083/cpsess0123456789/?post_login=77\r\n"
    )
    folder = record(
        tmp_path,
        exchange(request(), body, more),
        exchange(
            request(f"/cpsess0123456789/x?id={ID}", Cookie="cpsession=user%3aabcdef"),
            json.dumps({"csr": CSR, "at": NOW, "later": 1900000000}),
        ),
    )
    head, _, body = answer_of(folder).partition("\r\n\r\n")
    assert head.split("\r\n") == [
        "HTTP/1.1 200 OK",
        "Server: cpsrvd/11.32",
        "Date: {{date_1}}",
        "Set-Cookie: cpsession={{session_1}}; path=/; port={{port_1}}",
        "Set-Cookie: a=deleted",
        "Location: https://{{target_host}}/cpsess{{security_token_1}}/?post_login={{number_1}}",
        "Content-Length: {{length}}",
    ]
    assert body == (
        '{"id": "{{id_1}}", "again": "x_{{id_1}}", "created": {{time_1}}, "ends": {{time_2}}, '
        '"n": 4}'
    )
    second = load_suite(folder).cases[1].steps[0].request
    assert isinstance(second, HttpRequest)
    assert second.line == "POST /cpsess{{security_token_1}}/x?id={{id_1|form}}"
    assert "Cookie: cpsession={{session_1}}" in second.headers
    assert answer_of(folder, 2).endswith(
        '{"csr": "{{csr_1|json}}", "at": {{time_3}}, "later": 1900000000}'
    )


def test_a_session_is_hidden_within_its_url_too(tmp_path: Path) -> None:
    session = "user:AbCdEf0123456789,0123456789abcdef0123456789abcdef"
    encoded = session.replace(":", "%3a").replace(",", "%2c")
    login = f"/cpsess1234567890/login/?session={encoded}"
    body = f'{{"data":{{"session":"{session}","url":"https://host.example.com:2083{login}"}}}}'
    folder = record(tmp_path, exchange(request(), body), exchange(request(login, method="GET")))
    assert b"AbCdEf0123456789" not in everything(folder)
    assert answer_of(folder).endswith(
        '{"data":{"session":"{{token_1|json}}","url":"https://{{target_host}}/'
        'cpsess{{security_token_1}}/login/?session={{token_1|urlsmall}}"}}'
    )
    second = load_suite(folder).cases[1].steps[0].request
    assert isinstance(second, HttpRequest)
    assert second.line == "GET /cpsess{{security_token_1}}/login/?session={{token_1|form}}"


def test_a_session_in_xml_is_hidden_as_in_json(tmp_path: Path) -> None:
    body = (
        "<data>\n  <cp_security_token>/cpsess1234567890</cp_security_token>\n"
        "  <session>user:abcdef</session>\n</data>\n"
    )
    folder = record(tmp_path, exchange(request(), body), exchange(request("/cpsess1234567890/")))
    assert answer_of(folder).endswith(
        "<data>\n  <cp_security_token>/cpsess{{security_token_1}}</cp_security_token>\n"
        "  <session>{{token_1|xml}}</session>\n</data>\n"
    )
    second = load_suite(folder).cases[1].steps[0].request
    assert isinstance(second, HttpRequest)
    assert second.line == "POST /cpsess{{security_token_1}}/"


def test_what_the_client_sent_first_is_no_surprise(tmp_path: Path) -> None:
    body = urllib.parse.urlencode({"id": ID, "csr": CSR, "when": NOW})
    folder = record(
        tmp_path,
        exchange(request(body=body), json.dumps({"id": ID, "csr": CSR, "when": NOW})),
    )
    assert json.loads(answer_of(folder).partition("\r\n\r\n")[2]) == {
        "id": ID,
        "csr": CSR,
        "when": NOW,
    }


def test_a_request_stays_as_it_was_sent(tmp_path: Path) -> None:
    body = b"\xff\x00binary"
    asked = request(
        "/x?a=%2f+b&a=2&&c=\udcff",
        body,
        "PUT",
        User_Agent='Old "Client"\\1',
        Accept_Encoding="gzip",
    )
    folder = record(tmp_path, exchange(asked), exchange(request("/", method="GET")))
    written = first_request(folder)
    assert written.line == "PUT /x?a=%2f+b&a=2&&c=%FF"
    assert written.headers == ('User-Agent: Old "Client"\\1',)
    assert written.file is not None
    assert written.file.read_bytes() == body
    assert [path.name for path in load_suite(folder).orphans()] == []


def test_cases_are_named_after_what_they_call(tmp_path: Path) -> None:
    folder = record(
        tmp_path,
        exchange(request("/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=genkey")),
        exchange(request("/cpsess1234567890/execute/SSL/list_keys", method="GET")),
        exchange(request("/", method="GET")),
    )
    suite = load_suite(folder)
    assert [case.id for case in suite.cases] == [
        "0001-ssl-genkey",
        "0002-cpsess-execute-ssl-list-keys",
        "0003-get",
    ]
    assert suite.is_sequence
    assert suite.cases[0].setup.clock == "2026-01-05T09:00:00Z"
    assert {case.provenance for case in suite.cases} == {"recording"}
    assert suite.cases[0].notes == (
        "Recorded on 2026-01-05T09:00:00Z from cpsrvd/11.32, cpanel-tls."
    )


def test_the_length_that_head_tells_is_kept(tmp_path: Path) -> None:
    asked = exchange(request(method="HEAD"), "x" * 20)
    answer = split_response(asked.answer.head + b"\r\n")
    folder = record(tmp_path, RecordedExchange(UPSTREAM, asked.request, answer))
    assert "\r\nContent-Length: 20\r\n" in answer_of(folder)


def test_folders_that_hold_something_are_left_alone(tmp_path: Path) -> None:
    record(tmp_path, exchange(request()))
    with pytest.raises(ConfigurationError, match="is not empty; name another folder"):
        record(tmp_path)
    with pytest.raises(ConfigurationError, match="own folder"):
        RecordingFolder(tmp_path / "n", "docs", (), tmp_path / "n" / "secrets.toml").open()
    (tmp_path / "secrets.toml").touch()
    with pytest.raises(ConfigurationError, match="is there already"):
        RecordingFolder(tmp_path / "n", "docs", (), tmp_path / "secrets.toml").open()


def test_what_comes_after_the_end_is_not_written(tmp_path: Path) -> None:
    recording = RecordingFolder(tmp_path / "recording", "docs", ("cpanel-tls",))
    recording.open()
    recording.add(exchange(request()))
    recording.close()
    with pytest.raises(StoreError, match="after the end"):
        recording.add(exchange(request()))
    assert len(load_suite(recording.path).cases) == 1


def test_what_cannot_be_written_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = RecordingFolder(tmp_path / "recording", "docs", ("cpanel-tls",))
    recording.open()
    recording.add(exchange(request()))

    def full(path: Path, data: bytes, mode: int) -> None:
        if path.name.startswith("0002") and path.suffix == ".toml":
            raise StoreError("no space left")
        write_atomically(path, data, mode)

    monkeypatch.setattr(folder_module, "write_atomically", full)
    with pytest.raises(StoreError, match="no space left"):
        recording.add(exchange(request()))
    assert load_suite(recording.path).orphans() == []
    assert recording.count == 1
