"""A real browser: Debian's Chromium, driven through its own driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.documentation import ROOT
from tests.requirements import require_program

ARTIFACTS = ROOT / "artifacts" / "browser"
"""Where screenshots are kept; not in the repository."""

_SWITCHES = (
    "--headless",
    "--no-sandbox",  # the user may be root, in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--window-size=1100,900",
)


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """Return the folder of the browser's downloads."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def browser(tmp_path: Path, downloads: Path) -> Iterator[webdriver.Chrome]:
    """Return a browser with a profile of its own."""
    options = Options()
    options.binary_location = require_program("chromium")
    for switch in (*_SWITCHES, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(switch)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(require_program("chromedriver")))
    try:
        driver.set_page_load_timeout(120)
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def keep(browser: webdriver.Chrome) -> Callable[[str], None]:
    """Return what keeps a picture of the page at hand under a name."""

    def keep(name: str) -> None:
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        assert browser.save_screenshot(str(ARTIFACTS / f"{name}.png"))

    return keep
