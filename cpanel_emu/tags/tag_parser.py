"""Single tags into nodes: ``<cpanel …>``, ``<cptext …>``, ``<?cp … ?>``, ``<?cptt … ?>``."""

from __future__ import annotations

import re
from collections.abc import Callable

from cpanel_emu.tags.arguments import attribute_value, split_arguments, split_call
from cpanel_emu.tags.brackets import Warn, parse_phrase
from cpanel_emu.tags.encoding import BLANKS, Place
from cpanel_emu.tags.expressions import BRACED, parse_expression
from cpanel_emu.tags.formats import parse_format, split_body
from cpanel_emu.tags.lexer import Token
from cpanel_emu.tags.parameters import parse_tail
from cpanel_emu.tags.tree import (
    Api1Call,
    Api2Call,
    Dropped,
    Localized,
    Node,
    TemplateToolkit,
    Word,
)

WORDS = frozenset(
    {
        "langprint",
        "setvar",
        "print",
        "include",
        "relinclude",
        "rawinclude",
        "relrawinclude",
        "dynamicinclude",
        "printvar",
        "formprint",
        "uriprint",
        "jsprint",
        "unsafeprint",
        "cprint",
        "dprint",
        "sprint",
        "getcharset",
        "hostname",
        "version",
        "printhelp",
    }
)
"""The built-in words (``tags §2.2``); they are exact (rule 1.13)."""

_ATTRIBUTE = re.compile(
    rf"[{BLANKS}]*(?P<name>[A-Za-z_][\w:]*)[{BLANKS}]*(?:=(?P<value>.*))?", re.DOTALL
)
_BRACED_OR_SIGN = re.compile(rf"{BRACED}|[=,]")
_MODULE_OF_PHRASES = frozenset({"Locale", "locale"})


def parse_tag(token: Token, place: Place, warn: Warn) -> Node:
    """Return the node of a tag that is no block; what is broken is dropped with a warning."""
    return _PARSERS[token.name](token, place, warn)


def _dropped(token: Token, place: Place) -> Dropped:
    return Dropped(token.raw, place, token.name.lstrip("?"))


def _stray_end(token: Token, place: Place, warn: Warn) -> Node:
    warn("tags §2.1.11", '"</cpanel>" closes nothing')
    return _dropped(token, place)


def _attribute(token: Token, place: Place, warn: Warn) -> Node:
    """``<cpanel name=value>``."""
    match = _ATTRIBUTE.fullmatch(token.body)
    if match is None:
        warn("tags §2.1.1", "the tag is not of the form name=value")
        return _dropped(token, place)
    name, value = match["name"], attribute_value(match["value"] or "")
    if name in WORDS:
        operands = tuple(map(parse_expression, _operands(name, value, warn)))
        return Word(token.raw, place, name, value, operands)
    function, listed = split_call(value)
    if name in _MODULE_OF_PHRASES and function == "maketext":
        return _localized(token, place, listed or "", warn)
    return _api1_call(token, place, name, function, listed or "")


def _operands(word: str, value: str, warn: Warn) -> tuple[str, ...]:
    if word == "setvar":
        return _setvar_operands(value, warn)
    return _sprint_operands(value, warn) if word == "sprint" else (value,)


def _setvar_operands(value: str, warn: Warn) -> tuple[str, str]:
    signs = _outside_variables(value, "=")
    if not signs:
        warn("tags §2.2", "setvar has no =value")
        return value.strip(BLANKS), ""
    return value[: signs[0]].strip(BLANKS), value[signs[0] + 1 :]


def _sprint_operands(value: str, warn: Warn) -> tuple[str, str, str]:
    """The last two commas separate (``tags §2.2``)."""
    commas = _outside_variables(value, ",")[-2:]
    if len(commas) < 2:
        warn("tags §2.2", "sprint needs value,separator,number")
        return value, "", ""
    text, separator = value[: commas[0]], value[commas[0] + 1 : commas[1]]
    return text, separator.replace("[:comma:]", ","), value[commas[1] + 1 :].strip(BLANKS)


def _outside_variables(text: str, sign: str) -> list[int]:
    """Return where *sign* stands outside variable braces."""
    return [match.start() for match in _BRACED_OR_SIGN.finditer(text) if match[0] == sign]


def _api1_call(token: Token, place: Place, module: str, function: str, listed: str) -> Node:
    arguments = split_arguments(listed)
    bare = [argument.text if not argument.quote else None for argument in arguments]
    positional = tuple(
        () if word == "undef" else parse_expression(argument.text)
        for argument, word in zip(arguments, bare, strict=True)
        if word != "%FORM"
    )
    return Api1Call(token.raw, place, module, function, positional, whole_form="%FORM" in bare)


def _cptext(token: Token, place: Place, warn: Warn) -> Node:
    """``<cptext 'text',a>``."""
    text = token.body.strip(BLANKS)
    if text[-1:] == "/" and text[:-1].rstrip(BLANKS)[-1:] in {"'", '"'}:
        text = text[:-1]
    return _localized(token, place, text, warn, short=True)


def _localized(
    token: Token, place: Place, text: str, warn: Warn, *, short: bool = False
) -> Localized:
    phrase = parse_phrase(text, parse_expression, parse_expression, warn)
    return Localized(token.raw, place, phrase, short)


def _api2_call(token: Token, place: Place, warn: Warn) -> Node:
    """``<?cp Module::function(FORMAT,…) … ?>``."""
    body = split_body(token.body)
    if body is None:
        warn("tags §3.2.8", "no Module::function(…) in the tag")
        return _dropped(token, place)
    tail = parse_tail(body.rest, warn)
    return Api2Call(
        token.raw,
        place,
        body.module,
        body.function,
        parse_format(body, warn),
        tail.parameters,
        tail.message,
    )


def _template_toolkit(token: Token, place: Place, warn: Warn) -> Node:
    """``<?cptt … ?>`` (``tags §3.9``)."""
    warn("tags §3.9", "Template Toolkit files are not run; the tag prints nothing")
    body = split_body(token.body)
    if body is None:
        return TemplateToolkit(token.raw, place, "", "", token.body.strip(BLANKS), ())
    parameters = parse_tail(body.rest, warn).parameters
    return TemplateToolkit(token.raw, place, body.module, body.function, body.format, parameters)


_PARSERS: dict[str, Callable[[Token, Place, Warn], Node]] = {
    "cpanel": _attribute,
    "/cpanel": _stray_end,
    "cptext": _cptext,
    "?cp": _api2_call,
    "?cptt": _template_toolkit,
}
