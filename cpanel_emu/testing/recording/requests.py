"""A request as a case writes it, without its secrets."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from cpanel_emu.journal.entries import secret_position, secret_texts
from cpanel_emu.server.parameters import RequestTooLarge, read_parameters
from cpanel_emu.testing.recording.exchange import RecordedRequest
from cpanel_emu.testing.recording.references import SHORTEST, References, brace, outside
from cpanel_emu.testing.recording.secrets import (
    hide_in_urls,
    hide_keys,
    hide_members,
    hide_pairs,
    hide_parts,
    hide_security_tokens,
    token_kind,
)
from cpanel_emu.tongues.xml_action import read_xml_action

_LEFT_OUT = frozenset(
    {
        "accept-encoding",
        "authorization",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)
"""What the runner writes itself, or what the proxy did not pass on."""

_PART_FIELD = re.compile(r'; name="?([A-Za-z0-9_-]+)"?\r?\n\r?\n([^\r\n]*)')
_SCHEMES = frozenset({"basic", "bearer", "cpanel", "webmail", "whm"})
_LOGIN_FIELDS = {"user": ("pass", "password")}


@dataclass(frozen=True, slots=True)
class Login:
    """Whose credentials a request carried: a password, token or hash, by its name."""

    user: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class WrittenRequest:
    """A request with names in braces. *body* None if there was none."""

    line: str
    http: str
    login: str = ""
    headers: tuple[str, ...] = ()
    body: bytes | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    """As they came, to name the case after; not to be written anywhere."""
    logins: tuple[Login, ...] = ()


def write_request(request: RecordedRequest, references: References) -> WrittenRequest:
    """Return *request* with names for its secrets, which *references* learn."""
    parameters = _parameters(request)
    more_names = _secret_positions(parameters)
    _note_document(parameters.get("xmlin", ""), references)
    login, logins = _login(request.header("Authorization"), references)
    logins += _form_logins(parameters, references)
    path, mark, query = request.target.partition("?")
    path = references.hide_known(hide_security_tokens(path, references), ("url",))
    line = path + mark + hide_pairs(query, references, more_names)
    body = _hidden_body(request, references, more_names)
    headers = tuple(
        f"{name}: {_hidden_header(name, value, references)}"
        for name, value in request.headers
        if name.lower() not in _LEFT_OUT and (value or name.lower() != "cookie")
    )
    return WrittenRequest(
        f"{request.method} {_encoded(line)}", request.http, login, headers, body, parameters, logins
    )


def _encoded(line: str) -> str:
    """Return *line* with bytes that are not UTF-8 encoded: a case is text."""
    return re.sub("[\udc80-\udcff]", lambda found: f"%{ord(found[0]) - 0xDC00:02X}", line)


def _parameters(request: RecordedRequest) -> dict[str, str]:
    query = request.target.partition("?")[2]
    fields = dict(parse_qsl(query, keep_blank_values=True))
    body = request.body.decode("utf-8", "replace")
    if _is_multipart(request):
        fields |= _PART_FIELD.findall(body)
    elif "=" in body and not body.lstrip().startswith(("{", "<", "[")):
        fields |= parse_qsl(body, keep_blank_values=True)
    return fields


def _secret_positions(parameters: Mapping[str, str]) -> frozenset[str]:
    """Return the names of positional arguments of API 1 that are secret (``ssl §7``)."""
    for style in ("json", "xml"):
        # A server may take one pair of quotes away (``wire §2.4``).
        module = parameters.get(f"cpanel_{style}api_module", "").strip('"')
        function = parameters.get(f"cpanel_{style}api_func", "").strip('"')
        position = secret_position(module, function)
        if position is not None:
            return frozenset({f"arg-{position}"})
    return frozenset()


def _note_document(document: str, references: References) -> None:
    """Note the secret that an ``xmlin`` document has by its position (``wire §2.9``)."""
    action = (read_xml_action(document.encode("utf-8", "replace")) if document else None) or {}
    position = secret_position(str(action.get("module", "")), str(action.get("func", "")))
    arguments = action.get("args")
    if position is not None and isinstance(arguments, list) and len(arguments) > position:
        references.secret("password", str(arguments[position]))


def _login(header: str | None, references: References) -> tuple[str, tuple[Login, ...]]:
    """Return an Authorization header as a case's ``login``, in clear but for the secret."""
    if not header:
        return "", ()
    scheme, _, value = header.strip().partition(" ")
    text = value.strip()
    if not text:
        is_scheme = scheme.lower() in _SCHEMES
        return scheme if is_scheme else brace(references.secret("credentials", scheme)), ()
    is_basic = scheme.lower() == "basic"
    if is_basic:
        try:
            text = base64.b64decode(text).decode("utf-8", "surrogateescape")
        except ValueError:  # no Base64, or not even ASCII
            return f"{scheme}-as-sent {brace(references.secret('credentials', text))}", ()
    user, colon, secret = text.partition(":")
    if not colon or not secret:
        user, colon, secret = "", "", text
    kind = "password" if is_basic else token_kind(secret)
    name = references.secret(kind, secret)
    # Another scheme may carry the same secret; what the account has is told by the kind.
    return f"{scheme} {user}{colon}{brace(name)}", (Login(user, kind, name),)


def _form_logins(parameters: Mapping[str, str], references: References) -> tuple[Login, ...]:
    for user_field, secret_fields in _LOGIN_FIELDS.items():
        for secret_field in secret_fields:
            user, secret = parameters.get(user_field), parameters.get(secret_field)
            if user and secret:
                name = references.secret("password", secret)
                return (Login(user, "password", name),)
    return ()


def _hidden_body(
    request: RecordedRequest, references: References, more_names: frozenset[str]
) -> bytes | None:
    if not request.body:
        return b"" if request.header("Content-Length") is not None else None
    text = request.body.decode("utf-8", "surrogateescape")
    if _is_multipart(request):
        hidden, context = hide_parts(text, references, more_names), ""
    elif text.lstrip().startswith(("{", "[", "<")):
        hidden = hide_members(hide_keys(text, references), references)
        context = "xml" if text.lstrip().startswith("<") else "json"
    else:
        hidden, context = hide_pairs(text, references, more_names), "form"
    hidden = hide_security_tokens(hidden, references)
    # Whatever the forms above missed: a server may read a secret where no client writes one.
    for value in _secrets_read(request):
        if len(value) >= SHORTEST and value in hidden:
            references.secret("password", value)
    return references.hide_known(hidden, (context,) if context else ()).encode(
        "utf-8", "surrogateescape"
    )


def _secrets_read(request: RecordedRequest) -> list[str]:
    kind = request.header("Content-Type") or ""
    try:
        return secret_texts(read_parameters("", kind, request.body, strip_quotes=False).values)
    except RequestTooLarge:
        return []


def _is_multipart(request: RecordedRequest) -> bool:
    return (request.header("Content-Type") or "").lower().startswith("multipart/")


def _hidden_header(name: str, value: str, references: References) -> str:
    if name.lower() == "cookie":
        return outside(
            value, r"(=)([^;]+)", lambda found: "=" + _cookie(found[2].strip(), references)
        )
    if name.lower() == "x-cpanel-otp":
        return brace(references.secret("password", value))
    hidden = hide_in_urls(hide_security_tokens(value, references), references)
    return references.hide_known(hidden)


def _cookie(text: str, references: References) -> str:
    quoted = re.fullmatch(r'"(.*)"', text)
    sent = quoted[1] if quoted else text
    plain = unquote(sent)
    if plain != sent:
        references.secret("session", plain)  # in case that it stands somewhere in clear
    return brace(references.secret("session", sent))
