"""What a test needs beside Python: programs, Perl modules, Node packages.

A missing one skips the test with the reason, so that the suite is useful on any machine; where
the environment has ``CI`` set it fails the test instead, so that nothing is skipped unseen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

NODE_CLIENTS = Path(__file__).parent / "clients" / "node"
"""Where ``npm ci`` puts the Node clients; the folder's ``package.json`` names them."""


def require_program(name: str) -> str:
    """Return the path of the program *name*; without it the test is skipped, in CI it fails."""
    path = shutil.which(name)
    if path is None:
        _missing(f"the program {name} is not installed")
    return path


def require_perl_module(name: str) -> str:
    """Return the path of a Perl that can load the module *name*."""
    perl = require_program("perl")
    loaded = subprocess.run([perl, f"-M{name}", "-e", "1"], capture_output=True, check=False)
    if loaded.returncode != 0:
        _missing(f"the Perl module {name} is not installed")
    return perl


def require_php_extension(name: str) -> str:
    """Return the path of a PHP that has the extension *name*."""
    php = require_program("php")
    loaded = subprocess.run([php, "-r", f"exit((int) !extension_loaded('{name}'));"], check=False)
    if loaded.returncode != 0:
        _missing(f"the PHP extension {name} is not installed")
    return php


def require_node_package(name: str) -> str:
    """Return the path of a Node for which *name* is installed beside ``tests/clients/node``."""
    node = require_program("node")
    if not (NODE_CLIENTS / "node_modules" / name).is_dir():
        _missing(f"the Node package {name} is missing; run: npm ci --prefix tests/clients/node")
    return node


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"CI must have everything: {reason}")
    pytest.skip(reason)
