"""The compiler: a `Document` into a tree of `jinja2.nodes`.

A page becomes one Jinja2 template whose only variable is ``page``; what happens at run time is
done by filters of it, the `OPERATIONS`. Text goes in as template data, never through Jinja2's own
lexer, so ``{{ }}`` and CR LF in it stay what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jinja2 import nodes

from cpanel_emu.tags.condition_compiler import compile_condition
from cpanel_emu.tags.expression_compiler import (
    Setting,
    compile_outputs,
    compile_text,
    constant,
    merged_outputs,
    page_operation,
    position,
)
from cpanel_emu.tags.expression_tree import (
    Expression,
    Literal,
    Part,
)
from cpanel_emu.tags.operations import calling, inclusion, variables
from cpanel_emu.tags.page import FATAL, MAX_WARNINGS
from cpanel_emu.tags.row_compiler import compile_rows
from cpanel_emu.tags.tree import (
    Api1Call,
    Api2Call,
    Block,
    Copied,
    Document,
    Localized,
    Node,
    Parameter,
    TemplateToolkit,
    Text,
    Word,
)
from cpanel_emu.tags.word_compiler import compile_word

VERSION = "1"
"""Changes with what is compiled, so that bytecode of older versions is not used."""

_PAGE_FUNCTIONS: dict[tuple[str, str], Callable[..., str]] = {
    ("Branding", "include"): inclusion.branding_include,
    ("Branding", "image"): inclusion.branding_image,
    ("Branding", "file"): inclusion.branding_file,
    ("Branding", "text"): inclusion.branding_text,
    ("MagicRevision", "uri"): inclusion.magic_revision,
}
"""The functions of ``tags §2.3`` that need nothing but theme files."""


def compile_document(document: Document, *, traced: bool = False) -> nodes.Template:
    """Return the template of *document*; *traced* pages show their built-in words (1.14)."""
    body = [] if not document.warnings else [_static_warnings(document)]
    body += _Statements(traced=traced).of(document.nodes)
    return nodes.Template(body)


def _static_warnings(document: Document) -> nodes.Stmt:
    """What the parser warned of belongs to every rendering of the page."""
    found = [(each.rule, each.message, (each.line, each.column)) for each in document.warnings]
    return nodes.ExprStmt(page_operation(calling.warn_all, constant(tuple(found[:MAX_WARNINGS]))))


class _Statements:
    """Turns nodes into statements."""

    def __init__(self, *, traced: bool) -> None:
        self._traced = traced

    def of(self, tree: Iterable[Node]) -> list[nodes.Stmt]:
        """Return the statements of *tree*; neighbours that print become one."""
        statements: list[nodes.Stmt] = []
        outputs: list[nodes.Expr] = []
        for statement in self._each(tree):
            if isinstance(statement, nodes.Output):
                outputs += statement.nodes
                continue
            statements += _print_all(outputs)
            outputs = []
            statements.append(statement)
        return statements + _print_all(outputs)

    def _each(self, tree: Iterable[Node]) -> Iterator[nodes.Stmt]:
        for node in tree:
            compile_node = _NODES.get(type(node))
            if compile_node is not None:
                yield from compile_node(self, node)

    def copied(self, node: Text | Copied) -> Iterator[nodes.Stmt]:
        """Text is printed as it is."""
        yield _print(nodes.TemplateData(node.raw))

    def word(self, node: Word) -> Iterator[nodes.Stmt]:
        """One of the built-in words (``tags §2.2``)."""
        yield from self._trace(node, node.word, "", node.operands)
        if node.word == "setvar":
            setting = Setting(node.place)
            texts = [compile_text(operand, setting) for operand in node.operands]
            yield nodes.ExprStmt(page_operation(variables.set_variable, *texts))
        else:
            yield _print(*compile_word(node))

    def api1(self, node: Api1Call) -> Iterator[nodes.Stmt]:
        """An API 1 call, or one of the functions of ``tags §2.3``."""
        setting = Setting(node.place, raw=True)
        texts = [compile_text(argument, setting) for argument in node.arguments]
        module = node.module[:1].upper() + node.module[1:]
        page_function = _PAGE_FUNCTIONS.get((module, node.function))
        if page_function is None:
            yield _print(
                page_operation(
                    calling.api1,
                    constant((node.module, node.function)),
                    nodes.Tuple(texts, "load"),
                    constant(node.whole_form),
                    position(node.place),
                )
            )
            return
        yield from self._trace(node, module.lower(), node.function, node.arguments)
        first = texts[0] if texts else constant("")
        if page_function is inclusion.magic_revision:
            yield _print(page_operation(page_function, first))
        else:
            yield _print(page_operation(page_function, first, position(node.place)))

    def localized(self, node: Localized) -> Iterator[nodes.Stmt]:
        """``<cptext …>`` and ``Locale="maketext(…)"``."""
        phrase = node.phrase
        first: tuple[Part, ...] = (Literal(phrase.text),)
        yield from self._trace(node, "locale", "maketext", (first, *phrase.arguments))
        yield _print(*compile_outputs((phrase,), Setting(node.place)))

    def _trace(
        self, node: Node, module: str, function: str, arguments: tuple[Expression, ...]
    ) -> Iterator[nodes.Stmt]:
        if self._traced:
            setting = Setting(node.place, raw=True)
            texts = nodes.Tuple([compile_text(each, setting) for each in arguments], "load")
            call = page_operation(calling.trace, constant((module, function)), texts)
            yield nodes.ExprStmt(call)

    def api2(self, node: Api2Call) -> Iterator[nodes.Stmt]:
        """A loop over the rows; its else branch is the message (``tags §3``)."""
        call = page_operation(calling.api2, *_api2_arguments(node))
        message = compile_outputs(node.message or (), Setting(node.place))
        fatal = nodes.If(
            page_operation(calling.crashed),
            [_print(nodes.TemplateData(FATAL))],
            [],
            [_print(*message)] if message else [],
        )
        yield compile_rows(node.format, Setting(node.place), call, fatal)

    def template_toolkit(self, node: TemplateToolkit) -> Iterator[nodes.Stmt]:
        """``<?cptt … ?>``: the call runs, nothing is printed (``tags §3.9``)."""
        if node.function:
            yield _print(page_operation(calling.template_toolkit, *_api2_arguments(node)))

    def block(self, node: Block) -> Iterator[nodes.Stmt]:
        """``<cpanelif>`` and ``<cpanelfeature>`` (``tags §4``)."""
        if node.too_deep:
            yield _print(nodes.TemplateData(FATAL))
            return
        otherwise = node.otherwise.body if node.otherwise is not None else ()
        test = compile_condition(node.condition, node.place)
        yield nodes.If(test, self.of(node.body), [], self.of(otherwise))


_NODES: dict[type[Node], Callable[[_Statements, Any], Iterator[nodes.Stmt]]] = {
    Text: _Statements.copied,
    Copied: _Statements.copied,
    Word: _Statements.word,
    Api1Call: _Statements.api1,
    Localized: _Statements.localized,
    Api2Call: _Statements.api2,
    TemplateToolkit: _Statements.template_toolkit,
    Block: _Statements.block,
}
"""What prints something or acts; everything else is dropped."""


def _print_all(outputs: list[nodes.Expr]) -> list[nodes.Stmt]:
    return [_print(*merged_outputs(outputs))] if outputs else []


def _print(*outputs: nodes.Expr) -> nodes.Output:
    return nodes.Output(list(outputs))


def _api2_arguments(node: Api2Call | TemplateToolkit) -> list[nodes.Expr]:
    setting = Setting(node.place, raw=True)
    return [
        constant((node.module, node.function)),
        nodes.Dict([_pair(parameter, setting) for parameter in node.parameters]),
        position(node.place),
    ]


def _pair(parameter: Parameter, setting: Setting) -> nodes.Pair:
    return nodes.Pair(constant(parameter.name), compile_text(parameter.value, setting))
