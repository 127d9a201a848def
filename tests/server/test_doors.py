"""The ports that an emulator's options ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.errors import ConfigurationError


def test_a_port_that_is_off_names_its_option(tmp_path: Path) -> None:
    off = {"cpanel_tls": "off", "whm": "off", "whm_tls": "off", "liveapi": "off"}
    with Emulator(root=tmp_path, cpanel=0, **off) as emulator:
        emulator.open_doors()
        with pytest.raises(ConfigurationError, match="give --cpanel-tls a number"):
            _ = emulator.cpanel_tls_url
        with pytest.raises(ConfigurationError, match="give --whm a number"):
            _ = emulator.whm_url
