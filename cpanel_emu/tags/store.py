"""Compiled pages: made once, kept while their files stay the same."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Callable
from types import CodeType

import jinja2
from jinja2.bccache import Bucket
from jinja2.runtime import Context

from cpanel_emu.tags.cache import BoundedCache
from cpanel_emu.tags.compiler import VERSION, compile_document
from cpanel_emu.tags.encoding import decode, encode
from cpanel_emu.tags.lexer import has_tags
from cpanel_emu.tags.operations import OPERATIONS
from cpanel_emu.tags.page import Template
from cpanel_emu.tags.parser import parse, parse_test, parse_word
from cpanel_emu.tags.theme import Identity, LanguageFile, OutsideTheme, Theme
from cpanel_emu.tags.tree import (
    Document,
)

MAX_ENTRIES = 2048
"""Compiled files, texts and language files that are kept in memory."""
MAX_WEIGHT = 16 * 1024 * 1024
"""Characters of source that they may have together; compiled they take about ten times that."""

_CODE_NAME = "<page>"
_DAMAGED = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    OSError,
    TypeError,
    ValueError,
)
"""What reading a damaged file of the bytecode cache raises; the page is compiled again."""


class TemplateStore:
    """Compiles files of a theme and texts, and remembers them; thread-safe.

    A file is compiled again when its identity changes. *bytecode* keeps the compiled code on
    disk too: give it a folder that nobody else can write to. *traced* see `compile_document`.
    """

    def __init__(
        self,
        theme: Theme,
        *,
        bytecode: jinja2.BytecodeCache | None = None,
        traced: bool = False,
    ) -> None:
        self.theme = theme
        self._bytecode = bytecode
        self._traced = traced
        self._files: BoundedCache[str, tuple[Identity, Template]]
        self._files = BoundedCache(MAX_ENTRIES, MAX_WEIGHT)
        self._texts: BoundedCache[tuple[str, str, str], Template]
        self._texts = BoundedCache(MAX_ENTRIES, MAX_WEIGHT)
        self._languages: BoundedCache[str, tuple[Identity, LanguageFile]]
        self._languages = BoundedCache(MAX_ENTRIES, MAX_WEIGHT)
        self._environment = jinja2.Environment(
            autoescape=False,  # noqa: S701  (pages escape by tags §5.3)
            optimized=False,
            cache_size=0,
        )
        self._environment.filters = dict(OPERATIONS)

    def context(self, page: object) -> Context:
        """Return the context in which the templates of one page run."""
        return self._environment.context_class(self._environment, {"page": page}, _CODE_NAME, {})

    def file(self, path: str) -> Template | None:
        """Return the compiled file at *path*, None if there is none.

        Raises:
            OutsideTheme: the path leads out of the theme.
        """
        identity = self.theme.find(path)
        if identity is None:
            return None
        known = self._files.get(path)
        if known is not None and known[0] == identity:
            return known[1]
        found = self.theme.read(path)
        if found is None:
            return None
        identity, content = found
        template = self._compiled(decode(content), path)
        self._files.put(path, (identity, template), len(content))
        return template

    def text(self, source: str, file: str) -> Template:
        """Return *source* compiled; *file* names it in warnings."""
        return self._remembered("", source, file, lambda: self._compiled(source, file))

    def test(self, word: str, test: str, file: str) -> Template:
        """Return the test of a ``<cpanelif>`` or ``<cpanelfeature>``: it prints 1 or nothing."""
        return self._remembered(
            word, test, file, lambda: self._runnable(self._compile(parse_test(word, test, file)))
        )

    def word(self, word: str, value: str, file: str) -> Template:
        """Return the built-in *word* compiled, with any text as its *value*."""
        return self._remembered(
            word, value, file, lambda: self._runnable(self._compile(parse_word(word, value, file)))
        )

    def _remembered(
        self, word: str, source: str, file: str, make: Callable[[], Template]
    ) -> Template:
        key = (word, file, source)
        template = self._texts.get(key)
        if template is None:
            template = make()
            self._texts.put(key, template, len(source))
        return template

    def content(self, path: str) -> str | None:
        """Return the text of the file at *path*, None if there is none.

        Raises:
            OutsideTheme: the path leads out of the theme.
        """
        found = self.theme.read(path)
        return decode(found[1]) if found is not None else None

    def language(self, path: str) -> LanguageFile:
        """Return the language file at *path*, an empty one if it is missing or not the theme's."""
        try:
            identity = self.theme.find(path)
            known = self._languages.get(path)
            if known is not None and known[0] == identity:
                return known[1]
            found = self.theme.read(path)
        except OutsideTheme:
            return LanguageFile()
        if found is None:
            return LanguageFile()
        language = LanguageFile.parse(decode(found[1]))
        self._languages.put(path, (found[0], language), len(found[1]))
        return language

    def _compiled(self, source: str, file: str) -> Template:
        if not has_tags(source):
            return Template(text=source)
        return self._runnable(self._code(source, file))

    def _runnable(self, code: CodeType) -> Template:
        template = jinja2.Template.from_code(self._environment, code, {}, None)
        return Template(run=template.root_render_func)

    def _code(self, source: str, file: str) -> CodeType:
        if self._bytecode is None:
            return self._compile(parse(source, file))
        digest = hashlib.sha256(encode(source)).hexdigest()
        checksum = f"{VERSION} {jinja2.__version__} {self._traced} {digest}"
        name = hashlib.sha256(encode(file)).hexdigest()
        bucket = self._bucket(self._bytecode, name, checksum)
        if bucket.code is None:
            bucket.code = self._compile(parse(source, file))
            with contextlib.suppress(OSError):  # a full or lost folder costs time, no page
                self._bytecode.set_bucket(bucket)
        return bucket.code

    def _bucket(self, cache: jinja2.BytecodeCache, name: str, checksum: str) -> Bucket:
        try:
            return cache.get_bucket(self._environment, name, None, checksum)
        except _DAMAGED:
            return Bucket(self._environment, cache.get_cache_key(name), checksum)

    def _compile(self, document: Document) -> CodeType:
        template = compile_document(document, traced=self._traced)
        template.set_environment(self._environment)
        return self._environment.compile(template, name=_CODE_NAME, filename=_CODE_NAME)
