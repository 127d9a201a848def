"""The inspector in a real browser: calls appear as they happen, secrets do not, faults strike."""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.browser.waiting import PATIENCE, wait_until_gone

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

    from cpanel_emu import Emulator

SECRET = "Geh3imesWort"
SUBJECT = {
    "city": "Houston",
    "company": "cPanel",
    "country": "US",
    "host": "example.com",
    "state": "Texas",
}
Keep = Callable[[str], None]


def call(emulator: Emulator, function: str, **values: str) -> int:
    """Make a call as a program does, and return its status."""
    names = {"cpanel_jsonapi_module": "SSL", "cpanel_jsonapi_func": function}
    url = f"{emulator.cpanel_url}/json-api/cpanel?{urlencode({**names, **values})}"
    login = base64.b64encode(b"user:12345luggage").decode()
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {login}"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class Inspector:
    """Somebody who looks at the inspector."""

    def __init__(self, browser: Chrome, emulator: Emulator) -> None:
        self.browser = browser
        self.base = f"{emulator.cpanel_url}/_emu/"

    def open(self, path: str = "") -> None:
        self.browser.get(self.base + path)

    def find(self, css: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def rows(self) -> list[str]:
        return [row.text for row in self.browser.find_elements(By.CSS_SELECTOR, "#rows .what a")]

    def until(self, holds: Callable[[], bool]) -> None:
        WebDriverWait(self.browser, PATIENCE).until(lambda _: holds())

    def press(self, css: str) -> None:
        """Click, and wait for the page that follows."""
        before = self.find("html")
        self.find(css).click()
        wait_until_gone(self.browser, before)

    def complaints(self) -> list[str]:
        """Return what the browser itself found wrong, such as with the page's policy."""
        log = self.browser.execute("getLog", {"type": "browser"})["value"]
        return [entry["message"] for entry in log]


@pytest.fixture
def inspector(browser: Chrome, emulator: Emulator) -> Inspector:
    return Inspector(browser, emulator)


def test_calls_appear_as_they_happen(inspector: Inspector, emulator: Emulator, keep: Keep) -> None:
    inspector.open()
    assert inspector.rows() == []
    assert inspector.find("#empty").is_displayed()
    call(emulator, "gencsr", **SUBJECT, password=SECRET)
    inspector.until(lambda: inspector.rows() == ["SSL::gencsr"])
    assert not inspector.find("#empty").is_displayed()
    call(emulator, "listcsrs")
    inspector.until(lambda: inspector.rows() == ["SSL::listcsrs", "SSL::gencsr"])
    keep("inspector-calls")
    inspector.press("#rows tr:last-child a")
    page = inspector.find("main").text
    assert "CN = example.com" in page
    assert "challengePassword        :(hidden)" in page
    assert "password=(hidden)" in page
    assert "Certificate Signing Request generated!" in page
    assert SECRET not in inspector.browser.page_source
    keep("inspector-entry")
    assert inspector.complaints() == []


def test_a_pause_holds_and_ends(inspector: Inspector, emulator: Emulator) -> None:
    inspector.open()
    inspector.find("#pause").click()
    inspector.until(lambda: inspector.find("#news").text == "paused")
    call(emulator, "listkeys")
    inspector.find("#pause").click()
    inspector.until(lambda: inspector.rows() == ["SSL::listkeys"])


def test_what_is_cleared_goes_from_the_list(inspector: Inspector, emulator: Emulator) -> None:
    call(emulator, "listkeys")
    inspector.open()
    assert inspector.rows() == ["SSL::listkeys"]
    emulator.journal.clear()
    inspector.until(lambda: inspector.rows() == [])


def test_a_fault_set_on_the_page_hits_the_next_call(
    inspector: Inspector, emulator: Emulator, keep: Keep
) -> None:
    inspector.open("faults")
    Select(inspector.find("[name=kind]")).select_by_visible_text("html")
    assert inspector.find("[name=text]").is_displayed()
    assert not inspector.find("[name=seconds]").is_displayed()
    inspector.find("[name=function]").send_keys("listkeys")
    inspector.find("[name=times]").send_keys("1")
    inspector.press("form.plan button")
    assert "SSL" not in inspector.find("table.faults").text
    assert "any module::listkeys" in inspector.find("table.faults").text
    assert call(emulator, "listcsrs") == 200
    assert call(emulator, "listkeys") == 500
    assert call(emulator, "listkeys") == 200
    inspector.open("faults")
    assert "struck 1 of 2" in inspector.find("table.faults").text
    keep("inspector-faults")
    inspector.press("table.faults form button")
    assert "Nothing is planned" in inspector.find("main").text
    inspector.open("?outcome=fault")
    assert inspector.rows() == ["SSL::listkeys"]
    assert inspector.complaints() == []


def test_the_gencsr_form_spells_while_one_types(
    inspector: Inspector, emulator: Emulator, keep: Keep
) -> None:
    inspector.open("try")
    host = inspector.find("[name=host]")
    assert "host=example.com" in inspector.find("#spellings").text
    host.clear()
    host.send_keys("<b>shop")
    inspector.until(lambda: "'host=<b>shop'" in inspector.find("#spellings").text)
    assert not inspector.browser.find_elements(By.CSS_SELECTOR, "#spellings b")
    host.clear()
    host.send_keys("example.com")
    inspector.press("#try button.main")
    emulator.journal.assert_called("SSL", "gencsr", arguments={"host": "example.com"}, times=1)
    assert "SSL::gencsr" in inspector.find("h1").text
    keep("inspector-try")
    assert inspector.complaints() == []


def test_it_works_by_keyboard(inspector: Inspector, emulator: Emulator) -> None:
    call(emulator, "listkeys")
    call(emulator, "listcsrs")
    inspector.open()
    body = inspector.find("body")
    body.send_keys(Keys.TAB)
    assert inspector.browser.switch_to.active_element.text == "Skip to the content"
    body.send_keys("/")
    search = inspector.browser.switch_to.active_element
    assert search.get_attribute("name") == "q"
    before = inspector.find("html")
    search.send_keys("listkeys", Keys.ENTER)
    wait_until_gone(inspector.browser, before)
    inspector.until(lambda: inspector.rows() == ["SSL::listkeys"])


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_window(
    inspector: Inspector, emulator: Emulator, width: int
) -> None:
    call(emulator, "gencsr", **SUBJECT, email="a-rather-long-address@shop.example.com")
    inspector.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    for path in ("", "entries/2", "faults", "accounts", "accounts/user", "try", "coverage"):
        inspector.open(path)
        assert inspector.browser.execute_script("return document.body.scrollWidth") <= width, path


def test_a_page_of_another_origin_can_do_nothing(inspector: Inspector, emulator: Emulator) -> None:
    inspector.open("faults")
    other = inspector.base.replace("127.0.0.1", "localhost")
    inspector.browser.get("data:text/html,<title>evil</title>")
    done = inspector.browser.execute_async_script(
        """
        const done = arguments[arguments.length - 1];
        fetch(arguments[0], {method: "POST", mode: "no-cors", body: "kind=drop"})
            .then(() => done("sent"), () => done("failed"));
        """,
        f"{other}faults",
    )
    assert done in {"sent", "failed"}
    assert not emulator.faults
