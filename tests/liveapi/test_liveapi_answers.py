"""Answer frames, byte for byte (``liveapi_cli §1.3``, ``§1.5``)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.call import Answer, Api, Call, Printed, Refusal, RefusalKind, Rows
from cpanel_emu.liveapi import answers
from cpanel_emu.releases import UndefinedApi1
from cpanel_emu.tongues.envelopes import Envelope, envelope
from tests.liveapi.conversation import (
    EMPTY_ANSWER,
    GENCSR_ANSWER,
    HANDSHAKE_ANSWER,
    IF_ANSWER,
    PRINT_ANSWER,
)

GENCSR = Call(Api.API2, "SSL", "gencsr")


def enveloped(answer: Answer) -> Envelope:
    return envelope(answer, undefined=UndefinedApi1.STRICT_REFS, source="internal")


def test_handshake() -> None:
    assert answers.HANDSHAKE == HANDSHAKE_ANSWER


def test_empty() -> None:
    assert answers.EMPTY == EMPTY_ANSWER


def test_api2_is_wrapped() -> None:
    rows = Rows(({"output": "Certificate Signing Request generated!", "result": 1},))
    assert answers.encode(enveloped(Answer(GENCSR, rows)), as_json=True) == GENCSR_ANSWER


def test_refusals_are_wrapped_and_escaped() -> None:
    refusal = Refusal(RefusalKind.UNKNOWN_FUNCTION, "Could not find <a> & 'b' ö")
    answer = enveloped(Answer(Call(Api.API2, "SSL", "nosuch"), refusal))
    assert answers.encode(answer, as_json=True).decode() == (
        '<?xml version="1.0" ?>\n<cpanelresult>{"cpanelresult":{"apiversion":2,'
        '"error":"Could not find \\u003ca\\u003e \\u0026 \'b\' ö",'
        '"func":"nosuch","module":"SSL"}}</cpanelresult>\n'
    )


def test_api1_is_not_wrapped() -> None:
    printed = Printed(" <br />The SSL host was successfully removed.\n")
    answer = enveloped(Answer(Call(Api.API1, "SSL", "delete"), printed))
    assert answers.encode(answer, as_json=True) == (
        b'<?xml version="1.0" ?>\n<cpanelresult>{"apiversion":"1","type":"event","module":"SSL",'
        b'"func":"delete","source":"internal","data":{"result":" \\u003cbr /\\u003eThe SSL host '
        b'was successfully removed.\\n"},"event":{"result":1}}</cpanelresult>\n'
    )


def test_print() -> None:
    assert answers.encode_printed("print", "/home/user", as_json=True) == PRINT_ANSWER


def test_if() -> None:
    assert answers.encode_verdict("if", holds=True, as_json=True) == IF_ANSWER


def test_feature() -> None:
    assert answers.encode_verdict("feature", holds=False, as_json=True) == (
        b'<?xml version="1.0" ?>\n<cpanelresult>'
        b'{"cpanelresult":{"data":{"result":0},"module":"feature","apiversion":1}}\n'
        b"</cpanelresult>\n"
    )


def test_api2_before_the_handshake() -> None:
    rows = Rows(({"output": "Certificate Signing Request generated!", "result": 1},))
    assert answers.encode(enveloped(Answer(GENCSR, rows)), as_json=False) == (
        b'<?xml version="1.0" ?>\n'
        b"<cpanelresult>\n"
        b"  <apiversion>2</apiversion>\n"
        b"  <data>\n"
        b"    <output>Certificate Signing Request generated!</output>\n"
        b"    <result>1</result>\n"
        b"  </data>\n"
        b"  <event>\n"
        b"    <result>1</result>\n"
        b"  </event>\n"
        b"  <func>gencsr</func>\n"
        b"  <module>SSL</module>\n"
        b"</cpanelresult>\n"
    )


def test_print_and_if_before_the_handshake() -> None:
    assert answers.encode_printed("print", "<b>", as_json=False) == (
        b'<?xml version="1.0" ?>\n<cpanelresult>\n  <type>internal</type>\n'
        b"  <command>print</command>\n  <source>internal</source>\n  <apiversion>1</apiversion>\n"
        b"  <data>\n    <result>&lt;b&gt;</result>\n  </data>\n"
        b"  <event>\n    <result>1</result>\n  </event>\n</cpanelresult>\n"
    )
    assert answers.encode_verdict("if", holds=True, as_json=False) == (
        b'<?xml version="1.0" ?>\n<cpanelresult>\n  <apiversion>1</apiversion>\n'
        b"  <data>\n    <result>1</result>\n  </data>\n  <module>if</module>\n</cpanelresult>\n"
    )


@given(text=st.text(max_size=40), holds=st.booleans(), word=st.sampled_from(["if", "feature"]))
def test_what_every_client_needs(text: str, holds: bool, word: str) -> None:
    """PHP stops at the first line with the closing tag; Node parses the frame as XML."""
    frame = answers.encode_printed("exec", text, as_json=True)
    start, content, end = b'<?xml version="1.0" ?>\n<cpanelresult>', b"", b"</cpanelresult>\n"
    assert frame.startswith(start)
    assert frame.endswith(end)
    content = frame[len(start) : -len(end)]
    assert not set(content) & set(b"<>&\n")
    assert json.loads(content)["data"]["result"] == text.encode("utf-8", "replace").decode()
    assert answers.encode_verdict(word, holds=holds, as_json=True).count(b"\n") == 3


@pytest.mark.parametrize("line_end", [True, False])
def test_the_line_end_of_http_is_dropped(line_end: bool) -> None:
    sealed = Envelope({"a": 1}, wrapped=False, line_end=line_end)
    assert answers.encode(sealed, as_json=True) == (
        b'<?xml version="1.0" ?>\n<cpanelresult>{"a":1}</cpanelresult>\n'
    )
