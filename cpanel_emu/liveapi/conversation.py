"""One connection of the LiveAPI socket, from the first request to the last answer."""

from __future__ import annotations

import logging
import socket
from typing import Protocol

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
                self._send(self._answer(message))
        except FrameError as error:
            _log.warning("LiveAPI: %s", error)
            self._send(answers.EMPTY)
            return False
        return True

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
