"""What a session answers: golden frames by ``liveapi_cli §1.5``, written by hand."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.accounts.models import AccountError
from cpanel_emu.frontend import PageRequest
from cpanel_emu.journal import WarningEntry
from cpanel_emu.liveapi.payloads import read_payload
from cpanel_emu.liveapi.session import LiveApiSession, open_standing_session
from tests.liveapi.conversation import (
    EMPTY_ANSWER,
    GENCSR_ANSWER,
    GENCSR_PHP,
    HANDSHAKE_ANSWER,
    IF_ANSWER,
    PRINT_ANSWER,
)

PROLOG = b'<?xml version="1.0" ?>\n'


class Talk:
    """One connection, without the socket: payloads in, frames out."""

    def __init__(self, session: LiveApiSession, *, as_json: bool = True) -> None:
        self._session = session
        if as_json:
            assert self.say('<cpaneljson enable="1">') == HANDSHAKE_ANSWER

    def say(self, payload: str) -> bytes:
        """Return the frame that answers *payload*."""
        return self._session.answer(read_payload(payload.encode()))

    def act(self, **members: object) -> bytes:
        """Return the frame that answers a ``<cpanelaction>`` in JSON."""
        return self.say(f"<cpanelaction>\n{json.dumps(members)}\n</cpanelaction>")

    def ask(self, payload: str) -> str:
        """Return the ``data.result`` of what answers *payload*."""
        return _content(self.say(payload))["data"]["result"]


def _content(frame: bytes) -> dict[str, dict[str, str]]:
    inner = frame.removeprefix(PROLOG + b"<cpanelresult>").removesuffix(b"</cpanelresult>\n")
    content: dict[str, dict[str, str]] = json.loads(inner)
    return content


def frame(content: bytes) -> bytes:
    return PROLOG + b"<cpanelresult>" + content + b"</cpanelresult>\n"


def printed(word: bytes, text: bytes) -> bytes:
    return frame(
        b'{"apiversion":"1","type":"internal","command":"' + word + b'","source":"internal",'
        b'"data":{"result":"' + text + b'"},"event":{"result":1}}'
    )


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    folder = tmp_path / "x3"
    (folder / "lang").mkdir(parents=True)
    (folder / "lang" / "english").write_text("HELLO=<i>Hi</i>\n")
    (folder / "h.html").write_text('<p><cpanel print="$user"></p>')
    return folder


@pytest.fixture
def emulator(theme: Path) -> Iterator[Emulator]:
    with Emulator(theme=theme, clock="2026-01-05T09:00:00Z") as running:
        yield running


@pytest.fixture
def talk(emulator: Emulator) -> Talk:
    return Talk(open_standing_session(emulator, "user"))


def test_the_documented_call(talk: Talk, emulator: Emulator) -> None:
    payload = GENCSR_PHP.partition(b"\n")[2].decode()
    assert talk.say(payload) == GENCSR_ANSWER
    listed = talk.act(reqtype="exec", module="SSL", func="listcsrs", apiversion="2", args={})
    assert listed == frame(
        b'{"cpanelresult":{"apiversion":2,"func":"listcsrs","data":[{"host":"example.com"}],'
        b'"event":{"result":1},"module":"SSL"}}'
    )


def test_a_failure(talk: Talk) -> None:
    assert talk.act(module="SSL", func="gencsr", apiversion=2) == frame(
        b'{"cpanelresult":{"apiversion":2,"func":"gencsr","data":[{"output":"\\"city\\" is a '
        b'required argument.","result":0}],"event":{"result":1},"module":"SSL",'
        b'"error":"\\"city\\" is a required argument."}}'
    )


def test_an_unknown_function(talk: Talk) -> None:
    assert talk.act(module="SSL", func="nosuch", apiversion="2") == frame(
        b'{"cpanelresult":{"apiversion":2,"error":"Could not find function \'nosuch\' in module '
        b'\'SSL\'","func":"nosuch","module":"SSL"}}'
    )


def test_api1(talk: Talk) -> None:
    answer = talk.act(module="SSL", func="listkeysopt", apiversion="1", args=[])
    assert answer == frame(
        b'{"apiversion":"1","type":"event","module":"SSL","func":"listkeysopt",'
        b'"source":"internal","data":{"result":"\\u003coption value=\\"example.com\\"\\u003e'
        b'example.com\\u003c/option\\u003e"},"event":{"result":1}}'
    )


def test_an_unknown_api1_function(talk: Talk) -> None:
    assert talk.act(module="SSL", func="nosuch", apiversion="1", args=[]) == frame(
        b'{"apiversion":"1","type":"event","module":"SSL","func":"nosuch","source":"internal",'
        b'"data":{"result":""},"event":{"reason":"SSL::nosuch() failed: Can\'t use string '
        b'(\\"Cpanel::SSL::SSL_nosuch\\") as a subroutine ref while \\"strict refs\\" in use '
        b'at (eval 21) line 1.\\n","result":0}}'
    )


@pytest.mark.parametrize("version", ["uapi", "3", 3])
def test_uapi(talk: Talk, version: str | int) -> None:
    answer = talk.act(module="SSL", func="list_csrs", apiversion=version)
    assert answer == frame(
        b'{"apiversion":3,"func":"list_csrs","module":"SSL","result":{"data":[],"errors":null,'
        b'"messages":null,"metadata":{"transformed":1},"status":1,"warnings":null}}'
    )


def test_before_the_handshake_answers_are_xml(emulator: Emulator) -> None:
    talk = Talk(open_standing_session(emulator, "user"), as_json=False)
    document = (
        "<cpanelaction><reqtype>exec</reqtype><module>SSL</module><func>listkeys</func>"
        "<apiversion>2</apiversion></cpanelaction>"
    )
    assert talk.say(document) == PROLOG + (
        b"<cpanelresult>\n  <apiversion>2</apiversion>\n  <data>\n    <host>example.com</host>\n"
        b"  </data>\n  <event>\n    <result>1</result>\n  </event>\n  <func>listkeys</func>\n"
        b"  <module>SSL</module>\n</cpanelresult>\n"
    )


def test_fetch(talk: Talk) -> None:
    assert talk.say('<cpanel print="$homedir">') == PRINT_ANSWER


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$homedir", b"/home/user"),
        ("$CPDATA{'DNS'}", b"example.com"),
        ("My home is $homedir.", b"My home is /home/user."),
        ("foo", b"foo"),
        ('1 > 0 is $user\'s "truth"', b'1 \\u003e 0 is user\'s \\"truth\\"'),
        ('"quoted"', b'\\"quoted\\"'),
        ('<cpanel print="$user">', b'\\u003ccpanel print=\\"user\\"\\u003e'),
        ("two\nlines/", b"two\\nlines/"),
        ("", b""),
    ],
)
def test_cpanelprint_takes_any_text(talk: Talk, text: str, result: bytes) -> None:
    answer = talk.act(reqtype="exec", apiversion="1", module="print", func="", args=text)
    assert answer == printed(b"print", result)


def test_cpanellangprint(talk: Talk) -> None:
    def say(key: str) -> bytes:
        return talk.act(reqtype="exec", apiversion="1", module="langprint", func="", args=[key])

    assert say("HELLO") == printed(b"langprint", b"\\u003ci\\u003eHi\\u003c/i\\u003e")
    assert say("NO > KEY") == printed(b"langprint", b"NO \\u003e KEY")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("$user==user", True), ("$user==x", False), ("2 =gt= 1", True), ("", False), ("a>b", True)],
)
def test_cpanelif(talk: Talk, condition: str, holds: bool) -> None:
    answer = talk.act(reqtype="if", module="if", func="if", apiversion="1", args=condition)
    assert answer == (IF_ANSWER if holds else IF_ANSWER.replace(b'"result":1}', b'"result":0}'))


def test_cpanelfeature(talk: Talk, emulator: Emulator) -> None:
    def say(name: str) -> bytes:
        return talk.act(reqtype="feature", module="feature", func="feature", args=name)

    expected = IF_ANSWER.replace(b'"if"', b'"feature"')
    assert say("sslmanager") == expected
    emulator.accounts.update(
        "user", lambda one: dataclasses.replace(one, features={"sslmanager": False})
    )
    # A connection sees its account as it was when it asked the first time.
    assert say("sslmanager") == expected
    talk = Talk(open_standing_session(emulator, "user"))
    assert talk.act(reqtype="feature", func="feature", args="sslmanager") == expected.replace(
        b'"result":1', b'"result":0'
    )


@pytest.mark.parametrize(
    ("tag", "word", "result"),
    [
        ('<cpanel langprint="HELLO">', b"langprint", b"\\u003ci\\u003eHi\\u003c/i\\u003e"),
        ('<cpanel setvar="v=1">', b"setvar", b""),
        ('<cpanel include="h.html">', b"include", b"\\u003cp\\u003euser\\u003c/p\\u003e"),
        ('<cpanel print="foo">', b"print", b"foo"),
        ("<cptext 'Hi [_1]','Jo'>", b"exec", b"Hi Jo"),
        ("<?cp SSL::listkeys(%,host) ?>", b"exec", b"example.com"),
        ('a<cpanel print="$user">b', b"exec", b"auserb"),
        ('<cpanel print="$user">\n', b"exec", b"user\\n"),
        ("<cpanelif 1>yes</cpanelif>", b"exec", b"yes"),
        ("plain text", b"exec", b"plain text"),
        ("<cpanelnif x>", b"exec", b"\\u003ccpanelnif x\\u003e"),
        ('<cpanel print="never closed', b"exec", b'\\u003ccpanel print=\\"never closed'),
    ],
)
def test_raw_text(talk: Talk, tag: str, word: bytes, result: bytes) -> None:
    assert talk.say(tag) == printed(word, result)


def test_a_single_api1_tag_answers_like_the_call(talk: Talk) -> None:
    by_call = talk.act(module="SSL", func="listkeysopt", apiversion="1", args=[])
    assert talk.say('<cpanel SSL="listkeysopt()">') == by_call
    assert talk.say('<cpanel sSL="listkeysopt()">') == by_call
    by_call = talk.act(module="SSL", func="showcsr", apiversion="1", args=["example.com"])
    assert b'"error":"No CSR is stored for' in by_call
    assert talk.say('<cpanel SSL="showcsr(example.com)">') == by_call
    by_call = talk.act(module="SSL", func="nosuch", apiversion="1", args=[])
    assert talk.say('<cpanel SSL="nosuch()">') == by_call


def test_functions_of_pages_answer_like_api1(talk: Talk) -> None:
    assert talk.say('<cpanel Branding="include(h.html)">') == frame(
        b'{"apiversion":"1","type":"event","module":"Branding","func":"include",'
        b'"source":"internal","data":{"result":"\\u003cp\\u003euser\\u003c/p\\u003e"},'
        b'"event":{"result":1}}'
    )
    assert b'"module":"Locale","func":"maketext"' in talk.say("<cpanel Locale=\"maketext('a')\">")


def test_variables_stay_for_the_connection(talk: Talk, emulator: Emulator) -> None:
    talk.say('<cpanel setvar="color=red">')
    assert talk.ask('It is <cpanel printvar="color">.') == "It is red."
    assert talk.act(reqtype="if", args="$CPVAR{'color'}==red") == IF_ANSWER
    other = Talk(open_standing_session(emulator, "user"))
    assert other.ask('<cpanel printvar="color">') == ""


def test_calls_leave_variables_and_errors_to_the_page(talk: Talk) -> None:
    talk.act(module="SSL", func="installedhost", apiversion="1", args=[])
    assert talk.ask('<cpanel printvar="sslhost">') == "example.com"
    assert talk.ask("<cpanel print=\"$CPERROR{'ssl'}\">") == ""
    talk.act(module="SSL", func="showkey", apiversion="1", args=["other.example"])
    error = 'No key is stored for "other.example".'
    assert talk.ask("<cpanel print=\"$CPERROR{'ssl'}\">") == error
    talk.act(module="SSL", func="gencsr", apiversion="2")
    assert talk.ask("<cpanel print=\"$CPERROR{'ssl'}\">") == '"city" is a required argument.'


def test_what_cannot_be_read_gets_the_empty_frame(talk: Talk) -> None:
    for payload in ("", "   ", "<cpanelaction>{</cpanelaction>", "<cpanelaction>[]</cpanelaction>"):
        assert talk.say(payload) == EMPTY_ANSWER


def test_the_form_and_the_place_of_a_page(emulator: Emulator) -> None:
    account = emulator.accounts.get("user")
    assert account is not None
    request = PageRequest(
        account, "plug/in.live.php", {"q": "a&b"}, token="/cpsess1", host="h", port="2083"
    )
    talk = Talk(LiveApiSession(emulator, request))
    assert talk.ask("<cpanel print=\"$FORM{'q'}\">") == "a&amp;b"
    assert talk.ask("<cpanel print=\"$RAW_FORM{'q'}\">") == "a&b"
    assert talk.ask('<cpanel print="$basedir $basefile">') == "plug plug/in.live"
    assert talk.ask("<cpanel print=\"$ENV{'cp_security_token'}\">") == "/cpsess1"


def test_warnings_go_to_the_journal_once(talk: Talk, emulator: Emulator) -> None:
    talk.say('<cpanel Nope="f()"><cpanelnif x>')
    talk.say("plain")
    warnings = [one for one in emulator.journal.entries() if isinstance(one, WarningEntry)]
    assert [one.warning.rule for one in warnings] == ["tags §1.6", "tags §1.10"]
    assert warnings[0].user == "user"


def test_the_first_account_by_name(emulator: Emulator) -> None:
    assert Talk(open_standing_session(emulator, "")).ask('<cpanel print="$user">') == "user"
    assert Talk(open_standing_session(emulator, "username")).ask("<cpanel print='$user'>") == (
        "username"
    )
    with pytest.raises(AccountError, match="There is no account 'nobody'"):
        open_standing_session(emulator, "nobody")
    for name in ("user", "username"):
        emulator.remove_account(name)
    with pytest.raises(AccountError, match="There is no account"):
        open_standing_session(emulator, "")


def test_an_account_that_was_removed_is_not_spoken_for(emulator: Emulator) -> None:
    talk = Talk(open_standing_session(emulator, "user"))
    emulator.remove_account("user")
    with pytest.raises(AccountError, match="There is no account 'user'"):
        talk.act(module="SSL", func="listkeys", apiversion="2")


@pytest.mark.parametrize(
    "attempt",
    [
        '{"module":"SSL","func":"listkeys","user":"username","args":{"user":"username"}}',
        '{"module":"SSL","func":"listkeys","args":{"cpanel_jsonapi_user":"username"}}',
        "<module>SSL</module><func>listkeys</func><user>username</user>",
        "<module>SSL</module><func>listkeys</func><args><user>username</user></args>",
    ],
)
def test_no_way_to_speak_for_another_account(talk: Talk, emulator: Emulator, attempt: str) -> None:
    emulator.call("SSL", "genkey", user="username", host="secret.example", keysize="1024")
    answer = talk.say(f"<cpanelaction>{attempt}</cpanelaction>")
    assert b"example.com" in answer
    assert b"secret.example" not in answer


class TestChrome:
    """``header()`` and ``footer()``: UAPI Chrome::get_dom."""

    def parts(self, talk: Talk, **arguments: str) -> dict[str, str]:
        answer = talk.act(module="Chrome", func="get_dom", apiversion="uapi", args=arguments)
        result = json.loads(_inner(answer))["result"]
        assert result["status"] == 1
        data: dict[str, str] = result["data"]
        return data

    def test_the_parts_of_the_theme(self, talk: Talk, theme: Path) -> None:
        (theme / "branding").mkdir()
        (theme / "branding" / "stdheader.html").write_text(
            '<h1 class="<cpanel printvar="section">"><cpanel printvar="title"></h1>'
            '<img src="<cpanel printvar="iconurl">">'
        )
        (theme / "branding" / "csr.png").touch()
        (theme / "stdfooter.html").write_text('<hr><cpanel print="$user">')
        assert self.parts(talk, page_title="A & B", app_key="csr") == {
            "header": (
                '<h1 class="csr">A &amp; B</h1>'
                '<img src="/cPanel_magic_revision_0/frontend/x3/branding/csr.png">'
            ),
            "footer": "<hr>user",
        }

    def test_a_theme_without_them(self, talk: Talk) -> None:
        parts = self.parts(talk, page_title="<CSR>")
        assert "<title>&lt;CSR&gt;</title>" in parts["header"]
        assert parts["footer"] == "</body>\n</html>\n"

    def test_a_theme_whose_header_needs_no_footer(self, talk: Talk, theme: Path) -> None:
        (theme / "stdheader.html").write_text("<p>")
        assert self.parts(talk) == {"header": "<p>", "footer": ""}


def _inner(answer: bytes) -> bytes:
    return answer.removeprefix(PROLOG + b"<cpanelresult>").removesuffix(b"</cpanelresult>\n")
