"""Who is connected: what they hold, how long they may keep us waiting, and who gives way."""

from __future__ import annotations

import math
from typing import Protocol

from cpanel_emu.server.shares import Share


class Client(Protocol):
    """One connection, as the others see it."""

    deadline: float
    """When, on the event loop's clock, it has taken too long; infinite while we are at work."""

    def expire(self) -> None:
        """Its deadline has passed."""

    def drop(self) -> None:
        """It has to go at once."""

    def stop(self) -> None:
        """No new request will be answered."""


class Connections:
    """All open connections of a listener; used by its event loop alone.

    Args:
        most_buffered: bytes that all of them together may hold.
        share: where to tell how many they are, if other processes accept on the same ports.
    """

    def __init__(self, most_buffered: int, share: Share | None = None) -> None:
        self._most_buffered = most_buffered
        self._share = share
        self._clients: dict[Client, int] = {}
        self._waiting: dict[Client, None] = {}
        self.buffered = 0

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, client: Client) -> None:
        """Count *client* in."""
        self._clients[client] = 0
        self._tell()

    def remove(self, client: Client) -> None:
        """Count *client* out, with all it held."""
        self.buffered -= self._clients.pop(client, 0)
        self._waiting.pop(client, None)
        self._tell()

    def _tell(self) -> None:
        if self._share is not None:
            self._share.tell(len(self._clients))

    @property
    def others_have_fewer(self) -> bool:
        """Whether another process that accepts on the same ports has fewer clients."""
        return self._share is not None and self._share.is_above_another

    def hold(self, client: Client, size: int) -> bool:
        """Note that *client* holds *size* bytes; False if all together now hold too much."""
        grown = size - self._clients.get(client, size)
        if grown:
            self._clients[client] = size
            self.buffered += grown
        return grown <= 0 or self.buffered <= self._most_buffered

    def waits(self, client: Client) -> None:
        """Note that from now on we wait for *client*."""
        self._waiting[client] = None

    def works(self, client: Client) -> None:
        """Note that *client* now waits for us."""
        self._waiting.pop(client, None)

    def make_room(self) -> bool:
        """Drop the client that has kept us waiting longest; False if all wait for us."""
        for client in self._waiting:
            client.drop()
            self.remove(client)
            return True
        return False

    def expire(self, now: float) -> None:
        """Tell every client whose deadline has passed."""
        for client in [client for client in self._clients if client.deadline <= now]:
            client.deadline = math.inf
            client.expire()

    def stop(self) -> None:
        """Tell every client that no new request will be answered."""
        for client in list(self._clients):
            client.stop()

    def drop(self) -> None:
        """Drop every client."""
        for client in list(self._clients):
            client.drop()
