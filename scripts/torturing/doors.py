"""One call through each door, and its answer in one form whatever the door.

Written for the torture alone, from the protocol's documents, so that no client shares code with
the server that it asks.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from lxml import etree

from torturing.injection import VARIABLE, Point
from torturing.state import USER

PASSWORD = "12345luggage"
_PATIENCE = 60.0
_SCRIPTS = Path(__file__).parent.parent


class Unanswered(Exception):
    """No whole answer came: the server was killed, or hung up."""


class ProgramKilled(Unanswered):
    """A program on the command line was killed; others, and the server, may be well."""


class WrongAnswer(Exception):
    """What came is no answer: a status of 500 or more, or a body that cannot be read."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as any door can make it; *api* is ``1``, ``2`` or ``uapi``."""

    function: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    api: str = "2"
    module: str = "SSL"

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value[:40]!r}" for name, value in self.arguments.items())
        return f"API {self.api} {self.module}::{self.function}({shown})"


@dataclass(frozen=True, slots=True)
class Answer:
    """The data of an answer, and its error, ``""`` if the call was not refused."""

    data: Any
    error: str = ""

    @property
    def row(self) -> Mapping[str, Any]:
        """The only row of an API 2 answer, or the data of a UAPI answer."""
        found = self.data[0] if isinstance(self.data, list) and self.data else self.data
        return found if isinstance(found, dict) else {}


class Door(Protocol):
    """A way in."""

    name: str

    def ask(self, call: Call) -> Answer:
        """Make *call* and return its answer.

        Raises:
            Unanswered, WrongAnswer: there is none.
        """

    def close(self) -> None:
        """Hang up."""


def answer_in(root: Mapping[str, Any], call: Call) -> Answer:
    """Return the answer that a JSON document holds."""
    if call.api == "1":
        return Answer(root["data"]["result"], root.get("error") or "")
    if call.api == "uapi":
        told = root.get("result", root)
        return Answer(told["data"], "; ".join(told["errors"] or ()))
    told = root["cpanelresult"]
    if told["func"] != call.function:
        raise WrongAnswer(f"{call}: the answer is one to {told['func']}")
    return Answer(told["data"], told.get("error") or "")


def _read_json(text: bytes | str, call: Call) -> Answer:
    try:
        return answer_in(json.loads(text), call)
    except (ValueError, KeyError, TypeError) as error:
        raise WrongAnswer(f"{call}: {error!r} in {text[:200]!r}") from error


class HttpDoor:
    """The cPanel port, kept open; by JSON, by XML, or below ``/execute/``.

    *patience* is how many seconds it waits for an answer.
    """

    def __init__(
        self, url: str, form: str = "json", user: str = USER, *, patience: float = _PATIENCE
    ) -> None:
        self.name = f"HTTP {form}"
        self._patience = patience
        self._form = form
        self._address = urlsplit(url).netloc
        secret = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {secret}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, call: Call) -> Answer:
        if self._form == "execute":
            path, fields = f"/execute/{call.module}/{call.function}", dict(call.arguments)
        else:
            api = {"uapi": "3"}.get(call.api, call.api)
            prefix = "cpanel_jsonapi_" if self._form == "json" else "cpanel_xmlapi_"
            control = {"module": call.module, "func": call.function, "apiversion": api}
            path = f"/{self._form}-api/cpanel"
            fields = {**{prefix + name: text for name, text in control.items()}, **call.arguments}
        body = self.get(path, fields)
        return _read_xml(body, call) if self._form == "xml" else _read_json(body, call)

    def get(self, path: str, fields: Mapping[str, str]) -> bytes:
        """Send *fields* to *path* by POST and return the body of the answer.

        Raises:
            Unanswered, WrongAnswer: there is none.
        """
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=self._patience)
        try:
            self._connection.request("POST", path, urlencode(fields), self._headers)
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unanswered(f"{path}: {error!r}") from error
        if answer.status != http.HTTPStatus.OK:
            raise WrongAnswer(f"{path}: status {answer.status}: {body[:200]!r}")
        return body


def _read_xml(body: bytes, call: Call) -> Answer:
    try:
        root = etree.fromstring(body)
    except etree.XMLSyntaxError as fault:
        raise WrongAnswer(f"{call}: {fault} in {body[:200]!r}") from fault
    error = root.findtext("error") or ""
    if call.api == "1":
        return Answer(root.findtext("data/result") or "", error)
    if root.findtext("func") != call.function:
        raise WrongAnswer(f"{call}: the answer is one to {root.findtext('func')}")
    rows = [{str(cell.tag): cell.text or "" for cell in row} for row in root.iterfind("data")]
    return Answer(rows, error)


class LiveDoor:
    """The standing LiveAPI socket, in the frames of the PHP class (``liveapi_cli §1``).

    *patience* is how many seconds it waits for an answer.
    """

    def __init__(self, path: Path, *, patience: float = _PATIENCE) -> None:
        self.name = "LiveAPI"
        self._patience = patience
        self._path = path
        self._socket: socket.socket | None = None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, call: Call) -> Answer:
        action = {
            "reqtype": "exec",
            "module": call.module,
            "func": call.function,
            "apiversion": call.api,
            "args": call.arguments,
        }
        payload = f"<cpanelaction>\n{json.dumps(action)}\n</cpanelaction>"
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._socket.settimeout(self._patience)
                self._socket.connect(str(self._path))
                self._exchange('<cpaneljson enable="1">')
            text = self._exchange(payload)
        except OSError as error:
            self.close()
            raise Unanswered(f"LiveAPI: {error!r}") from error
        return _read_json(text, call)

    def _exchange(self, payload: str) -> str:
        assert self._socket is not None
        data = payload.encode()
        self._socket.sendall(b"%d\n%s" % (len(data), data))
        received = b""
        while not received.endswith(b"</cpanelresult>\n"):
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionResetError("the server hung up")
            received += piece
        return received.decode().partition("<cpanelresult>")[2].removesuffix("</cpanelresult>\n")


class ProgramDoor:
    """``cpapi2``, ``cpapi1`` and ``uapi``: each call is a process that works on the root itself.

    Args:
        root: the root.
        options: environment variables of the emulator, such as its release.
    """

    def __init__(self, root: Path, options: Mapping[str, str]) -> None:
        self.name = "command line"
        self._environment = {**program_environment(root), **options}
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """Kill what runs at the moment."""
        with self._lock:
            if self._running is not None:
                self._running.kill()

    def point(self) -> Point | None:
        """Return where the next process kills itself; nowhere."""
        return None

    def ask(self, call: Call) -> Answer:
        point = self.point()
        program = {"uapi": "uapi", "1": "cpapi1"}.get(call.api, "cpapi2")
        environment = self._environment
        if point is not None:
            environment = {**environment, VARIABLE: str(point)}
        words = [f"{name}={quote(value, safe='')}" for name, value in call.arguments.items()]
        command = [program, f"--user={USER}", "--output=json", call.module, call.function, *words]
        with self._lock:
            self._running = subprocess.Popen(
                [*injectable(), *command],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        output, errors = self._running.communicate(timeout=_PATIENCE)
        status = self._running.returncode
        with self._lock:
            self._running = None
        if status < 0:
            raise ProgramKilled(f"{program} ended by signal {-status}")
        if status:
            raise WrongAnswer(f"{call}: {program} ended with {status}: {errors[:300]!r}")
        return _read_json(output, call)


def injectable() -> list[str]:
    """Return the command that runs our programs, killable at a point (`torturing.injection`)."""
    return [sys.executable, "-m", "torturing.injection"]


def program_environment(root: Path) -> dict[str, str]:
    """Return the environment of our programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CPANEL_EMU_")}
    python_path = os.pathsep.join([str(_SCRIPTS), str(_SCRIPTS.parent)])
    return {**kept, "CPANEL_EMU_ROOT": str(root), "PYTHONPATH": python_path}


def all_doors(
    url: str, socket_path: Path, root: Path, options: Mapping[str, str]
) -> Sequence[Door]:
    """Return one of each door of a server."""
    return (
        HttpDoor(url, "json"),
        HttpDoor(url, "xml"),
        HttpDoor(url, "execute"),
        LiveDoor(socket_path),
        ProgramDoor(root, options),
    )


def can_ask(door: Door, call: Call) -> bool:
    """Whether *door* speaks the API of *call*."""
    if door.name == "HTTP execute":
        return call.api == "uapi"
    return door.name != "HTTP xml" or call.api != "uapi"
