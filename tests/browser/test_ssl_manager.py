"""A person in a real browser: a key, a CSR, its text, the file, and nothing left (``tags §7``)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.journal import WarningEntry
from tests.browser.waiting import PATIENCE, wait_until_gone
from tests.requirements import require_program

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from cpanel_emu import Emulator

HOST = "shop.example.com"
SUBJECT = {
    "country": "us",
    "state": "Texas",
    "city": "Houston",
    "company": "Müller & Söhne",
    "companydivision": "Web",
    "email": "user@example.com",
    "pass": "Secret1",
}
Keep = Callable[[str], None]


class Person:
    """Somebody who reads and clicks."""

    def __init__(self, browser: Chrome) -> None:
        self.browser = browser

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            field = self.browser.find_element(By.NAME, name)
            field.clear()
            field.send_keys(text)

    def press(self, css: str) -> None:
        """Click, and wait for the page that follows."""
        before = self.browser.find_element(By.TAG_NAME, "html")
        self.browser.find_element(By.CSS_SELECTOR, css).click()
        wait_until_gone(self.browser, before)
        WebDriverWait(self.browser, PATIENCE).until(
            lambda browser: browser.execute_script("return document.readyState") == "complete"
        )

    def value(self, css: str) -> str:
        value = self.browser.find_element(By.CSS_SELECTOR, css).get_property("value")
        assert isinstance(value, str)
        return value

    def text(self) -> str:
        return self.browser.find_element(By.TAG_NAME, "body").text

    def complaints(self) -> list[str]:
        """Return what stands on the browser's console, such as a file that was not found."""
        # Selenium's own types leave this method out.
        entries = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries]

    def log_in(self, url: str) -> None:
        self.browser.get(f"{url}/")
        self.fill(user="user")
        self.browser.find_element(By.NAME, "pass").send_keys("12345luggage")
        self.press("button")


@pytest.fixture
def person(browser: Chrome) -> Person:
    return Person(browser)


def stored_csr(emulator: Emulator) -> str:
    with emulator.ssl_manager("user") as manager:
        return manager.newest_text(ItemKind.CSR, HOST).removesuffix("\n") + "\n"


def test_a_csr_from_first_to_last(
    emulator: Emulator, person: Person, keep: Keep, downloads: Path
) -> None:
    person.log_in(emulator.cpanel_url)
    assert "/cpsess" in person.browser.current_url
    assert person.browser.current_url.endswith("/frontend/x3/index.html")
    keep("1-home")

    person.press('a[href="ssl/keys.html"]')
    person.fill(host=HOST)
    keep("2-key-form")
    person.press('form[action="genkey.html"] button[type="submit"]')
    assert person.value("#pem").startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    keep("3-key")

    person.press('a[href^="csrs.html?host="]')
    chosen = Select(person.browser.find_element(By.NAME, "host"))
    assert chosen.first_selected_option.text == HOST
    person.fill(**SUBJECT)
    keep("4-csr-form")
    person.press('form[action="gencsr.html"] button[type="submit"]')
    pem, decoded = person.value("#pem"), person.value("#decoded")
    keep("5-csr")
    check_csr(pem, decoded)
    assert pem == stored_csr(emulator)

    person.browser.find_element(By.CSS_SELECTOR, 'a[href^="download.html"]').click()
    assert downloaded(person, downloads / f"{HOST}.csr").decode("ascii") == pem

    person.press('a[href^="viewcsr.html"]')
    assert person.value("#pem") == pem
    person.press('a[href^="delcsrconfirm.html"]')
    assert HOST in person.text()
    keep("6-delete")
    person.press('form[action="delcsr.html"] button[type="submit"]')
    person.press('a[href="csrs.html"].button')
    assert HOST not in person.browser.find_element(By.ID, "csrtbl").text
    outcome = emulator.call("SSL", "listcsrs", user="user").outcome
    assert getattr(outcome, "rows", None) == []
    keep("7-nothing-left")

    assert person.complaints() == []
    assert [one for one in emulator.journal.entries() if isinstance(one, WarningEntry)] == []


def check_csr(pem: str, decoded: str) -> None:
    """Check what the browser shows, by a library that the emulator's text form does not use."""
    request = x509.load_pem_x509_csr(pem.encode("ascii"))
    assert request.is_signature_valid
    names = {part.oid: part.value for part in request.subject}
    assert names[NameOID.COMMON_NAME] == HOST
    assert names[NameOID.COUNTRY_NAME] == "US"
    assert names[NameOID.ORGANIZATION_NAME] == "Müller & Söhne"
    assert HOST in decoded
    assert "Houston" in decoded


def downloaded(person: Person, path: Path) -> bytes:
    """Return the content of a download once it is complete."""
    WebDriverWait(person.browser, PATIENCE).until(lambda _: path.exists())
    return path.read_bytes()


@pytest.mark.parametrize(
    ("page", "program"), [("gencsr.live.php", "php-cgi"), ("gencsr.live.pl", "perl")]
)
def test_a_plugin_page_makes_a_csr_over_the_socket(
    emulator: Emulator, person: Person, keep: Keep, page: str, program: str
) -> None:
    """The documentation's example, sent from a page of another language (``liveapi_cli §1``)."""
    require_program(program)
    person.log_in(emulator.cpanel_url)
    person.press(f'a[href="liveapi/{page}"]')
    person.press('form button[type="submit"]')
    keep(f"liveapi-{page}")
    assert "Certificate Signing Request generated!" in person.text()
    with emulator.ssl_manager("user") as manager:
        stored = manager.newest_text(ItemKind.CSR, "example.com").removesuffix("\n") + "\n"
    assert person.value("#pem") == stored
    assert person.complaints() == []
