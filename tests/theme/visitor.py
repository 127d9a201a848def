"""Somebody who looks at the demo theme: opens pages, follows links, fills in forms."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib

from cpanel_emu import resources

if TYPE_CHECKING:
    from cpanel_emu import Emulator

THEME = resources.templates() / "x3"
PAGES = tuple(
    path.relative_to(THEME).as_posix()
    for path in sorted([*THEME.glob("*.html"), *THEME.glob("ssl/*.html")])
    if path.name != "download.html"
)
"""Every page for people; what lies in deeper folders is only included by them."""

_MAGIC_REVISION = re.compile(r"/cPanel_magic_revision_\d+/frontend/x3/")


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, and what it sends if nobody touches it."""

    action: str
    method: str
    fields: dict[str, str]


class Sight:
    """A rendered page as a browser understands it."""

    def __init__(self, page: str, source: str) -> None:
        self.page = page
        self.source = source
        parser = html5lib.HTMLParser(
            tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False
        )
        self.root: Element = parser.parse(source)
        self.errors = [(place, name) for place, name, _ in parser.errors]

    def all(self, *names: str) -> list[Element]:
        """Return the elements with one of these names."""
        return [element for element in self.root.iter() if element.tag in names]

    def by_id(self, identifier: str) -> Element | None:
        """Return the element with an id."""
        return next((one for one in self.root.iter() if one.get("id") == identifier), None)

    def text(self, identifier: str) -> str:
        """Return the text of the element with an id, exactly."""
        element = self.by_id(identifier)
        assert element is not None, f"{self.page} has no #{identifier}"
        return "".join(element.itertext())

    @property
    def details(self) -> str | None:
        """The error that the page shows, if it shows one (``tags §7``)."""
        return self.text("details") if self.by_id("details") is not None else None

    @property
    def said(self) -> str:
        """What the server said when something was done."""
        return "".join("".join(one.itertext()) for one in self.of_class("said")).strip()

    def of_class(self, name: str) -> list[Element]:
        """Return the elements of a class."""
        return [one for one in self.root.iter() if name in (one.get("class") or "").split()]

    def addresses(self) -> Iterator[str]:
        """Return everything that the page links to or loads."""
        for element in self.root.iter():
            for name in ("href", "src", "action"):
                address = element.get(name)
                if address is not None:
                    yield address

    def forms(self) -> list[Form]:
        """Return the page's forms."""
        return [
            Form(element.get("action", ""), element.get("method", ""), _fields(element))
            for element in self.all("form")
        ]

    def target(self, address: str) -> str:
        """Return the theme file that an address of this page leads to."""
        path = unquote(urlsplit(address).path)
        magic = _MAGIC_REVISION.match(path)
        if magic is not None:
            return path[magic.end() :]
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.page), path))


def _fields(form: Element) -> dict[str, str]:
    """Return what a browser would send of a form that nobody touched."""
    fields = {}
    for element in form.iter():
        name = element.get("name")
        if name is None or (element.get("type") == "radio" and element.get("checked") is None):
            continue
        if element.tag == "textarea":
            fields[name] = "".join(element.itertext())
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [one for one in options if one.get("selected") is not None] or options[:1]
            fields[name] = chosen[-1].get("value", "") if chosen else ""
        elif element.tag == "input":
            fields[name] = element.get("value", "")
    return fields


class Visitor:
    """Looks at pages as an account; every page must be free of warnings."""

    def __init__(self, emulator: Emulator, user: str = "user") -> None:
        self.emulator = emulator
        self.user = user

    def body(self, page: str, **form: str) -> str:
        """Return the text of a page."""
        return self.emulator.render(page, user=self.user, form=form, strict=True).decode()

    def see(self, page: str, **form: str) -> Sight:
        """Open a page."""
        return Sight(page, self.body(page, **form))

    def follow(self, sight: Sight, address: str) -> Sight:
        """Open the page that a link leads to."""
        assert address in set(sight.addresses()), f"{sight.page} has no link to {address}"
        form = dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
        return self.see(sight.target(address), **form)

    def submit(self, sight: Sight, action: str, **values: str) -> Sight:
        """Fill in the form with this action and send it."""
        [form] = [form for form in sight.forms() if form.action == action]
        assert set(values) <= set(form.fields), f"{action} has no such fields"
        return self.see(sight.target(action), **{**form.fields, **values})
