"""What each of several processes is given; `tests.cli` starts real ones."""

from __future__ import annotations

import pytest

from cpanel_emu.server.processes import core_of


@pytest.mark.parametrize(
    ("processes", "cores", "expected"),
    [
        (2, [0, 1], [0, 1]),
        (5, [3, 7], [3, 7, 3, 7, 3]),
        (2, [0, 1, 2, 3], [None, None]),
        (2, [0], [None, None]),
        (2, [], [None, None]),
    ],
)
def test_a_process_for_each_core_keeps_to_it(
    processes: int, cores: list[int], expected: list[int | None]
) -> None:
    assert [core_of(number, processes, cores) for number in range(processes)] == expected
