"""The escapes of inserted values (``tags §5.3``)."""

from __future__ import annotations

from urllib.parse import quote

from cpanel_emu.tags.encoding import encode

_CONTROLS = [*map(chr, range(0x20)), "\x7f"]

_JS = {character: f"\\u{ord(character):04x}" for character in [*_CONTROLS, *"'<>&\u2028\u2029"]}
_JS |= {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JS_TABLE = str.maketrans(_JS)

_CSS_TABLE = str.maketrans(
    {character: f"%{ord(character):02X}" for character in [*_CONTROLS, *" \"'()\\<>"]}
)


def form(text: str) -> str:
    """Return *text* as ``$FORM{}`` is inserted: ``&``, ``<``, ``>`` and ``"`` as entities."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def attribute(text: str) -> str:
    """Return *text* for an HTML attribute: the form escape, and ``'`` as ``&#39;``."""
    return form(text).replace("'", "&#39;")


def uri(text: str) -> str:
    """Return *text* with every UTF-8 byte but ``A-Z a-z 0-9 - _ . ~`` as ``%XX``."""
    return quote(encode(text), safe="")


def js(text: str) -> str:
    """Return *text* for the inside of a JavaScript or JSON string."""
    return text.translate(_JS_TABLE)


def js_literal(text: str) -> str:
    """Return *text* as a whole JavaScript string literal with double quotes."""
    return f'"{js(text)}"'


def css(text: str) -> str:
    """Return *text* for a CSS ``url("…")``."""
    return text.translate(_CSS_TABLE)
