"""Progress is for people who wait at a terminal, and for nobody else."""

from __future__ import annotations

import io

import pytest

from cpanel_emu.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_within_the_first_second() -> None:
    stream, clock = Terminal(), Clock()
    with Progress("pages", 10, stream=stream, clock=clock) as progress:
        clock.now += 0.9
        progress.step()
    assert stream.getvalue() == ""


def test_a_count_after_it_and_nothing_left_at_the_end() -> None:
    stream, clock = Terminal(), Clock()
    with Progress("pages", 10, stream=stream, clock=clock) as progress:
        progress.step()
        clock.now += 1.1
        progress.step()
        progress.step()  # too soon after the last one
    assert stream.getvalue() == "\r\x1b[Kpages: 2 of 10 (20 %)\r\x1b[K"


def test_a_total_that_is_known_later() -> None:
    stream, clock = Terminal(), Clock()
    with Progress("files", stream=stream, clock=clock) as progress:
        progress.expect(4)
        clock.now += 2
        progress.step()
    assert "files: 1 of 4 (25 %)" in stream.getvalue()


def test_without_a_total() -> None:
    stream, clock = Terminal(), Clock()
    with Progress("files", stream=stream, clock=clock) as progress:
        for _ in progress.each(range(3)):
            clock.now += 1
    assert "files: 3" in stream.getvalue()


def test_the_line_is_taken_away_after_an_interrupt() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress("x", stream=stream, clock=clock)
    clock.now += 2
    progress.step()
    with pytest.raises(KeyboardInterrupt), progress:
        raise KeyboardInterrupt
    assert stream.getvalue().endswith("x: 1\r\x1b[K")


def test_nothing_on_a_stream_that_is_no_terminal() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress("pages", stream=stream, clock=clock) as progress:
        clock.now += 10
        progress.step()
    assert stream.getvalue() == ""
