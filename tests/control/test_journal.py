"""The journal: what it keeps, within which bounds, and what it tells a test."""

from __future__ import annotations

import pytest

from cpanel_emu.call import Answer, Api, Arguments, Call, Data, Printed, Refusal, RefusalKind, Rows
from cpanel_emu.journal import REDACTED, Door, Exchange, Journal, Passage, Recorded
from cpanel_emu.journal.passage import through

DONE = Rows(rows=({"result": 1},))


def record(
    journal: Journal,
    function: str = "gencsr",
    *,
    module: str = "SSL",
    user: str = "user",
    api: Api = Api.API2,
    outcome: Rows | Printed | Data | Refusal = DONE,
    positional: tuple[str, ...] = (),
    **named: str,
) -> None:
    call = Call(api, module, function, Arguments(named, positional))
    journal.record_call(call, Answer(call, outcome), user, 0.0)


def exchange(journal: Journal, passage: Passage, size: int = 10) -> None:
    journal.record_exchange(
        passage,
        time=0.0,
        user="user",
        title="x",
        request=Recorded(b"r" * size, size),
        answer=Recorded(b"a" * size, size),
    )


def test_secrets_are_hidden_by_name_and_by_position() -> None:
    journal = Journal()
    record(journal, host="example.com", password="geheim", Pass="geheim", key="geheim", token="")
    record(journal, api=Api.API1, positional=("h", "US", "s", "c", "co", "d", "e", "geheim"))
    named, positional = journal.calls()
    assert named.named == {
        "host": "example.com",
        "password": REDACTED,
        "Pass": REDACTED,
        "key": REDACTED,
        "token": "",
    }
    assert positional.positional == ("h", "US", "s", "c", "co", "d", "e", REDACTED)


@pytest.mark.parametrize(
    ("outcome", "ending", "error"),
    [
        (DONE, "answered", ""),
        (Rows(error="No."), "failed", "No."),
        (Printed(error="No."), "failed", "No."),
        (Data(errors=("No.", "Never.")), "failed", "No."),
        (Refusal(RefusalKind.FEATURE, "Not yours."), "feature", "Not yours."),
    ],
)
def test_how_a_call_ended(
    outcome: Rows | Printed | Data | Refusal, ending: str, error: str
) -> None:
    journal = Journal()
    record(journal, outcome=outcome)
    [call] = journal.calls()
    assert (call.outcome, call.error, call.door) == (ending, error, Door.IN_PROCESS)


def test_calls_belong_to_the_passage_they_are_made_in() -> None:
    journal = Journal()
    passage = Passage(Door.XML)
    with through(passage):
        record(journal, "listkeys")
        record(journal, password="geheim")
    exchange(journal, passage)
    record(journal, "after")
    [found] = journal.exchanges()
    assert [call.function for call in found.calls] == ["listkeys", "gencsr"]
    assert [call.door for call in journal.calls()] == [Door.XML, Door.XML, Door.IN_PROCESS]
    assert [call.inside for call in journal.calls()] == [True, True, False]
    assert passage.secrets == {"geheim"}


def test_the_number_of_entries_is_bounded() -> None:
    journal = Journal(size=50)
    for number in range(5_000):
        record(journal, host=str(number))
    entries = journal.entries()
    assert len(entries) == 50
    assert [entry.number for entry in entries] == list(range(4_951, 5_001))
    assert journal.last == 5_000


def test_the_bytes_are_bounded() -> None:
    journal = Journal(capacity=100_000)
    for _ in range(2_000):
        exchange(journal, Passage(Door.JSON), size=2_000)
        record(journal, host="h" * 7_000)
    entries = journal.entries()
    assert sum(entry.weight for entry in entries) <= 100_000
    assert len(entries) > 5


def test_one_call_cannot_take_everything() -> None:
    journal = Journal()
    many = {f"name{number}": "v" * 20_000 for number in range(1_000)}
    asked = Call(Api.API2, "SSL", "gencsr", Arguments(many))
    journal.record_call(asked, Answer(asked, DONE), "user", 0.0)
    [call] = journal.calls()
    assert len(call.named) == 200
    assert max(map(len, call.named.values())) == 8_001
    passage = Passage(Door.PAGE)
    with through(passage):
        for _ in range(1_000):
            record(journal)
    assert len(passage.calls) == 200


def test_a_large_call_leaves_room_for_others() -> None:
    journal = Journal(capacity=2_000_000)
    record(journal, "listcsrs")
    many = {f"name{number}": "v" * 20_000 for number in range(1_000)}
    asked = Call(Api.API2, "SSL", "gencsr", Arguments(many))
    journal.record_call(asked, Answer(asked, DONE), "user", 0.0)
    assert [call.function for call in journal.calls()] == ["listcsrs", "gencsr"]


def test_unknown_functions_leave_nothing_behind() -> None:
    journal = Journal(size=1)
    unknown = Refusal(RefusalKind.UNKNOWN_FUNCTION, "?")
    for number in range(100):
        record(journal, f"nosuch{number}", outcome=unknown)
    assert not journal.was_called(Api.API2, "SSL", "nosuch1")
    record(journal)
    assert journal.was_called(Api.API2, "SSL", "gencsr")
    assert not journal.was_called(Api.API1, "SSL", "gencsr")


def test_clearing_forgets_but_counts_on() -> None:
    journal = Journal()
    record(journal)
    journal.clear()
    assert journal.entries() == ()
    assert not journal.was_called(Api.API2, "SSL", "gencsr")
    record(journal)
    assert [entry.number for entry in journal.entries()] == [2]


def test_news_are_what_came_after_a_number() -> None:
    journal = Journal()
    for _ in range(3):
        record(journal)
    assert [entry.number for entry in journal.entries(after=1)] == [2, 3]
    assert journal.entries(after=3) == ()
    assert journal.entry(2) is not None
    assert journal.entry(4) is None


def test_calls_are_found_by_whatever_is_known() -> None:
    journal = Journal()
    record(journal, host="a.example")
    record(journal, host="b.example", user="other")
    record(journal, "genkey", host="b.example")
    record(journal, api=Api.API1, positional=("c.example",))
    assert len(journal.calls()) == 4
    assert len(journal.calls("SSL", "gencsr")) == 3
    assert [call.number for call in journal.calls(arguments={"host": "b.example"})] == [2, 3]
    assert [call.number for call in journal.calls(user="other")] == [2]
    assert [call.number for call in journal.calls(arguments={"arg-0": "c.example"})] == [4]
    assert journal.calls(door="json") == ()
    assert journal.calls(outcome="failed") == ()
    with pytest.raises(ValueError, match="window"):
        journal.calls(door="window")


def test_assert_called_returns_the_calls() -> None:
    journal = Journal()
    record(journal, host="a.example")
    record(journal, host="b.example")
    [call] = journal.assert_called("SSL", "gencsr", arguments={"host": "b.example"})
    assert call.number == 2
    assert len(journal.assert_called("SSL", "gencsr", times=2)) == 2
    journal.assert_not_called("SSL", "genkey")
    with pytest.raises(AssertionError, match=r"Expected no call of SSL::gencsr; there were 2\."):
        journal.assert_not_called("SSL", "gencsr")


def test_a_near_miss_says_what_differs() -> None:
    journal = Journal()
    record(journal, "listkeys", module="Email", user="other")
    record(journal, host="example.net", password="geheim", user="other")
    with pytest.raises(AssertionError) as raised:
        journal.assert_called(
            "SSL",
            "gencsr",
            user="user",
            arguments={"host": "example.com", "city": "Houston", "password": "geheim"},
        )
    wanted = 'user "user", host="example.com", city="Houston", password="geheim"'
    assert str(raised.value).splitlines() == [
        f"Expected one call or more of SSL::gencsr with {wanted}; there was none.",
        "The nearest other calls:",
        "  #2 SSL::gencsr(host=example.net, password=(hidden)) as other by in-process: answered",
        '    user is "other", not "user"',
        '    argument host is "example.net", not "example.com"',
        '    argument city is not given, wanted "Houston"',
        "    argument password is a secret, which the journal hides",
        "  #1 Email::listkeys() as other by in-process: answered",
        '    module is "Email", not "SSL"',
        '    function is "listkeys", not "gencsr"',
        '    user is "other", not "user"',
        '    argument host is not given, wanted "example.com"',
        '    argument city is not given, wanted "Houston"',
        '    argument password is not given, wanted "geheim"',
    ]


def test_values_that_differ_late_are_shown_where_they_do() -> None:
    journal = Journal()
    record(journal, crt="A" * 100 + "B" * 100)
    with pytest.raises(AssertionError) as raised:
        journal.assert_called(arguments={"crt": "A" * 100 + "C"})
    found, wanted = f"…{'A' * 20}{'B' * 39}…", f"…{'A' * 20}C"
    assert str(raised.value).splitlines()[-1] == f'    argument crt is "{found}", not "{wanted}"'
    with pytest.raises(AssertionError, match=f'is "…{"B" * 20}", not "…{"B" * 20}C"'):
        journal.assert_called(arguments={"crt": "A" * 100 + "B" * 100 + "C"})


def test_what_does_not_print_is_shown_as_an_escape() -> None:
    journal = Journal()
    record(journal, company="Grün\n\x1b[31m")
    with pytest.raises(AssertionError) as raised:
        journal.assert_called(arguments={"company": "a\tb"})
    assert str(raised.value).splitlines()[2:] == [
        r"  #1 SSL::gencsr(company=Grün\n\x1b[31m) as user by in-process: answered",
        r'    argument company is "Grün\n\x1b[31m", not "a\tb"',
    ]


def test_a_value_too_long_to_be_kept_agrees() -> None:
    journal = Journal()
    record(journal, cabundle="x" * 20_000)
    journal.assert_called(arguments={"cabundle": "x" * 20_000}, times=1)


def test_a_secret_cannot_be_counted() -> None:
    journal = Journal()
    record(journal, host="example.com", password="geheim")
    record(journal, api=Api.API1, positional=("h", "US", "s", "c", "co", "d", "e", "geheim"))
    for name in ("password", "arg-7"):
        with pytest.raises(AssertionError) as raised:
            journal.assert_not_called("SSL", "gencsr", arguments={name: "offen"})
        lines = str(raised.value).splitlines()
        expected = f'Expected no call of SSL::gencsr with {name}="offen", which cannot be told.'
        assert lines[0] == expected
        assert lines[-1] == f"    argument {name} is a secret, which the journal hides"
    journal.assert_not_called(arguments={"host": "example.net", "password": "offen"})
    journal.assert_called(arguments={"password": REDACTED}, times=1)


def test_an_empty_journal_says_so() -> None:
    with pytest.raises(AssertionError, match="No other call is in the journal"):
        Journal().assert_called("SSL", "gencsr")


def test_a_full_journal_says_that_it_forgot() -> None:
    journal = Journal(size=2)
    for _ in range(5):
        record(journal, "genkey")
    with pytest.raises(AssertionError, match="3 older entries are no longer in the journal"):
        journal.assert_called("SSL", "gencsr")


def test_what_a_full_journal_forgot_cannot_be_counted() -> None:
    journal = Journal(size=2)
    for function in ("genkey", "gencsr", "listkeys"):
        record(journal, function)
    journal.assert_called("SSL", "gencsr")
    for times, function in ((1, "gencsr"), (0, "genkey")):
        with pytest.raises(AssertionError, match=r"cannot be told\.\n1 older entries"):
            journal.assert_called("SSL", function, times=times)
    journal.clear()
    journal.assert_not_called("SSL", "genkey")
    with pytest.raises(AssertionError) as raised:
        journal.assert_called("SSL", "genkey")
    assert str(raised.value).endswith("there was none.\nNo other call is in the journal.")


def test_exchanges_keep_their_calls_when_those_are_forgotten() -> None:
    journal = Journal(size=1)
    passage = Passage(Door.JSON)
    with through(passage):
        record(journal)
    exchange(journal, passage)
    [kept] = journal.entries()
    assert isinstance(kept, Exchange)
    assert [call.function for call in kept.calls] == ["gencsr"]
