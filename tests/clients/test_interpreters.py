"""PHP, Perl and curl make a key and a CSR as old scripts did (``liveapi_cli §6.1``)."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from tests.clients.checking import (
    ACCESS_HASH,
    CALLS,
    HOST,
    PASSWORD,
    ROOT,
    ROOT_TOKEN,
    USER,
    USER_TOKEN,
    answers_of,
    check,
    check_stored,
    url_of,
)
from tests.requirements import require_perl_module, require_php_extension, require_program

HERE = Path(__file__).parent


def basic(login: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{PASSWORD}".encode()).decode()


CREDENTIALS = [(USER, basic(USER)), (ROOT, f"WHM root:{ACCESS_HASH}")]
TOKENS = [(USER, f"cpanel user:{USER_TOKEN}"), (ROOT, f"whm root:{ROOT_TOKEN}")]
plain_and_tls = pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])


@plain_and_tls
@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("transport", ["curl", "streams"])
@pytest.mark.parametrize(("login", "authorization"), CREDENTIALS, ids=["Basic", "WHM"])
def test_php(
    emulator: Emulator, login: str, authorization: str, transport: str, form: str, *, tls: bool
) -> None:
    php = require_php_extension({"curl": "curl", "streams": "openssl"}[transport])
    if form == "xml":
        require_php_extension("SimpleXML")
    url = url_of(emulator, login, tls=tls)
    script = HERE / "php" / "key_and_csr.php"
    check(answers_of([php, script, transport, form, url, authorization, USER, HOST]))
    check_stored(emulator)


@plain_and_tls
@pytest.mark.parametrize("login", [USER, ROOT])
def test_perl_with_a_session(emulator: Emulator, login: str, *, tls: bool) -> None:
    perl = require_perl_module("IO::Socket::SSL" if tls else "HTTP::Tiny")
    url = url_of(emulator, login, tls=tls)
    check(answers_of([perl, HERE / "perl" / "session.pl", url, login, PASSWORD, USER, HOST]))
    check_stored(emulator)


@plain_and_tls
@pytest.mark.parametrize(("login", "authorization"), TOKENS, ids=["cpanel", "whm"])
def test_perl_with_a_token(
    emulator: Emulator, login: str, authorization: str, *, tls: bool
) -> None:
    perl = require_perl_module("LWP::Protocol::https" if tls else "LWP::UserAgent")
    url = url_of(emulator, login, tls=tls)
    check(answers_of([perl, HERE / "perl" / "octets.pl", url, authorization, USER, HOST]))
    check_stored(emulator)


def curl(*arguments: str) -> str:
    command = [
        require_program("curl"),
        "--silent",
        "--show-error",
        "--insecure",
        "--max-time",
        "60",
    ]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def curl_calls(*arguments: str) -> list[object]:
    """Make the calls of every client with these *arguments* of curl."""
    answers = []
    for function, values in CALLS:
        fields = {
            "cpanel_jsonapi_user": USER,
            "cpanel_jsonapi_module": "SSL",
            "cpanel_jsonapi_func": function,
            "cpanel_jsonapi_apiversion": "2",
            **values,
        }
        data = [word for n, v in fields.items() for word in ("--data-urlencode", f"{n}={v}")]
        answers.append(json.loads(curl(*arguments, *data)))
    return answers


@plain_and_tls
@pytest.mark.parametrize(("login", "authorization"), [*CREDENTIALS, *TOKENS])
def test_curl(emulator: Emulator, login: str, authorization: str, *, tls: bool) -> None:
    url = f"{url_of(emulator, login, tls=tls)}/json-api/cpanel"
    check(curl_calls("--header", f"Authorization: {authorization}", url))
    check_stored(emulator)


@pytest.mark.parametrize("options", [[], ["--get"]], ids=["POST", "GET"])
def test_curl_with_a_line_end_of_the_program_s_own(emulator: Emulator, options: list[str]) -> None:
    url = f"{url_of(emulator, USER, tls=False)}/json-api/cpanel"
    check(curl_calls(*options, "--header", f"Authorization: {basic(USER)}\n\r", url))
    check_stored(emulator)


@plain_and_tls
@pytest.mark.parametrize("option", ["--get", "--http1.0"])
def test_curl_in_other_ways(emulator: Emulator, option: str, *, tls: bool) -> None:
    url = f"{url_of(emulator, USER, tls=tls)}/json-api/cpanel"
    check(curl_calls(option, "--user", f"{USER}:{PASSWORD}", url))
    check_stored(emulator)


@plain_and_tls
@pytest.mark.parametrize("login", [USER, ROOT])
def test_curl_with_a_session(emulator: Emulator, tmp_path: Path, login: str, *, tls: bool) -> None:
    url, jar = url_of(emulator, login, tls=tls), str(tmp_path / "cookies")
    fields = ["--data", f"user={login}", "--data-urlencode", f"pass={PASSWORD}"]
    told = json.loads(curl("--cookie-jar", jar, *fields, f"{url}/login/?login_only=1"))
    token = told["security_token"]
    assert re.fullmatch(r"/cpsess\d{10}", token)
    check(curl_calls("--cookie", jar, f"{url}{token}/json-api/cpanel"))
    check_stored(emulator)
    curl("--cookie", jar, "--cookie-jar", jar, f"{url}/logout/")
    denied = curl("--cookie", jar, f"{url}{token}/json-api/cpanel")
    assert '"error":"Access denied"' in denied
