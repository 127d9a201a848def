"""A server without sockets: bytes of requests in, bytes of answers out, as the listener does it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from cpanel_emu.server.endpoints import Endpoint, Service
from cpanel_emu.server.gateway import (
    ConnectionControl,
    base_environ,
    framed,
    request_environ,
    run,
)
from cpanel_emu.server.http1 import Request, RequestReader, UnreadableRequest
from cpanel_emu.server.http1.answer import CLOSING, staying
from cpanel_emu.server.limits import Limits


def _base(service: Service, port: int) -> dict[str, Any]:
    endpoint = Endpoint("127.0.0.1", port, tls=False, service=service)
    base = base_environ(endpoint, multiprocess=False)
    return {**base, "REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": "40000"}


_BASES: dict[str, dict[str, Any]] = {
    "cpanel": _base("cpanel", 2082),
    "whm": _base("whm", 2086),
}


def requests(stream: bytes) -> Iterator[Request]:
    """Yield the requests that a connection's bytes hold, up to the first that is none."""
    reader = RequestReader(Limits())
    reader.feed(stream)
    reader.end()
    with contextlib.suppress(UnreadableRequest):
        while (request := reader.next_request()) is not None:
            yield request
            if request.last:
                return


def answer(application: Any, request: Request, service: str) -> bytes:
    """Return the bytes of the answer to *request*; whatever the application raises comes out."""
    control = ConnectionControl()
    environ = request_environ(request, _BASES[service])
    environ["cpanel_emu.connection"] = control
    status, headers, body = run(application, environ)
    closing = request.last or control.close
    persistence = CLOSING if closing else staying(1, 70, 200)
    data, _ = framed(status, headers, body, persistence, head_only=request.method == "HEAD")
    if control.observer is not None:
        control.observer(data)
    return data
