"""Built-in words as `jinja2.nodes` expressions (``tags §2.2``)."""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import nodes

from cpanel_emu.tags import escapes
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_compiler import (
    Setting,
    compile_outputs,
    compile_text,
    constant,
    operation,
    page_operation,
    position,
)
from cpanel_emu.tags.expression_tree import Literal
from cpanel_emu.tags.operations import inclusion, variables
from cpanel_emu.tags.tree import Word

_BARE_WORD = re.compile(r"[\w-]+")
_ESCAPING_WORDS: dict[str, Callable[[str], str]] = {
    "formprint": escapes.attribute,
    "uriprint": escapes.uri,
    "jsprint": escapes.js_literal,
}
_INCLUDING_WORDS: dict[str, Callable[..., str]] = {
    "include": inclusion.include,
    "relinclude": inclusion.theme_include,
    "rawinclude": inclusion.raw_include,
    "relrawinclude": inclusion.raw_theme_include,
    "dynamicinclude": inclusion.include_matches,
}


def compile_word(node: Word) -> list[nodes.Expr]:
    """Return what prints the word; ``setvar`` prints nothing and is not one of these."""
    return _WORDS[node.word](node)


def _escaped(node: Word, index: int = 0) -> nodes.Expr:
    return compile_text(node.operands[index], Setting(node.place))


def _raw(node: Word) -> nodes.Expr:
    return compile_text(node.operands[0], Setting(node.place, raw=True))


def _print_word(node: Word) -> list[nodes.Expr]:
    """``print`` and its twins: a bare key of the account data prints the account's value."""
    value = node.operands[0]
    if len(value) == 1 and isinstance(value[0], Literal):
        word = value[0].text.strip(BLANKS)
        if _BARE_WORD.fullmatch(word):
            return [page_operation(variables.bare_word, constant(word))]
    return compile_outputs(value, Setting(node.place))


def _unsafeprint(node: Word) -> list[nodes.Expr]:
    return compile_outputs(node.operands[0], Setting(node.place, raw=True))


def _langprint(node: Word) -> list[nodes.Expr]:
    return [page_operation(inclusion.langprint, _escaped(node), position(node.place))]


def _including(node: Word) -> list[nodes.Expr]:
    return [page_operation(_INCLUDING_WORDS[node.word], _raw(node), position(node.place))]


def _escaping(node: Word) -> list[nodes.Expr]:
    return [operation(_ESCAPING_WORDS[node.word], _raw(node))]


def _server_word(node: Word) -> list[nodes.Expr]:
    return [page_operation(variables.scalar, constant(node.word))]


_WORDS: dict[str, Callable[[Word], list[nodes.Expr]]] = {
    **dict.fromkeys(("print", "cprint", "dprint"), _print_word),
    **dict.fromkeys(_INCLUDING_WORDS, _including),
    **dict.fromkeys(_ESCAPING_WORDS, _escaping),
    "unsafeprint": _unsafeprint,
    "langprint": _langprint,
    "printvar": lambda node: [page_operation(variables.variable, _raw(node))],
    "sprint": lambda node: [
        operation(variables.element_of, *(_escaped(node, index) for index in range(3)))
    ],
    "getcharset": lambda _: [nodes.TemplateData("utf-8")],
    "hostname": _server_word,
    "version": _server_word,
    "printhelp": lambda _: [],
}
"""What every built-in word but ``setvar`` prints (``tags §2.2``)."""
