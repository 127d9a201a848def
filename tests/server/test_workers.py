"""The threads that run the application."""

from __future__ import annotations

import threading
from queue import SimpleQueue

import pytest

from cpanel_emu.server.workers import Workers


def test_one_thread_is_enough_for_one_job_after_the_other() -> None:
    done: SimpleQueue[tuple[int, str]] = SimpleQueue()
    workers: Workers[int] = Workers(4, lambda job: done.put((job, threading.current_thread().name)))
    for job in range(5):
        workers.submit(job)
        assert done.get(timeout=20) == (job, "cpanel-emu-worker-1")
        workers.done()
    workers.stop(20)


def test_no_more_threads_than_allowed_and_no_job_lost() -> None:
    begun: SimpleQueue[str] = SimpleQueue()
    release = threading.Event()

    def work(_job: int) -> None:
        begun.put(threading.current_thread().name)
        release.wait(20)

    workers: Workers[int] = Workers(3, work)
    for job in range(7):
        workers.submit(job)
    names = {begun.get(timeout=20) for _ in range(3)}
    assert len(names) == 3
    assert begun.empty()
    release.set()
    names |= {begun.get(timeout=20) for _ in range(4)}
    assert names == {f"cpanel-emu-worker-{number}" for number in (1, 2, 3)}
    workers.stop(20)


def test_stopping_ends_the_threads_but_does_not_wait_for_ever() -> None:
    release = threading.Event()
    begun: SimpleQueue[None] = SimpleQueue()

    def work(_job: int) -> None:
        begun.put(None)
        release.wait(20)

    before = set(threading.enumerate())
    workers: Workers[int] = Workers(2, work)
    workers.submit(1)
    begun.get(timeout=20)
    workers.stop(0.05)
    assert len(set(threading.enumerate()) - before) == 1
    release.set()
    workers.stop(20)
    assert set(threading.enumerate()) <= before


def test_a_thread_that_cannot_be_started_costs_no_job(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: SimpleQueue[int] = SimpleQueue()
    workers: Workers[int] = Workers(2, done.put)

    def fail(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        workers.submit(1)
    assert "no further thread" in caplog.text
    workers.submit(2)
    assert [done.get(timeout=20) for _ in range(2)] == [1, 2]
    workers.stop(20)
