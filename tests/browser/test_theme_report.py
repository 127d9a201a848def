"""The HTML reports of ``theme`` in a browser: they fit every width and ask for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from cpanel_emu.migration.check.html_report import html_text
from cpanel_emu.migration.compare import html_report as compare_report
from cpanel_emu.migration.compare.comparing import Comparison
from cpanel_emu.migration.compare.differences import Difference, Kind
from cpanel_emu.migration.compare.states import Cell, State
from cpanel_emu.migration.pages import Skipped, SkipReason
from tests.migration.check.themes import checked

_WIDTH = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
_REQUESTS = "return performance.getEntriesByType('resource').map(one => one.name)"
_PAPER = "return getComputedStyle(document.body).backgroundColor"
_LOW_CONTRAST = """
const light = colour => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(one => one / 255)
    .map(one => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const ground = one => {
  const paint = each => getComputedStyle(each || document.body).backgroundColor;
  while (one && paint(one) === 'rgba(0, 0, 0, 0)') one = one.parentElement;
  return paint(one);
};
return [...document.querySelectorAll('body *')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .filter(one => !one.closest('svg') && one.offsetParent)
  .map(one => {
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))];
    return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), one.className, one.textContent];
  })
  .filter(([contrast]) => contrast < 4.5);
"""
THEME = {
    "a.html": "<?cp Email::listpops(%,@email) ?><cpanelnif><cptext 'a'><cpanel print=\"$user\">",
    "a/very/long/way/to/" + "name" * 20 + ".html": "<?cp SSL::gencsr(%,output) ?>" * 30,
}


def test_check(browser: webdriver.Chrome, keep: Callable[[str], None], tmp_path: Path) -> None:
    text = html_text(checked(tmp_path / "x3", THEME))
    _look(browser, keep, _written(tmp_path, text), "theme-report")


def test_compare(browser: webdriver.Chrome, keep: Callable[[str], None], tmp_path: Path) -> None:
    page = _written(tmp_path, compare_report.html_text(_comparison(), "mine", "converted"))
    _look(browser, keep, page, "compare-report")
    last = browser.find_elements("css selector", "details.group")[-1]
    assert last.get_attribute("open") is None
    # A link leads to its difference even where that is folded; keys fold it again.
    browser.find_element("css selector", "#main a[href='#difference-14']").send_keys(Keys.ENTER)
    assert last.get_attribute("open") is not None
    last.find_element("tag name", "summary").send_keys(Keys.ENTER)
    assert last.get_attribute("open") is None


def _comparison() -> Comparison:
    cells = [Cell("very/long/" * 12 + f"{number}.html", State("s" * 90)) for number in range(14)]
    rows = ("@@ -1,2 +1,2 @@", " same", "-" + "a" * 300, "+" + "b" * 300, "+", "-gone", " \u2003")
    kinds = (Kind.BYTES, Kind.STORED)
    found = [
        Difference(cell, kinds[number % 2], f"{number}" + "w" * 200, lines=(*rows, f"+{number}"))
        for number, cell in enumerate(cells)
    ]
    again = replace(found[0], cell=cells[1])
    skipped = Skipped("some/" * 30, SkipReason.LOOP)
    same = Cell("same.html", State("as it is"))
    return Comparison((*cells, same), (*found, again), (skipped,), 3)


def _written(folder: Path, text: str) -> Path:
    page = folder / "report.html"
    page.write_text(text, "utf-8")
    return page


def _look(browser: webdriver.Chrome, keep: Callable[[str], None], page: Path, name: str) -> None:
    papers = set()
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(page.as_uri())
        assert browser.execute_script(_WIDTH) <= 0, (scheme, width)
        assert browser.execute_script(_LOW_CONTRAST) == []
        papers.add(browser.execute_script(_PAPER))
        keep(f"{name}-{scheme}-{width}")
    assert len(papers) == 2
    assert browser.execute_script(_REQUESTS) == []
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
