"""The pages for people: what they show, what they hide, and that nothing runs in them."""

from __future__ import annotations

import html.parser
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.control.conftest import SUBJECT, Control, ask, call_url

if TYPE_CHECKING:
    from cpanel_emu import Emulator
    from cpanel_emu.accounts.models import Account
    from cpanel_emu.call import Answer, Call

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Reader(html.parser.HTMLParser):
    """Collects elements and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_calls_and_their_bytes(control: Control) -> None:
    emulator = control.emulator
    ask(call_url(emulator.cpanel_url, "gencsr", **SUBJECT), login="user")
    listed = control.page("").text
    assert "SSL::gencsr" in listed
    assert "city=Houston" in listed
    assert listed.count("<tr data-number=") == 1  # a call and its bytes are one row
    number = emulator.journal.exchanges()[0].number
    page = control.page(f"entries/{number}").text
    assert "Subject: C = US, ST = Texas, L = Houston, O = cPanel, CN = example.com" in page
    assert "-----BEGIN CERTIFICATE REQUEST-----" in page
    assert str(emulator.root.path / "home" / "user" / "ssl") in page
    assert "Authorization: Basic (hidden)" in page
    assert "&#34;output&#34;:&#34;Certificate Signing Request generated!&#34;" in page
    assert "00000000  47 45 54 20 2f" in page
    raw = control.get(f"entries/{number}/request")
    assert raw.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert raw.body == emulator.journal.exchanges()[0].request.data


def test_a_row_says_why_a_call_was_not_answered(control: Control) -> None:
    emulator = control.emulator
    emulator.faults.add("fail", function="listcrts", text="Not <now>.")
    for function in ("gencsr", "listcrts", "unknown"):
        ask(call_url(emulator.cpanel_url, function), login="user")
    emulator.call("SSL", "gencsr", user="user")
    listed = re.findall('<span class="why">(.*?)</span>', control.page("").text)
    missing = "&#34;city&#34; is a required argument."
    assert listed == [
        missing,
        "Could not find function &#39;unknown&#39; in module &#39;SSL&#39;",
        "Not &lt;now&gt;.",
        missing,
    ]


def test_a_challenge_password_is_neither_decoded_nor_in_the_pem(control: Control) -> None:
    control.emulator.call("SSL", "gencsr", user="user", **SUBJECT, password="Geheim1")
    [call] = control.emulator.journal.calls()
    page = control.page(f"entries/{call.number}").text
    assert "challengePassword        :(hidden)" in page
    assert "Geheim1" not in page
    assert "BEGIN CERTIFICATE REQUEST" not in page


def test_private_keys_are_not_shown(control: Control) -> None:
    emulator = control.emulator
    emulator.call("SSL", "genkey", user="user", host="example.org")
    [call] = emulator.journal.calls()
    assert "A private key is not shown." in control.page(f"entries/{call.number}").text
    account = control.page("accounts/user").text
    links = re.findall(r'href="/_emu/(accounts/user/key/[^"]+)"', account)
    assert len(links) == 2
    for link in links:
        page = control.page(link).text
        assert "PRIVATE KEY--" not in page
        assert "A private key is not shown." in page


def test_accounts_and_what_they_have(control: Control) -> None:
    control.emulator.call("SSL", "gencsr", user="user", **SUBJECT)
    assert 'href="/_emu/accounts/username"' in control.page("accounts").text
    account = control.page("accounts/user").text
    [link] = re.findall(r'href="/_emu/(accounts/user/csr/[^"]+)"', account)
    assert "Certificate Request:" in control.page(link).text
    for path in ("accounts/nobody", "accounts/user/csr/x", "accounts/user/x/y", "accounts/../x"):
        assert control.page(path).status == 404


def test_whatever_comes_in_is_text(control: Control) -> None:
    emulator = control.emulator
    url = call_url(emulator.cpanel_url, EVIL, **{EVIL: EVIL, "host": EVIL})
    ask(url, login="user")
    ask(f"{emulator.cpanel_url}/{urlencode({'': EVIL})}", headers={"User-Agent": EVIL})
    emulator.call("SSL", "gencsr", user="user", **{**SUBJECT, "city": EVIL})
    emulator.faults.add("html", text=EVIL, module=EVIL)
    paths = ["", f"?{urlencode({'q': EVIL, 'user': EVIL})}", "faults", "rows?after=0"]
    paths += [f"entries/{entry.number}" for entry in emulator.journal.entries()]
    paths += ["try?" + urlencode(dict.fromkeys(SUBJECT, EVIL))]
    for path in paths:
        text = control.page(path).text
        reader = Reader(text)
        assert reader.elements.count("script") == (0 if path.startswith("rows") else 1)
        assert "img" not in reader.elements
        assert not [name for name, _ in reader.attributes if name.startswith(("on", "style"))]


def test_nothing_comes_from_elsewhere(control: Control) -> None:
    for path in ("", "faults", "accounts", "accounts/user", "try", "coverage", "nix"):
        for name, value in Reader(control.page(path).text).attributes:
            if name in {"href", "src", "action", "formaction"}:
                assert value.startswith(("/_emu/", "#")), value
    for name in ("palette.css", "style.css", "script.js"):
        assert "//" not in re.sub(r"^\s*//.*$", "", control.get(name).text, flags=re.MULTILINE)


def test_programs_get_json_where_people_get_pages(control: Control) -> None:
    for path in ("faults", "coverage"):
        assert control.get(path).headers["Content-Type"].startswith("application/json")
        assert control.page(path).headers["Content-Type"].startswith("text/html")
    assert control.page("nix").headers["Content-Type"].startswith("text/html")
    assert control.get("nix").headers["Content-Type"].startswith("application/json")


def test_a_fault_by_form(control: Control) -> None:
    form = {"kind": "fail", "function": "gencsr", "text": "No.", "times": "2", "door": ""}
    got = control.post_form("faults", form)
    assert (got.status, got.headers["Location"]) == (303, "/_emu/faults")
    page = control.page("faults").text
    assert "2 times" in page
    assert "any module::gencsr" in page
    got = control.post_form("faults/1/remove", {})
    assert (got.status, got.headers["Location"]) == (303, "/_emu/faults")
    wrong = control.post_form("faults", {"kind": "cut", "stage": "before"})
    assert wrong.status == 400
    assert "the stage of cut can be after only" in wrong.text


def test_forms_of_other_origins_do_nothing(control: Control) -> None:
    got = control.post_form("faults", {"kind": "drop"}, Origin="http://evil.example")
    assert got.status == 403
    assert not control.emulator.faults


def test_the_list_is_filtered(control: Control) -> None:
    emulator = control.emulator
    emulator.call("SSL", "listkeys", user="user")
    emulator.call("SSL", "gencsr", user="username", host="x")
    ask(call_url(emulator.cpanel_url))

    def numbers(query: str) -> list[str]:
        return re.findall(r'data-number="(\d+)"', control.page(f"?{query}").text)

    assert numbers("") == ["3", "2", "1"]
    assert numbers("outcome=failed") == ["2"]
    assert numbers("outcome=refused") == ["3"]
    assert numbers("door=json") == ["3"]
    assert numbers("user=user") == ["1"]
    assert numbers("q=403+Forbidden") == ["3"]
    assert numbers("function=listkeys") == ["1"]
    assert "Nothing of what is in the journal fits." in control.page("?q=nowhere").text


def test_news_for_the_list(control: Control) -> None:
    emulator = control.emulator
    for _ in range(3):
        emulator.call("SSL", "listkeys", user="user")
    rows = control.page("rows?after=2").text
    assert re.findall(r'data-number="(\d+)"', rows) == ["3"]
    assert 'data-last="3" data-first="1"' in rows
    emulator.journal.clear()
    assert 'data-last="3" data-first="4"' in control.page("rows?after=3").text
    assert control.page("rows").status == 400
    assert control.page("rows?after=x").status == 400


def test_warnings_of_pages(control: Control) -> None:
    emulator = control.emulator
    from cpanel_emu.tags.tree import PageWarning

    emulator.journal.record_warning(
        PageWarning("a.html", 3, 7, "tags §1.7", "There is no such <tag>."), "a.html", "user", 0.0
    )
    assert "There is no such &lt;tag&gt;." in control.page("").text
    page = control.page("entries/1").text
    assert "line 3, column 7" in page
    assert control.get("journal").json["entries"][0]["rule"] == "tags §1.7"


def test_an_entry_that_is_gone(control: Control) -> None:
    for path in ("entries/99", "entries/x", "entries/99/request"):
        assert control.page(path).status == 404


def test_several_processes_are_pointed_out(emulator: Emulator) -> None:
    import dataclasses

    emulator.options = dataclasses.replace(emulator.options, workers=3)
    assert "3 processes" in Control(emulator).page("").text


@pytest.mark.parametrize("user", ["user", "username"])
def test_the_call_of_the_form_is_made(control: Control, user: str) -> None:
    got = control.post_form("try/run", {"user": user, **SUBJECT})
    assert got.status == 303
    [call] = control.emulator.journal.assert_called("SSL", "gencsr", user=user)
    assert got.headers["Location"] == f"/_emu/entries/{call.number}"
    assert control.post_form("try/run", {"user": "nobody"}).status == 404


def test_the_journal_is_cleared_while_the_call_of_the_form_is_made(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator = control.emulator
    answer = emulator.answer

    def answer_and_clear(call: Call, account: Account) -> Answer:
        answered = answer(call, account)
        emulator.journal.clear()
        return answered

    monkeypatch.setattr(emulator, "answer", answer_and_clear)
    got = control.post_form("try/run", {"user": "user", **SUBJECT})
    assert (got.status, got.headers["Location"]) == (303, "/_emu/")
