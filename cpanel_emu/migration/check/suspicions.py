"""Tags that mean something else than their author thought (``tags §1`` rule 1.4, ``tags §2.1``).

The server ends a tag at its first ``>`` and forgives a missing quote. So a tag that was never
closed is no error to it; only what stands inside and behind it shows that something went wrong.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cpanel_emu.migration.check.findings import Rule
from cpanel_emu.migration.check.rules import EARLY_END, MISSING_QUOTE, SWALLOWED_TEXT
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.tree import Api2Call, Block, Dropped, Node, TemplateToolkit

_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
_ATTRIBUTE = re.compile(
    rf"<cpanel[{BLANKS}]+[\w:]+[{BLANKS}]*=[{BLANKS}]*(?P<value>.*)>", re.DOTALL
)
_QUOTE_LEFT_BEHIND = re.compile(r"""(?P<text>[^<>\n]{0,200}["'][ \t)]*/?)\??>""")
_COMPARED = re.compile(
    r"""[ \t]*(?P<text>=?[ \t]*["']?"""
    r"""(?:\$[A-Za-z_]\w*(?:\{[^{}\n]*\})?|-?\d+(?:\.\d+)?)["']?)[ \t]*>"""
)
_MESSAGE = re.compile(rf"""\|\|[{BLANKS}]*(?P<quote>["'])(?P<rest>.*)\Z""", re.DOTALL)
_CALL = re.compile(r"<\?cp(?:tt)?\s+[\w:]+::\w+\s*\(")
_CLOSING = BLANKS + "\"')/"
_EXCERPT = 40


class Suspicion(NamedTuple):
    """What may be wrong with one tag."""

    rule: Rule
    message: str
    mend: str


def suspicion_of(node: Node, after: str) -> Suspicion | None:
    """Return what is suspicious about a tag and the text *after* it, the worst first."""
    markup = _MARKUP.search(node.raw, 1)
    if markup is not None:
        return _swallowed(node.raw, markup.start())
    if isinstance(node, Block):
        return _comparison(after)
    if node.raw.startswith("<?cp"):
        return _api2(node, after)
    return _attribute(node.raw, after)


def _swallowed(raw: str, start: int) -> Suspicion:
    swallowed = _excerpt(raw[start:])
    before = raw[:start]
    is_call = _CALL.match(raw) is not None and before.count("(") > before.count(")")
    if is_call:
        mend = "Write [ and ] for < and > inside the tag."
    elif before.count('"') % 2 or before.count("'") % 2:
        mend = "Write &lt; and &gt; inside the value, or close its quote and end the tag before it."
    else:
        end = "?>" if raw.startswith("<?") else ">"
        mend = f'Write "{end}" before "{swallowed}".'
    return Suspicion(SWALLOWED_TEXT, f'the tag ends only at the ">" of "{swallowed}"', mend)


def _comparison(after: str) -> Suspicion | None:
    """``<cpanelif $x > 3>``: the tag ends at the sign."""
    behind = _COMPARED.match(after)
    if behind is None:
        return None
    operator = "=gtet=" if behind["text"].startswith("=") else "=gt="
    return _early(behind["text"], f"Write {operator} for the comparison.")


def _api2(node: Node, after: str) -> Suspicion | None:
    if isinstance(node, Dropped):
        if _CALL.match(node.raw) is None:
            return None
        return _early(after.partition("\n")[0], "Write ] for >, and close the parenthesis.")
    if isinstance(node, Api2Call | TemplateToolkit):
        message = _MESSAGE.search(node.raw.removesuffix(">").removesuffix("?"))
        if message is not None and not message["rest"].rstrip(BLANKS).endswith(message["quote"]):
            return _open_quote(message["quote"], after, "Write ] for >.")
    return None


def _attribute(raw: str, after: str) -> Suspicion | None:
    match = _ATTRIBUTE.fullmatch(raw)
    if match is None:
        return None
    value = match["value"].strip(BLANKS)
    first, last = value[:1], value.removesuffix("/").rstrip(BLANKS)[-1:]
    if first in {"'", '"'} and (last != first or len(value) == 1):
        return _open_quote(first, after, "Write &gt; for >.")
    if first not in {"'", '"'} and last in {"'", '"'}:
        return Suspicion(MISSING_QUOTE, f"the value ends with {last} but does not begin so", "")
    return None


def _open_quote(quote: str, after: str, mend: str) -> Suspicion:
    behind = _QUOTE_LEFT_BEHIND.match(after)
    if behind is not None and behind["text"].count(quote) % 2 and behind["text"].strip(_CLOSING):
        return _early(behind["text"], mend)
    return Suspicion(MISSING_QUOTE, f"the value begins with {quote} but does not end so", "")


def _early(behind: str, mend: str) -> Suspicion:
    shown = _excerpt(behind)
    message = f'the tag ends at a ">" within it, and this is printed as text: {shown}'
    return Suspicion(EARLY_END, message, mend)


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…"
