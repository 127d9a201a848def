"""API 2 module Branding: the pictures of the theme and of the branding package (``tags §2.3``)."""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cpanel_emu.call import Api, Arguments, Result, Row, Rows
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Status

if TYPE_CHECKING:
    from cpanel_emu.tags import OpenPage

_SUFFIXES = (".gif", ".jpg", ".png")
_LARGEST = 0xFFFF


def spritelist(context: Context, arguments: Arguments) -> Result:
    """Return a row for each branding image that ``img`` names, in its order, or for all.

    Names are separated by ``|`` or ``,`` and have no suffix. Every image is a sprite of its own,
    so its position is 0, 0; one that is missing has no row. Sizes are in pixels, 0 if unknown.
    """
    page = context.open_page()
    asked = arguments.get("img").replace(",", "|").split("|")
    names = [name.strip() for name in asked if name.strip()] or _all_names(page)
    return Rows([row for name in names if (row := _sprite(page, name)) is not None])


def _all_names(page: OpenPage) -> list[str]:
    found: set[str] = set()
    for folder in page.theme.branding_folders(page.values.branding_package):
        for suffix in _SUFFIXES:
            paths = page.theme.matches(f"{folder}/*{suffix}")
            found.update(posixpath.splitext(posixpath.basename(path))[0] for path in paths)
    return sorted(found)


def _sprite(page: OpenPage, name: str) -> Row | None:
    image = page.branding_image(name)
    if image is None:
        return None
    path, url = image
    read = page.theme.read(path)
    width, height = size(read[1]) if read is not None else (0, 0)
    return {
        "img": name,
        "file": posixpath.basename(path),
        "url": url,
        "sprite": url,
        "width": width,
        "height": height,
        "left": 0,
        "top": 0,
    }


def size(image: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, GIF or JPEG image in pixels, 0 and 0 of any other."""
    width = height = 0
    if image.startswith(b"\x89PNG\r\n\x1a\n") and len(image) >= 24:
        width, height = struct.unpack_from(">II", image, 16)
    elif image.startswith((b"GIF87a", b"GIF89a")) and len(image) >= 10:
        width, height = struct.unpack_from("<HH", image, 6)
    elif image.startswith(b"\xff\xd8"):
        width, height = next(_jpeg_sizes(image), (0, 0))
    return (width, height) if max(width, height) <= _LARGEST else (0, 0)


def _jpeg_sizes(image: bytes) -> Iterator[tuple[int, int]]:
    """Yield width and height from every frame header among the segments of a JPEG image."""
    place = 2
    while place + 9 <= len(image) and image[place] == 0xFF:
        kind = image[place + 1]
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", image, place + 5)
            yield width, height
        place += 2 + int(struct.unpack_from(">H", image, place + 2)[0])


def getbrandingpkg(context: Context, _arguments: Arguments) -> Result:
    """Return the account's branding package, as ``$brandingpkg`` prints it, in one row."""
    return Rows(({"brandingpkg": context.open_page().values.branding_package},))


FUNCTIONS = (
    Function(Api.API2, "Branding", "getbrandingpkg", getbrandingpkg),
    Function(Api.API2, "Branding", "spritelist", spritelist, status=Status.STUBBED),
)
"""The API 2 functions of the module that answer something."""
