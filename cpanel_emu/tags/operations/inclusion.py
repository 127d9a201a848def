"""Operations that bring other files into a page (``tags §2.2``, ``tags §2.3``)."""

from __future__ import annotations

import posixpath
from urllib.parse import quote

from cpanel_emu.tags.encoding import BLANKS, encode
from cpanel_emu.tags.page import Page, Place, Template
from cpanel_emu.tags.theme import OutsideTheme

_RULE = "tags §2.2"
_IMAGES = (".gif", ".png", ".jpg")


def langprint(page: Page, key: str, place: Place) -> str:
    """``langprint``: the entry, processed as page text; a missing key prints itself."""
    language = page.language
    plain = language.plain.get(key)
    if plain is not None:
        return plain
    source = language.entries.get(key)
    if source is None:
        page.warn(_RULE, f'the language file has no "{key}"', place)
        return key
    file = page.storage.theme.language_path(page.values.language)
    return page.insert(page.storage.text(source, file), file, place)


def include(page: Page, path: str, place: Place) -> str:
    """``include``: parsed, from the requested page's folder."""
    return _include(page, posixpath.join(page.folder, path.strip(BLANKS)), place)


def theme_include(page: Page, path: str, place: Place) -> str:
    """``relinclude``: parsed, from the theme root."""
    return _include(page, path.strip(BLANKS), place)


def raw_include(page: Page, path: str, place: Place) -> str:
    """``rawinclude``: as it is, from the requested page's folder."""
    return _raw_include(page, posixpath.join(page.folder, path.strip(BLANKS)), place)


def raw_theme_include(page: Page, path: str, place: Place) -> str:
    """``relrawinclude``: as it is, from the theme root."""
    return _raw_include(page, path.strip(BLANKS), place)


def include_matches(page: Page, pattern: str, place: Place) -> str:
    """``dynamicinclude``: every match by file name, from the requested page's folder."""
    try:
        paths = page.storage.theme.matches(posixpath.join(page.folder, pattern.strip(BLANKS)))
    except OutsideTheme:
        _warn_outside(page, place)
        return ""
    return "".join(_include(page, path, place) for path in paths)


def branding_include(page: Page, name: str, place: Place) -> str:
    """``Branding="include(f)"``: parsed; branding folders first, then the theme root."""
    path = branding_path(page, name, place)
    return "" if path is None else _include(page, path, place)


def branding_path(page: Page, name: str, place: Place) -> str | None:
    """Return the file that ``Branding="include(name)"`` includes."""
    candidates = [*_branding(page, name.strip(BLANKS)), name.strip(BLANKS)]
    return _first(page, candidates, name, place)


def branding_text(page: Page, name: str, place: Place) -> str:
    """``Branding="text(f)"``: ``f.txt`` from the branding folders, as it is."""
    path = _first(page, _branding(page, f"{name.strip(BLANKS)}.txt"), name, place)
    return "" if path is None else _raw_include(page, path, place)


def branding_image(page: Page, name: str, place: Place) -> str:
    """``Branding="image(name)"``: an ``<img>`` element."""
    url = branding_image_url(page, name, place)
    return f'<img src="{url}" />' if url else ""


def branding_image_url(page: Page, name: str, place: Place) -> str:
    """``$BRANDINGIMG{'name'}``: the URL of the image."""
    path = branding_image_path(page, name, place)
    return "" if path is None else file_url(page, path)


def branding_image_path(page: Page, name: str, place: Place) -> str | None:
    """Return the path of the branding image *name* in the theme."""
    names = [name.strip(BLANKS) + suffix for suffix in _IMAGES]
    return _first(page, _branding(page, *names), name, place)


def branding_file(page: Page, name: str, place: Place) -> str:
    """``Branding="file(name)"``: the URL of the file."""
    path = _first(page, _branding(page, name.strip(BLANKS)), name, place)
    return "" if path is None else file_url(page, path)


def magic_revision(page: Page, path: str) -> str:
    """``MagicRevision="uri(path)"`` and ``$MAGICREVISION{'path'}``."""
    path = path.strip(BLANKS)
    below = path if path.startswith("/") else "/" + page.storage.theme.url(path)
    return f"/cPanel_magic_revision_{page.values.epoch}{below}"


def file_url(page: Page, path: str) -> str:
    """Return the URL of a file of the theme."""
    return magic_revision(page, quote(encode(path), safe="/"))


def _branding(page: Page, *names: str) -> list[str]:
    """Return where a branding file may lie: the package's folder first (``tags §2.3``)."""
    folders = page.storage.theme.branding_folders(page.values.branding_package)
    return [posixpath.join(folder, name) for folder in folders for name in names]


def _first(page: Page, paths: list[str], name: str, place: Place) -> str | None:
    """Return the first of *paths* that is a file of the theme."""
    try:
        for path in paths:
            if page.storage.theme.find(path) is not None:
                return path
    except OutsideTheme:
        _warn_outside(page, place)
        return None
    page.warn("tags §2.3", f'there is no branding file "{name}"', place)
    return None


def _include(page: Page, path: str, place: Place) -> str:
    template: Template | None
    try:
        template = page.storage.file(path)
    except OutsideTheme:
        _warn_outside(page, place)
        return ""
    if template is None:
        page.warn(_RULE, f'there is no file "{path}"', place)
        return ""
    return page.insert(template, path, place)


def _raw_include(page: Page, path: str, place: Place) -> str:
    try:
        content = page.storage.content(path)
    except OutsideTheme:
        _warn_outside(page, place)
        return ""
    if content is None:
        page.warn(_RULE, f'there is no file "{path}"', place)
        return ""
    return page.insert(Template(text=content), path, place)


def _warn_outside(page: Page, place: Place) -> None:
    page.warn(_RULE, "the path leads outside the theme", place)
