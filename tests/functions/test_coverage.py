"""The coverage table says what the registry and the releases say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cpanel_emu.call import Api
from cpanel_emu.functions.coverage import Way, coverage, rst_table, table, text_table
from cpanel_emu.functions.registry import Function, Status
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.releases import RELEASES

ROOT = Path(__file__).resolve().parents[2]
EVERY = list(RELEASES.values())


def _one(api: Api, name: str) -> Function:
    function = REGISTRY.find(api, "SSL", name)
    assert function is not None
    return function


# From the table of ssl §6.1 and wire §1.2.
@pytest.mark.parametrize(
    ("api", "name", "release", "ways"),
    [
        (Api.API2, "gencsr", "11.32", "JXWTL"),
        (Api.API2, "gencsr", "11.44", "JXWTL"),
        (Api.API2, "gencsr", "72", "JXWTLC"),
        (Api.API2, "gencsr", "110", "JWLC"),
        (Api.API2, "gencsr", "docs", "JXWTLC"),
        (Api.API1, "showcsr", "11.36", "JXWTL"),
        (Api.UAPI, "generate_csr", "11.32", "-"),
        (Api.UAPI, "generate_csr", "11.40", "-"),
        (Api.UAPI, "generate_csr", "11.44", "JXWEL"),
        (Api.UAPI, "generate_csr", "72", "JXWELC"),
        (Api.UAPI, "generate_csr", "110", "JWELC"),
        (Api.UAPI, "generate_csr", "docs", "JXWELC"),
    ],
)
def test_ways(api: Api, name: str, release: str, ways: str) -> None:
    _, (row,) = table([_one(api, name)], [RELEASES[release]])
    assert row[-1] == ways


def test_every_combination_is_there_once() -> None:
    entries = list(coverage(REGISTRY, EVERY))
    assert len(entries) == len(list(REGISTRY)) * len(Way) * len(EVERY)
    assert len({(one.function, one.way, one.release.name) for one in entries}) == len(entries)
    assert {one.word for one in entries} == {"implemented", "stubbed", "unknown"}
    for one in entries:
        assert one.status in {None, one.function.status}


def test_text() -> None:
    stub, done = _one(Api.API1, "getsslinfo"), _one(Api.API2, "gencsr")
    text = text_table([stub, done], [RELEASES["11.32"], RELEASES["110"]])
    assert text.splitlines()[:4] == [
        "family  function         status       11.32  110",
        "------  ---------------  -----------  -----  ----",
        "API 2   SSL::gencsr      implemented  JXWTL  JWLC",
        "API 1   SSL::getsslinfo  stubbed      JXWTL  JWLC",
    ]
    assert "\nT tags of theme pages\n" in text
    assert stub.status is Status.STUBBED


def test_rst() -> None:
    text = rst_table([_one(Api.API2, "gencsr")], [RELEASES["docs"]])
    assert text.endswith(
        "======  ===============  ===========  ======\n"
        "family  function         status       docs\n"
        "======  ===============  ===========  ======\n"
        "API 2   ``SSL::gencsr``  implemented  JXWTLC\n"
        "======  ===============  ===========  ======\n"
    )


def test_the_page_of_the_manual_is_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "docs_pages.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
