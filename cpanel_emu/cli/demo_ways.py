"""The ways in that ``cpanel-emu demo`` takes, each with the answer that it must get."""

from __future__ import annotations

import base64
import http.client
import os
import shlex
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cpanel_emu import resources
from cpanel_emu.call import Data
from cpanel_emu.emulator import Emulator
from cpanel_emu.frontend import PageRequest

CLOCK = "2022-01-01T00:00:00Z"
"""The demo stands still at the time of the golden cases: one of its answers is theirs."""
USER = "user"
"""The account that the demo acts for."""
_OTHER_USER = "username"
"""Acts in UAPI, which names a request by what the account has already."""
HOST = "example.com"
"""The host that it makes requests for."""

_PASSWORD = "12345luggage"  # noqa: S105  (published, and refused beyond loopback)
_SECONDS = 60.0
_FIELDS = {
    "city": "Houston",
    "company": "cPanel",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": HOST,
    "state": "Texas",
    "password": _PASSWORD,
}
_CALL = {
    "cpanel_jsonapi_apiversion": "2",
    "cpanel_jsonapi_module": "SSL",
    "cpanel_jsonapi_func": "gencsr",
}
_GENERATED = "Certificate Signing Request generated!"
_API2 = (
    f'{{"cpanelresult":{{"apiversion":2,"func":"gencsr","data":[{{"output":"{_GENERATED}",'
    '"result":1}],"event":{"result":1},"module":"SSL"}}'
)
_XML = f"""<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <data>
    <output>{_GENERATED}</output>
    <result>1</result>
  </data>
  <event>
    <result>1</result>
  </event>
  <func>gencsr</func>
  <module>SSL</module>
</cpanelresult>
"""
_YAML = f"""--- \n\
cpanelresult: \n\
  apiversion: 2
  data: \n\
    - \n\
      output: {_GENERATED}
      result: 1
  event: \n\
    result: 1
  func: gencsr
  module: SSL
"""
_FRAME = f'<?xml version="1.0" ?>\n<cpanelresult>{_API2}</cpanelresult>\n'
_FRAME_END = b"</cpanelresult>\n"
_UAPI_FIELDS = {
    "countryName": "US",
    "domains": HOST,
    "emailAddress": "user@example.com",
    "localityName": "Houston",
    "organizationName": "cPanel",
    "organizationalUnitName": "Documentation",
    "stateOrProvinceName": "Texas",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: how it is called for people, what it answered, what it must have answered."""

    title: str
    request: str
    answer: str
    expected: str


def ways(server: Emulator) -> Iterator[Way]:
    """Make a request through one way after the other."""
    query = urllib.parse.urlencode({**_CALL, **_FIELDS})
    yield _http("JSON", server.cpanel_url, f"/json-api/cpanel?{query}", USER, f"{_API2}\n")
    xml_query = query.replace("cpanel_jsonapi_", "cpanel_xmlapi_")
    yield _http("XML", server.cpanel_url, f"/xml-api/cpanel?{xml_query}", USER, _XML)
    bridge = f"/json-api/cpanel?cpanel_jsonapi_user={USER}&{query}"
    yield _http("WHM bridge", server.whm_url, bridge, "root", f"{_API2}\n")
    yield _tag(server)
    yield _cpapi2(server)
    yield _liveapi(server)
    yield _uapi(server)


def _http(title: str, url: str, target: str, user: str, expected: str) -> Way:
    credentials = base64.b64encode(f"{user}:{_PASSWORD}".encode()).decode("ascii")
    address = urllib.parse.urlsplit(url).netloc
    connection = http.client.HTTPConnection(address, timeout=_SECONDS)
    try:
        connection.request("GET", target, headers={"Authorization": f"Basic {credentials}"})
        answer = connection.getresponse().read().decode("utf-8", "replace")
    finally:
        connection.close()
    return Way(title, f"curl -u {user}:{_PASSWORD} '{url}{target}'", answer, expected)


def _tag(server: Emulator) -> Way:
    """The tag form of the handbook (``ssl §1.2``), rendered as page text."""
    parameters = ", ".join(f'{name}="{value}"' for name, value in _FIELDS.items())
    tag = f"<?cp SSL::gencsr(%,output) {parameters} ?>"
    page = server.frontend.open(PageRequest(server.accounts.existing(USER), "demo.html"))
    return Way("Tag page", tag, page.text(tag), _GENERATED)


def _cpapi2(server: Emulator) -> Way:
    words = [f"{name}={urllib.parse.quote(value, safe='')}" for name, value in _FIELDS.items()]
    arguments = [f"--user={USER}", "SSL", "gencsr", *words]
    root = str(server.root.path)
    done = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-m", "cpanel_emu.cli.api", *arguments],
        env={**_foreign_environment(), "CPANEL_EMU_ROOT": root, "CPANEL_EMU_CLOCK": CLOCK},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_SECONDS,
    )
    request = f"CPANEL_EMU_ROOT={shlex.quote(root)} {shlex.join(['cpapi2', *arguments])}"
    answer = (done.stdout + done.stderr).decode("utf-8", "replace")
    return Way("Command line", request, answer, _YAML)


def _foreign_environment() -> Mapping[str, str]:
    """Return the environment without settings for the emulator."""
    return {name: text for name, text in os.environ.items() if not name.startswith("CPANEL_EMU_")}


def _liveapi(server: Emulator) -> Way:
    pairs = ",".join(f'"{name}":"{value}"' for name, value in _FIELDS.items())
    call = (
        '<cpanelaction>\n{"reqtype":"exec","module":"SSL","func":"gencsr","apiversion":"2",'
        f'"args":{{{pairs}}}}}\n</cpanelaction>'
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as page:
        page.settimeout(_SECONDS)
        page.connect(server.liveapi_socket)
        _ask(page, '<cpaneljson enable="1">')
        answer = _ask(page, call)
        _ask(page, '<cpanelxml shutdown="1" />')
    request = f"{server.liveapi_socket}\n{len(call)}\n{call}"
    return Way("LiveAPI socket", request, answer, _FRAME)


def _ask(page: socket.socket, payload: str) -> str:
    """Send *payload* as a frame and return the frame that answers it."""
    page.sendall(f"{len(payload)}\n{payload}".encode("ascii"))
    received = b""
    while not received.endswith(_FRAME_END) and (piece := page.recv(65536)):
        received += piece
    return received.decode("utf-8", "replace")


def _uapi(server: Emulator) -> Way:
    keys = server.call("SSL", "list_keys", user=_OTHER_USER, api=3).outcome
    key_id = ""
    if isinstance(keys, Data) and isinstance(keys.data, list):
        key_id = next((str(key["id"]) for key in keys.data), "")
    query = urllib.parse.urlencode({**_UAPI_FIELDS, "key_id": key_id})
    golden = resources.fixtures() / "cases" / "uapi" / "generate-csr-110.json"
    expected = golden.read_text("utf-8").rstrip("\n") + "\n"
    target = f"/execute/SSL/generate_csr?{query}"
    return _http("UAPI, the successor", server.cpanel_url, target, _OTHER_USER, expected)
