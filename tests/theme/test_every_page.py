"""What must be true of every page in every state: whole, valid, linked, usable by everyone."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from cpanel_emu import Emulator
from tests.theme.conftest import STUBS
from tests.theme.states import HOSTILE, STATES
from tests.theme.visitor import PAGES, THEME, Sight, Visitor

_CHANGING = (
    "doinstall",
    "gencrt",
    "gencsr",
    "uploadcrt",
    "uploadkey",
    "uninstall",
    "delcrt",
    "delcsr",
    "delkey",
    "genkey",
)
"""Pages that change the account, in an order in which each finds what the state says."""

_OUTSIDE = {"/logout/"}
_NAMELESS = {"hidden", "submit", "button"}
Sights = Mapping[str, Sight]


@pytest.fixture(scope="module", params=STATES)
def sights(request: pytest.FixtureRequest) -> Sights:
    """Return every page as rendered in one state; a warning fails the rendering."""
    state = STATES[request.param]
    changing = [f"ssl/{name}.html" for name in _CHANGING]
    looking = [page for page in PAGES if page not in changing]
    with Emulator(stubs=STUBS, emulate_version=state.release) as emulator:
        state.prepare(emulator)
        visitor = Visitor(emulator)
        return {page: visitor.see(page, **state.form) for page in (*looking, *changing)}


def test_pages_are_all_seen(sights: Sights) -> None:
    assert sorted(sights) == sorted(PAGES)
    assert len(PAGES) == 24


def test_html_parses_without_a_complaint(sights: Sights) -> None:
    assert {page: sight.errors for page, sight in sights.items() if sight.errors} == {}


def test_no_tag_is_left(sights: Sights) -> None:
    for page, sight in sights.items():
        if page == "ssl/help.html":  # it shows a tag on purpose
            continue
        left = sight.source.replace(HOSTILE.replace('"', "&quot;"), "")
        assert "<cp" not in left, page
        assert "<?cp" not in left, page
        assert "${" not in left, page


def test_links_lead_to_files_of_the_theme(sights: Sights) -> None:
    for page, sight in sights.items():
        for address in sight.addresses():
            parts = urlsplit(address)
            assert not parts.scheme, f"{page} leaves the server: {address}"
            assert not parts.netloc, f"{page} leaves the server: {address}"
            if not parts.path:
                assert sight.by_id(parts.fragment) is not None, f"{page}: {address}"
            elif parts.path not in _OUTSIDE:
                target = sight.target(address)
                assert (THEME / target).is_file(), f"{page}: {address} leads to no {target}"


def test_ids_are_unique_and_references_are_met(sights: Sights) -> None:
    for page, sight in sights.items():
        identifiers = Counter(one.get("id") for one in sight.root.iter() if one.get("id"))
        assert [name for name, count in identifiers.items() if count > 1] == [], page
        for element in sight.root.iter():
            for attribute in ("for", "list", "aria-labelledby", "aria-describedby", "data-fills"):
                for name in (element.get(attribute) or "").split():
                    assert name in identifiers, f"{page}: {attribute}={name}"


def test_every_input_has_a_label(sights: Sights) -> None:
    for page, sight in sights.items():
        labelled = {label.get("for") for label in sight.all("label")}
        wrapped = {id(one) for label in sight.all("label") for one in label.iter()}
        for element in sight.all("input", "select", "textarea"):
            if element.get("type") in _NAMELESS:
                continue
            named = (
                element.get("id") in labelled or id(element) in wrapped or element.get("aria-label")
            )
            assert named, f"{page}: {element.tag} {element.get('name')} has no label"


def test_controls_and_links_have_a_name(sights: Sights) -> None:
    for page, sight in sights.items():
        for element in sight.all("a", "button", "legend", "h1", "h2", "th", "title"):
            assert "".join(element.itertext()).strip(), f"{page}: an empty {element.tag}"


def test_images_have_a_text_or_are_hidden(sights: Sights) -> None:
    for page, sight in sights.items():
        hidden = {
            id(one)
            for element in sight.root.iter()
            if element.get("aria-hidden") == "true"
            for one in element.iter()
        }
        for image in sight.all("img"):
            assert image.get("alt") is not None or id(image) in hidden, page
            assert image.get("src"), page


def test_page_has_a_language_a_title_and_landmarks(sights: Sights) -> None:
    for page, sight in sights.items():
        assert sight.root.get("lang") == "en", page
        assert len(sight.all("title")) == 1, page
        assert len(sight.all("main")) == 1, page
        assert sight.all("nav"), page
        assert sight.all("header"), page
        assert sight.all("footer"), page
        assert sight.source.startswith("<!DOCTYPE html>"), page


def test_headings_go_down_step_by_step(sights: Sights) -> None:
    for page, sight in sights.items():
        levels = [int(one.tag[1]) for one in sight.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[:1] == [1], page
        assert levels.count(1) == 1, page
        pairs = itertools.pairwise(levels)
        assert all(after - before <= 1 for before, after in pairs), page


def test_at_most_one_tab_is_the_current_one(sights: Sights) -> None:
    for page, sight in sights.items():
        [tabs] = sight.of_class("tabs")
        current = [one for one in tabs.iter("a") if one.get("aria-current")]
        assert len(current) <= 1, page


def test_no_script_is_in_the_page_and_the_policy_forbids_one(sights: Sights) -> None:
    for page, sight in sights.items():
        for script in sight.all("script"):
            assert script.get("src"), f"{page}: a script in the page"
        for element in sight.root.iter():
            assert not [name for name in element.attrib if name.startswith("on")], page
        [policy] = [one for one in sight.all("meta") if one.get("http-equiv")]
        assert policy.get("http-equiv") == "Content-Security-Policy", page
        content = policy.get("content", "")
        assert content.startswith("default-src 'self';"), page
        assert "script-src" not in content, page


def test_forms_say_how_they_are_sent(sights: Sights) -> None:
    for page, sight in sights.items():
        for form in sight.forms():
            assert form.method in {"get", "post"}, page
            assert form.action, page
