"""A certificate authority of the tests: openssl's own tool, with a root and an intermediate."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.certificates.examples import key_path
from tests.requirements import require_program

_CONFIGURATION = """
[req]
prompt = no
distinguished_name = name
[name]
CN = unused
[authority]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
"""


@dataclass(frozen=True)
class Authority:
    """Signs requests; its certificates are PEM."""

    folder: Path
    root: str
    intermediate: str

    def sign(self, request: str, days: int = 90) -> str:
        """Sign a CSR as a real authority does, keeping the names it asks for."""
        return self._openssl(
            "x509", "-req", "-copy_extensions", "copy", "-days", str(days), "-sha256",
            "-CA", self._file("intermediate.pem"), "-CAkey", key_path("pool/rsa-2048-2"),
            "-CAcreateserial", "-extfile", self._file("ca.cnf"), "-extensions", "leaf",
            given=request,
        )  # fmt: skip

    def _openssl(self, *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [require_program("openssl"), *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _file(self, name: str) -> str:
        return str(self.folder / name)

    @classmethod
    def make(cls, folder: Path) -> Authority:
        """Make the authority in an empty *folder*."""
        (folder / "ca.cnf").write_text(_CONFIGURATION)
        empty = cls(folder, "", "")
        root = empty._openssl(
            "req", "-new", "-x509", "-days", "3650", "-sha256", "-subj", "/CN=Test Root",
            "-key", key_path("pool/rsa-2048-1"), "-config", empty._file("ca.cnf"),
            "-extensions", "authority",
        )  # fmt: skip
        (folder / "root.pem").write_text(root + "\n")
        request = empty._openssl(
            "req", "-new", "-sha256", "-subj", "/CN=Test Intermediate",
            "-key", key_path("pool/rsa-2048-2"), "-config", empty._file("ca.cnf"),
        )  # fmt: skip
        intermediate = empty._openssl(
            "x509", "-req", "-days", "1825", "-sha256", "-CA", empty._file("root.pem"),
            "-CAkey", key_path("pool/rsa-2048-1"), "-CAcreateserial",
            "-extfile", empty._file("ca.cnf"), "-extensions", "authority", given=request,
        )  # fmt: skip
        (folder / "intermediate.pem").write_text(intermediate + "\n")
        return cls(folder, root, intermediate)
