"""Frames of ``liveapi_cli §1`` that several tests send, typed from the handbook."""

from __future__ import annotations

GENCSR_ARGUMENTS = {
    "city": "Houston",
    "company": "cPanel",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "password": "12345luggage",
    "state": "Texas",
}

GENCSR_PHP = (
    b"281\n"
    b"<cpanelaction>\n"
    b'{"reqtype":"exec","module":"SSL","func":"gencsr","apiversion":"2","args":{"city":"Houston",'
    b'"company":"cPanel","companydivision":"Documentation","country":"US",'
    b'"email":"user@example.com","host":"example.com","password":"12345luggage","state":"Texas"}}\n'
    b"</cpanelaction>"
)

GENCSR_GO = (
    b"279\n"
    b"<cpanelaction>"
    b'{"module":"SSL","reqtype":"exec","func":"gencsr","apiversion":"2","args":{"city":"Houston",'
    b'"company":"cPanel","companydivision":"Documentation","country":"US",'
    b'"email":"user@example.com","host":"example.com","password":"12345luggage","state":"Texas"}}'
    b"</cpanelaction>"
)

HANDSHAKE = b'23\n<cpaneljson enable="1">'
SHUTDOWN = b'26\n<cpanelxml shutdown="1" />'
BARE_SHUTDOWN = b'<cpanelxml shutdown="1" />'

HANDSHAKE_ANSWER = (
    b'<?xml version="1.0" ?>\n<cpanelresult>{"data":{"result":"json"}}</cpanelresult>\n'
)
GENCSR_ANSWER = (
    b'<?xml version="1.0" ?>\n'
    b'<cpanelresult>{"cpanelresult":{"apiversion":2,"func":"gencsr",'
    b'"data":[{"output":"Certificate Signing Request generated!","result":1}],'
    b'"event":{"result":1},"module":"SSL"}}</cpanelresult>\n'
)
PRINT_ANSWER = (
    b'<?xml version="1.0" ?>\n'
    b'<cpanelresult>{"apiversion":"1","type":"internal","command":"print","source":"internal",'
    b'"data":{"result":"/home/user"},"event":{"result":1}}</cpanelresult>\n'
)
IF_ANSWER = (
    b'<?xml version="1.0" ?>\n'
    b'<cpanelresult>{"cpanelresult":{"data":{"result":1},"module":"if","apiversion":1}}\n'
    b"</cpanelresult>\n"
)
EMPTY_ANSWER = b'<?xml version="1.0" ?>\n<cpanelresult></cpanelresult>\n'


def framed(payload: bytes | str) -> bytes:
    """Return *payload* behind its length line."""
    raw = payload.encode() if isinstance(payload, str) else payload
    return b"%d\n%b" % (len(raw), raw)


def action(content: str) -> bytes:
    """Return the frame of a ``<cpanelaction>`` with *content*."""
    return framed(f"<cpanelaction>\n{content}\n</cpanelaction>")
