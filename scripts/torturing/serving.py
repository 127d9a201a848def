"""``cpanel-emu serve`` as a process that may be killed at any time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from torturing.doors import injectable, program_environment
from torturing.injection import VARIABLE, Point
from torturing.state import USER

_PATIENCE = 60.0


class ServerError(Exception):
    """The server did not start, or did not end as it should."""


class Server:
    """A running server over *root*, in a process group of its own.

    Args:
        root: its root.
        options: environment variables of the emulator.
        arguments: more words for ``serve``.
        point: where it kills itself, if anywhere.
        command: what it is started through, such as ``("prlimit", "--nofile=64")``.

    Raises:
        ServerError: it does not start. One that kills itself while it starts does not.
    """

    def __init__(
        self,
        root: Path,
        options: Mapping[str, str] | None = None,
        arguments: tuple[str, ...] = (),
        point: Point | None = None,
        command: tuple[str, ...] = (),
    ) -> None:
        environment = {**program_environment(root), **(options or {})}
        if point is not None:
            environment[VARIABLE] = str(point)
        ports = ["--cpanel=0", "--cpanel-tls=off", "--whm=0", "--whm-tls=off"]
        account = f"--liveapi-user={USER}"  # whoever is added
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the server)
        self.process = subprocess.Popen(
            [*command, *injectable(), "serve", *ports, account, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self.urls: dict[str, str] = {}
        self.is_told_to_end = False
        try:
            self._read_urls()
        except BaseException:
            self.kill()
            raise
        self._drain = threading.Thread(target=self._read_rest, daemon=True)
        self._drain.start()

    @property
    def socket_path(self) -> Path:
        """The LiveAPI socket."""
        return Path(self.urls["liveapi"])

    def _read_urls(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "ready":
                return
            self.urls[word] = rest.strip()
        self.process.wait(_PATIENCE)
        raise ServerError(f"status {self.process.returncode}: {self.errors()[-500:]}")

    def _read_rest(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):
            for _ in self.process.stdout:
                pass

    def errors(self) -> str:
        """Return what it wrote to standard error so far."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def processes(self) -> list[int]:
        """Return the ids of the server's processes, its workers among them."""
        try:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            return [self.process.pid, *map(int, children.read_text().split())]
        except OSError:
            return [self.process.pid]

    def kill(self) -> None:
        """End it at once, with every process of its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def stop(self) -> None:
        """End it cleanly.

        Raises:
            ServerError: its status is not 0.
        """
        self.process.terminate()
        try:
            status = self.process.wait(_PATIENCE)
        finally:
            self.kill()
        if status != 0:
            raise ServerError(f"ended with {status}: {self.errors()[-500:]}")
