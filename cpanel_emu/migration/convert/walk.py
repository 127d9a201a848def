"""The way through a page that both targets take: which node becomes pieces in which order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Generic

from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.pieces import AnyPiece, Text
from cpanel_emu.migration.convert.uapi import UapiCall, UapiCalls
from cpanel_emu.tags import tree
from cpanel_emu.tags.page import FATAL


class Walk(ABC, Generic[AnyPiece]):
    """Turns nodes into pieces; a target says what each kind of node becomes.

    Args:
        doubts: what is to be listed; each of those gets a comment.
        calls: the calls that become UAPI calls; without it none does.
    """

    def __init__(self, doubts: Doubts, calls: UapiCalls | None) -> None:
        self._doubts = doubts
        self._calls = calls

    def of(self, nodes: Iterable[tree.Node]) -> Iterator[AnyPiece | Text]:
        """Yield the pieces of *nodes*."""
        for node in nodes:
            yield from map(self.comment, self._doubts.remarks(node))
            if self._doubts.stay(node):
                yield self.kept(node)
            else:
                yield from self._one(node)

    def uapi(self, node: tree.Api1Call | tree.Api2Call) -> UapiCall | None:
        """Return the UAPI call that *node* becomes, if it does."""
        return self._calls.of(node) if self._calls else None

    def _one(self, node: tree.Node) -> Iterator[AnyPiece | Text]:
        match node:
            case tree.Text() | tree.Copied():
                yield Text(node.raw)
            case tree.Word():
                yield from self.word(node)
            case tree.Api1Call():
                yield from self.api1(node)
            case tree.Localized():
                yield from self.localized(node)
            case tree.Api2Call():
                yield from self.api2(node)
            case tree.Block():
                yield from self._block(node)
            case _:
                assert isinstance(node, tree.Dropped), node

    def _block(self, node: tree.Block) -> Iterator[AnyPiece | Text]:
        if node.too_deep:
            yield Text(FATAL)
            return
        yield self.block_start(node)
        yield from self.of(node.body)
        if node.otherwise is not None:
            yield self.block_else()
            yield from map(self.comment, self._doubts.remarks(node.otherwise))
            yield from self.of(node.otherwise.body)
        yield self.block_end()

    @abstractmethod
    def comment(self, text: str) -> AnyPiece:
        """Return a remark for the maintainer."""

    @abstractmethod
    def kept(self, node: tree.Node) -> AnyPiece | Text:
        """Return a tag that is left to a person."""

    @abstractmethod
    def word(self, node: tree.Word) -> Iterator[AnyPiece]:
        """Yield what a built-in word becomes."""

    @abstractmethod
    def api1(self, node: tree.Api1Call) -> Iterator[AnyPiece]:
        """Yield what a call of API 1 becomes."""

    @abstractmethod
    def api2(self, node: tree.Api2Call) -> Iterator[AnyPiece]:
        """Yield a loop over the rows; the message stands where there is none (``tags §3.8``)."""

    @abstractmethod
    def localized(self, node: tree.Localized) -> Iterator[AnyPiece]:
        """Yield what a text of the language files becomes."""

    @abstractmethod
    def block_start(self, node: tree.Block) -> AnyPiece:
        """Return the test that a block begins with."""

    @abstractmethod
    def block_else(self) -> AnyPiece:
        """Return what parts the two branches of a block."""

    @abstractmethod
    def block_end(self) -> AnyPiece:
        """Return the end of a block."""
