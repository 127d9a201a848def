"""The PHP files that pages include, in PHP 7.4 itself: the oldest that must run them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from cpanel_emu import resources
from tests.requirements import require_program

HERE = Path(__file__).parent
PHP74 = HERE / "php74"
LIVEAPI = HERE.parents[1] / "cpanel_emu" / "liveapi"
CLASS = LIVEAPI / "classes" / "php" / "cpanel.php"
PLUGIN_PAGE = resources.templates() / "x3" / "liveapi" / "gencsr.live.php"

STRICTLY = "<?php error_reporting(-1); ini_set('display_errors', '1');"
METHODS = (
    "__construct __destruct api2 api1 uapi api exec fetch cpanelprint cpanellangprint cpanelif "
    "cpanelfeature header footer end get_result set_debug get_debug_level debug_log "
    "debug_log_json get_debug_log"
)


def run_php74(code: str, places: Mapping[str, Path]) -> str:
    """Return what *code* prints in PHP 7.4, which has files or folders at *places*."""
    node = require_program("node")
    if not (PHP74 / "node_modules").is_dir():
        reason = f"PHP 7.4 is not installed; run: npm ci --prefix {PHP74}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    pairs = [
        f"{place}/{path.name}={path}"
        for place, folder in places.items()
        for path in (folder.iterdir() if folder.is_dir() else [folder])
    ]
    done = subprocess.run(
        [node, PHP74 / "run.js", STRICTLY + code, *pairs],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_it_is_php_7_4() -> None:
    assert run_php74("echo PHP_VERSION;", {}).startswith("7.4.")


def test_the_class() -> None:
    code = """
        require '/class/cpanel.php';
        echo implode(' ', get_class_methods('CPANEL')), "\\n";
        try {
            new CPANEL();
        } catch (RuntimeException $error) {
            echo $error->getMessage();
        }
    """
    message = (
        "LiveAPI: no socket to connect to; the name of a page must end in .live.php or .livephp"
    )
    assert run_php74(code, {"/class": CLASS}) == f"{METHODS}\n{message}"


def test_the_plugin_page_of_the_demo_theme() -> None:
    code = """
        putenv('CPANEL_EMU_LOCAL_CPANEL=/root');
        require '/emu/prelude.php';
        try {
            require '/page/gencsr.live.php';
        } catch (RuntimeException $error) {
            echo 'no socket';
        }
        echo ' ', escaped('"<'), ' ', count(sent_fields());
    """
    places = {"/emu": LIVEAPI / "php", "/root/php": CLASS, "/page": PLUGIN_PAGE}
    assert run_php74(code, places) == "no socket &quot;&lt; 8"


def test_the_files_of_a_page() -> None:
    code = """
        putenv('HOME=/tmp');
        putenv('CPANEL_EMU_LOCAL_CPANEL=/root');
        require '/emu/prelude.php';
        require '/pages/file_map.live.php';
    """
    lines = run_php74(
        code, {"/emu": LIVEAPI / "php", "/root/php": CLASS, "/pages": HERE / "php"}
    ).splitlines()
    assert lines[-1].startswith("1..")
    assert [line for line in lines[:-1] if not line.startswith("ok ")] == []
