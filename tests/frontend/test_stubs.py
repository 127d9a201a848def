"""``--stubs``: one recorded or written answer, the same through every door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cpanel_emu.call import Data, Printed, Rows
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.journal import WarningEntry
from tests.frontend.conftest import Place
from tests.server.conftest import client_of
from tests.server.wsgi import Client, query

if TYPE_CHECKING:
    from cpanel_emu import Emulator

Start = Callable[..., "Emulator"]
FTP = '[{"login": "anna", "size": 5, "list": [{"n": "1"}]}, {"login": "<b>"}]'


def ask(client: Client, path: str, prefix: str, **values: str) -> str:
    answer = client.get(f"{path}?{query(prefix, **values)}", login="user")
    assert answer.status == "200 OK"
    return answer.body.decode()


def test_rows_through_every_door(place: Place, start: Start) -> None:
    place.stub("Ftp__listftp", FTP)
    place.write("p.html", "<?cp Ftp::listftp(%-%;,login,&login) ?>")
    emulator = start()
    client = client_of(emulator)
    told = json.loads(ask(client, "/json-api/cpanel", "jsonapi", module="Ftp", func="listftp"))
    assert told["cpanelresult"]["data"] == json.loads(FTP)
    assert told["cpanelresult"]["event"] == {"result": 1}
    in_xml = ask(client, "/xml-api/cpanel", "xmlapi", module="ftp", func="listftp")
    assert "<login>anna</login>" in in_xml
    assert "<login>&lt;b&gt;</login>" in in_xml
    assert "<n>1</n>" in in_xml
    assert client.get("/frontend/mine/p.html", login="user").body == b"anna-anna;<b>-&lt;b&gt;;"
    outcome = emulator.call("Ftp", "listftp", user="user").outcome
    assert isinstance(outcome, Rows)
    assert outcome.rows == json.loads(FTP)


def test_a_text_is_what_api_1_prints(place: Place, start: Start) -> None:
    place.stub("Mime__list", '"a <b>"')
    place.write("p.html", '[<cpanel Mime="list()">]')
    emulator = start()
    client = client_of(emulator)
    assert client.get("/frontend/mine/p.html", login="user").body == b"[a <b>]"
    values = {"module": "Mime", "func": "list", "apiversion": "1"}
    told = json.loads(ask(client, "/json-api/cpanel", "jsonapi", **values))
    assert told["data"] == {"result": "a <b>"}
    assert "<result>a &lt;b&gt;</result>" in ask(client, "/xml-api/cpanel", "xmlapi", **values)


def test_an_object_answers_for_all_families(place: Place, start: Start) -> None:
    place.stub(
        "Cron__fetch",
        '{"rows": [{"a": 1}], "printed": "p", "data": {"d": [1]}, "variables": {"v": 7}}',
    )
    place.write("p.html", '<?cp Cron::fetch(%,a) ?><cpanel Cron="fetch()"><cpanel printvar="v">')
    emulator = start()
    assert emulator.render("p.html", user="user", strict=True) == b"1p7"
    outcomes = [emulator.call("Cron", "fetch", user="user", api=n).outcome for n in (1, 2, "uapi")]
    assert isinstance(outcomes[0], Printed)
    assert outcomes[0].text == "p"
    assert isinstance(outcomes[1], Rows)
    assert isinstance(outcomes[2], Data)
    assert outcomes[2].data == {"d": [1]}
    answer = client_of(emulator).get("/execute/Cron/fetch", login="user")
    assert json.loads(answer.body)["data"] == {"d": [1]}


def test_an_error_is_told_as_the_functions_own(place: Place, start: Start) -> None:
    place.stub("Cron__add", '{"rows": [], "printed": "", "error": "no <room>"}')
    place.write("p.html", "<?cp Cron::add(x) || 'no: $CPERROR{'cron'}' ?>")
    place.write("q.html", '<cpanel Cron="add()"><cpanel formprint="$CPERROR{\'cron\'}">')
    emulator = start()
    assert emulator.render("p.html", user="user") == b"no: no <room>"
    assert emulator.render("q.html", user="user") == b"no &lt;room&gt;"
    told = ask(client_of(emulator), "/json-api/cpanel", "jsonapi", module="Cron", func="add")
    assert json.loads(told)["cpanelresult"]["error"] == "no <room>"


def test_modifiers_work_on_stubbed_rows(place: Place, start: Start) -> None:
    place.stub("Ftp__listftp", FTP)
    values = {"api2_sort": "1", "api2_sort_column": "login", "api2_columns": "1"}
    told = ask(
        client_of(start()), "/json-api/cpanel", "jsonapi",
        module="Ftp", func="listftp", api2_columns_list="login", **values,
    )  # fmt: skip
    assert "api2" not in told
    logins = [row.get("login") for row in json.loads(told)["cpanelresult"]["data"]]
    assert logins[0] == "<b>"


def test_what_is_implemented_stays_and_what_is_stubbed_gives_way(
    place: Place, start: Start
) -> None:
    place.stub("SSL__listkeys", '[{"host": "stubbed"}]')
    place.stub("Branding__spritelist", '[{"host": "recorded"}]')
    place.write(
        "p.html", "<?cp SSL::listkeys(%,host) || 'none' ?>/<?cp Branding::spritelist(%,host) ?>"
    )
    assert start().render("p.html", user="user") == b"none/recorded"


def test_what_is_missing_stands_in_the_journal(place: Place, start: Start) -> None:
    place.write("p.html", "\n<?cp Ftp::listftp(%,login) ?>")
    emulator = start()
    emulator.render("p.html", user="user")
    [told] = [one.warning for one in emulator.journal.entries() if isinstance(one, WarningEntry)]
    assert (told.file, told.line, told.rule) == ("p.html", 2, "tags §1.10")
    assert told.message == "Could not find function 'listftp' in module 'Ftp'"


@pytest.mark.parametrize(
    ("name", "content", "mend"),
    [
        ("listftp", "[]", "name it Module__function.json"),
        ("1Ftp__x", "[]", "name it Module__function.json"),
        ("Ftp__x", "[", "cannot be read as JSON"),
        ("Ftp__x", "7", "write a list of rows, a text, or an object"),
        ("Ftp__x", '{"row": []}', "write a list of rows, a text, or an object"),
        ("Ftp__x", '{"rows": {}}', '"rows" is a list'),
        ("Ftp__x", '{"variables": []}', '"variables" is an object'),
        ("Ftp__x", '{"error": 1}', '"error" a text'),
    ],
)
def test_a_wrong_file_is_named_with_its_mend(
    place: Place, start: Start, name: str, content: str, mend: str
) -> None:
    place.stub(name, content)
    with pytest.raises(ConfigurationError, match=mend) as error:
        start()
    assert f"{name}.json" in str(error.value)


def test_the_name_of_a_stub_may_hold_underscores(place: Place, start: Start) -> None:
    place.stub("My_Module__my__function", '"x"')
    outcome = start().call("My_Module", "my__function", user="user", api=1).outcome
    assert isinstance(outcome, Printed)
    assert outcome.text == "x"
