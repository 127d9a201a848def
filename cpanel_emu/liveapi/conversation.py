"""One connection of the LiveAPI socket, from the first request to the last answer."""

from __future__ import annotations

import functools
import logging
import socket
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from cpanel_emu.control.liveapi_watch import Reply
from cpanel_emu.errors import EmulatorError
from cpanel_emu.liveapi import answers
from cpanel_emu.liveapi.frames import FrameDecoder, FrameError
from cpanel_emu.liveapi.messages import Message, Shutdown

_log = logging.getLogger(__name__)
_PIECE = 65536


class Session(Protocol):
    """What answers the messages of one connection, in order, for one account."""

    def answer(self, message: Message) -> bytes:
        """Return the frame that answers *message*; a shutdown never comes here.

        Raises:
            EmulatorError: no answer can be given; the page gets the empty frame.
        """
        ...


@runtime_checkable
class WatchingSession(Protocol):
    """A session that sees the bytes too, and may change what is sent."""

    def exchange(self, frame: bytes, message: Message, answer: Callable[[], bytes]) -> Reply:
        """Return the reply to *message*, which came as *frame* and has this *answer*."""
        ...


class OpenSession(Protocol):
    """Makes the session of a new connection."""

    def __call__(self, account: str) -> Session:
        """Return a new session that speaks for *account*."""
        ...


class Conversation:
    """Reads the messages of one connection and sends the answers.

    Args:
        connection: its timeout is how long it may be silent.
        session: what answers.
        limit: bytes that one request may have.
    """

    def __init__(self, connection: socket.socket, session: Session, limit: int) -> None:
        self._connection = connection
        self._session = session
        self._decoder = FrameDecoder(limit)

    def run(self) -> None:
        """Answer messages until a shutdown, the end of the connection or a long silence."""
        while (data := self._receive()) is not None:
            if data:
                self._decoder.receive(data)
            else:
                self._decoder.close()
            if not self._answer_all() or not data:
                return

    def _receive(self) -> bytes | None:
        """Return what came, ``b""`` at the end, nothing after too long a silence."""
        try:
            return self._connection.recv(_PIECE)
        except TimeoutError:
            return None
        except OSError:
            return b""

    def _answer_all(self) -> bool:
        """Answer every message that is whole; tell whether the conversation goes on."""
        try:
            while (message := self._decoder.next_message()) is not None:
                if isinstance(message, Shutdown):
                    self._send(answers.EMPTY)
                    return False
                if not self._exchange(message):
                    return False
        except FrameError as error:
            _log.warning("LiveAPI: %s", error)
            self._send(answers.EMPTY)
            return False
        return True

    def _exchange(self, message: Message) -> bool:
        """Answer *message*; tell whether the conversation goes on."""
        answer = functools.partial(self._answer, message)
        if not isinstance(self._session, WatchingSession):
            self._send(answer())
            return True
        reply = self._session.exchange(self._decoder.payload, message, answer)
        step = reply.piece or max(1, len(reply.data))
        for start in range(0, len(reply.data), step):
            if start:
                time.sleep(reply.pause)
            self._send(reply.data[start : start + step])
        return not reply.ends

    def _answer(self, message: Message) -> bytes:
        try:
            return self._session.answer(message)
        except EmulatorError as error:
            _log.error("LiveAPI: %s", error)
            return answers.EMPTY

    def _send(self, frame: bytes) -> None:
        try:
            self._connection.sendall(frame)
        except OSError:
            # A page need not wait for its answers; what it asked for is done all the same.
            _log.debug("LiveAPI: a page left before its answer")
