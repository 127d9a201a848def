"""A signal that comes at any moment of waiting for one."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Sends a signal at each step that Python takes inside of `wait`, one step later in each round.
PROGRAM = """
import signal, sys
from cpanel_emu.server.ending import Ending

def at_step(chosen):
    steps = 0
    def trace(frame, event, argument):
        nonlocal steps
        frame.f_trace_opcodes = True
        if event == "opcode":
            steps += 1
            if steps == chosen:
                signal.raise_signal(signal.%s)
        return trace
    return trace

step, came = 0, True
while came:
    step += 1
    ending = Ending()
    sys.settrace(at_step(step))
    came = ending.wait(0.01) or ending.wait(0)
    sys.settrace(None)
print(step)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_at_any_step_of_waiting(name: str) -> None:
    done = run(PROGRAM % name)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 10  # the first step at which no signal came


# The handler cannot run while the main thread waits, and here nothing interrupts its wait: the
# same as a signal that comes when it is about to wait.
TO_ANOTHER_THREAD = """
import signal, threading, time
from cpanel_emu.server.ending import Ending

def send():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.%s)

ending = Ending()
threading.Thread(target=send).start()
print(ending.wait(30))
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_that_does_not_interrupt_the_wait(name: str) -> None:
    done = run(TO_ANOTHER_THREAD % name)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "True\n")


IGNORED = """
import signal
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from cpanel_emu.server.ending import Ending

ending = Ending()
signal.raise_signal(signal.SIGHUP)
print(ending.wait(0.2))
"""


def test_nohup_is_heeded() -> None:
    done = run(IGNORED)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "False\n")
