"""What the tests of certificates share."""

from __future__ import annotations

import pytest

from tests.certificates.authority import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a certificate authority made by openssl."""
    return Authority.make(tmp_path_factory.mktemp("authority"))
