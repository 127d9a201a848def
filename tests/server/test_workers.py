"""The threads that run the application."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from cpanel_emu.server.workers import Workers

PATIENCE = 20
"""Seconds before a test gives up; nothing depends on how long anything took."""
_MOMENT = 0.05


class Loop:
    """What an event loop does for `Workers`: calls functions later, here when it is told to."""

    def __init__(self) -> None:
        self._due: list[Callable[[], None]] = []

    def call_later(self, _seconds: float, function: Callable[[], None]) -> None:
        self._due.append(function)

    def pass_time(self) -> None:
        due, self._due = self._due, []
        for function in due:
            function()

    @property
    def waits(self) -> bool:
        return bool(self._due)


@pytest.fixture
def loop() -> Loop:
    return Loop()


class Office:
    """Workers whose jobs tell by whom they are done, and end when they are allowed to."""

    def __init__(self, most: int, loop: Loop) -> None:
        self.begun: SimpleQueue[tuple[int, str]] = SimpleQueue()
        self.may_end = threading.Semaphore(0)
        self._loop = loop
        self.workers: Workers[int] = Workers(most, self._work, loop.call_later)

    def _work(self, job: int) -> None:
        self.begun.put((job, threading.current_thread().name))
        self.may_end.acquire(timeout=PATIENCE)

    def next_begun(self) -> tuple[int, int]:
        """Return the next job that is begun and the number of its thread."""
        job, name = self.begun.get(timeout=PATIENCE)
        return job, int(name.rpartition("-")[2])

    def pass_time_until_begun(self) -> None:
        until = time.monotonic() + PATIENCE
        while self.begins_nothing and time.monotonic() < until:
            self._loop.pass_time()

    @property
    def begins_nothing(self) -> bool:
        """Whether no job is begun within a moment, which is too short only to find a defect."""
        until = time.monotonic() + _MOMENT
        while self.begun.empty() and time.monotonic() < until:
            time.sleep(0.001)
        return self.begun.empty()


@pytest.fixture
def office(loop: Loop) -> Iterator[Office]:
    office = Office(3, loop)
    yield office
    office.may_end.release(100)
    office.workers.stop(PATIENCE)


def test_one_thread_does_one_job_after_the_other(loop: Loop, office: Office) -> None:
    for job in range(5):
        office.workers.submit(job)
    for job in range(5):
        assert office.next_begun() == (job, 1)
        office.may_end.release()
        loop.pass_time()


def test_others_join_while_no_job_is_taken(loop: Loop, office: Office) -> None:
    office.workers.submit(0)
    assert office.next_begun() == (0, 1)
    for job in range(1, 5):
        office.workers.submit(job)
    for number in (1, 2):
        office.pass_time_until_begun()
        assert office.next_begun() == (number, number + 1)
    for _ in range(3):
        loop.pass_time()
    assert office.begins_nothing, "there are no more threads"
    office.may_end.release(5)
    assert {office.next_begun()[0] for _ in range(2)} == {3, 4}


def test_who_joined_goes_when_one_is_enough_again(loop: Loop) -> None:
    office = Office(2, loop)
    office.workers.submit(0)
    assert office.next_begun() == (0, 1)
    office.workers.submit(1)
    office.pass_time_until_begun()
    assert office.next_begun() == (1, 2)
    for job in (2, 3):
        office.workers.submit(job)
    for _ in range(2):
        loop.pass_time()
    office.may_end.release()
    assert office.next_begun()[0] == 2
    loop.pass_time()  # a job was taken: the next that is done is the last of its thread
    office.may_end.release()
    assert office.begins_nothing
    office.may_end.release()
    assert office.next_begun()[0] == 3
    office.may_end.release()
    office.workers.stop(PATIENCE)


def test_nobody_looks_while_nothing_waits(loop: Loop, office: Office) -> None:
    office.workers.submit(0)
    office.next_begun()
    assert not loop.waits
    office.workers.submit(1)
    assert loop.waits
    office.may_end.release(2)
    office.next_begun()
    loop.pass_time()
    assert not loop.waits


def test_stopping_ends_the_threads_but_does_not_wait_for_ever(loop: Loop) -> None:
    before = set(threading.enumerate())
    office = Office(2, loop)
    office.workers.submit(1)
    office.next_begun()
    office.workers.stop(0.05)
    assert len(set(threading.enumerate()) - before) == 1
    office.may_end.release()
    office.workers.stop(PATIENCE)
    assert set(threading.enumerate()) <= before
