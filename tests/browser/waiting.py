"""Waiting for what a browser does next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

PATIENCE = 120
"""Seconds before a test gives up; nothing depends on how long anything took."""
_BETWEEN_TWO_PAGES = "does not belong to the document"


def wait_until_gone(browser: Chrome, element: WebElement) -> None:
    """Wait until the page that holds *element* has made room for another."""

    def is_gone(_browser: Chrome) -> bool:
        try:
            element.is_enabled()
        except StaleElementReferenceException:
            return True
        except WebDriverException as error:
            # What the driver tells at the very moment of the change has no class of its own.
            if _BETWEEN_TWO_PAGES not in str(error.msg):
                raise
            return True
        return False

    WebDriverWait(browser, PATIENCE).until(is_gone)
