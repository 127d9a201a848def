"""The HTML report of ``theme check`` in a browser: fits every width, asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from selenium import webdriver

from cpanel_emu.migration.check.html_report import html_text
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


def test_report(browser: webdriver.Chrome, keep: Callable[[str], None], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(html_text(checked(tmp_path / "x3", THEME)), "utf-8")
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
        keep(f"theme-report-{scheme}-{width}")
    assert len(papers) == 2
    assert browser.execute_script(_REQUESTS) == []
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
