"""Who may use the control namespace: which clients, under which names, from which pages. Pure.

Three attacks matter. A stranger on the network connects: only loopback and the networks of
``--control-allow`` are served. A web page makes the developer's own browser send requests:
whatever changes something must come from our own pages, or from no page at all. A web page
points a name of its own at 127.0.0.1, so that the browser takes us for its server (DNS
rebinding): the name in ``Host`` must be one that no stranger can own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from cpanel_emu.option_values import Network

READING = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::[0-9]+)?")
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def denial(
    environ: Mapping[str, Any], networks: Collection[Network], own_names: Collection[str]
) -> str:
    """Return why a request may not use the namespace, with the mend, or ``""`` if it may.

    Args:
        environ: the request (PEP 3333).
        networks: who may besides loopback.
        own_names: host names that this server is known to have, in lower case.
    """
    if any(name in environ for name in _FORWARDED):
        return "A proxy has forwarded this request. Use the server's own address."
    address = _address(str(environ.get("REMOTE_ADDR", "")))
    if address is None:
        return "The client's address is not known."
    if not address.is_loopback and not any(address in network for network in networks):
        return f"Clients at {address} may not use this; start with --control-allow {address}."
    is_near = not address.is_loopback
    if not _is_safe_name(str(environ.get("HTTP_HOST", "")), own_names, single_labels=is_near):
        return "Use this by an IP address or as localhost: a foreign name could be an attack."
    if environ["REQUEST_METHOD"] not in READING and not _is_from_own_page(environ):
        return "A page of another origin has sent this; it could be an attack."
    return ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_safe_name(host: str, own_names: Collection[str], *, single_labels: bool) -> bool:
    """Whether no stranger can make *host* (with its port) lead to us.

    An IP address cannot be rebound. A name without a dot, such as that of a container, is
    nobody's on the internet; still it is taken only from the allowed networks.
    """
    if not host:
        return True  # HTTP/1.0; no browser leaves it out
    parts = _HOST.fullmatch(host)
    if parts is None:
        return False
    name = parts[1].lower().removesuffix(".")
    if _address(name.strip("[]")) is not None:
        return True
    if name in own_names or name == "localhost" or name.endswith(".localhost"):
        return True
    return single_labels and "." not in name


def _is_from_own_page(environ: Mapping[str, Any]) -> bool:
    """Whether a request that changes something comes from our own pages, or from no page."""
    if environ.get("HTTP_SEC_FETCH_SITE", "same-origin") not in {"same-origin", "none"}:
        return False
    source = environ.get("HTTP_ORIGIN") or environ.get("HTTP_REFERER")
    if not source:
        return True  # no browser: they send Origin with every POST of another origin
    return _origin(str(source)) == _own_origin(environ)


def _origin(url: str) -> str:
    """Return the origin of *url*; ``""`` for ``null`` and whatever has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])}"


def _own_origin(environ: Mapping[str, Any]) -> str:
    scheme = environ.get("wsgi.url_scheme", "http")
    host = str(environ.get("HTTP_HOST", "")).lower()
    return f"{scheme}://{host.removesuffix(_DEFAULT_PORTS.get(scheme, ':80'))}"
