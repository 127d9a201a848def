"""The pytest plugin: an emulator for each test, and what the test did with it when it fails.

Installed with the package (entry point ``pytest11``), so every pytest run in that environment
imports this module: it loads nothing of the emulator until a test asks for the fixture.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator

_MARKER = "cpanel_emu"
_MARKER_HELP = (
    "cpanel_emu(emulate_version=…, seed=…, clock=…, faults=[…], all_used=True, …): how the "
    "emulator of this test is started; takes every keyword of cpanel_emu.Emulator. faults lists "
    "the planned faults or names a file of them, all_used makes the test fail if a fault or a stub "
    "was not used."
)
_SECTION = "cpanel-emu"
_running = pytest.StashKey["Emulator"]()
_must_use_all = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("cpanel-emu", "emulated cPanel server")
    group.addoption(
        "--cpanel-emu-release",
        metavar="V",
        help="Release to behave like, for tests whose marker names none.",
    )
    group.addoption(
        "--cpanel-emu-seed",
        metavar="FILE",
        help="TOML file with the accounts and keys to create, for tests whose marker names none.",
    )
    group.addoption(
        "--cpanel-emu-all-used",
        action="store_true",
        help="Fail a test that leaves a planned fault or a stub unused, unless its marker says "
        "all_used=False.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and check the options, once instead of in every test.

    Raises:
        pytest.UsageError: there is no such release, or no such file.
    """
    config.addinivalue_line("markers", _MARKER_HELP)
    release = config.getoption("cpanel_emu_release")
    if release is not None:
        # Most runs in an environment that has the plugin do not use it.
        from cpanel_emu.releases import RELEASES  # noqa: PLC0415

        if release not in RELEASES:
            known = ", ".join(RELEASES)
            raise pytest.UsageError(
                f'--cpanel-emu-release: unknown release "{release}"; choose one of: {known}.'
            )
    seed = config.getoption("cpanel_emu_seed")
    if seed is not None:
        if not Path(seed).is_file():
            raise pytest.UsageError(f"--cpanel-emu-seed: there is no file {seed}.")
        # A test may change the current directory before it asks for the fixture.
        config.option.cpanel_emu_seed = str(Path(seed).absolute())


@pytest.fixture
def cpanel_emu(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Return a running emulated server with the demo seed and nothing else stored.

    It lives in a temporary folder and on free ports of its own, so tests may run side by side;
    the doors open at first use. The marker ``cpanel_emu`` changes how it is started.
    """
    # Heavy, and only needed by tests that get here.
    from cpanel_emu.emulator import Emulator  # noqa: PLC0415
    from cpanel_emu.errors import ConfigurationError  # noqa: PLC0415

    keywords = _marked(request.node)
    for keyword, option in (("emulate_version", "release"), ("seed", "seed")):
        keywords.setdefault(keyword, request.config.getoption(f"cpanel_emu_{option}"))
    faults = () if _names_a_file(keywords.get("faults")) else keywords.pop("faults", ())
    must_use_all = keywords.pop("all_used", request.config.getoption("cpanel_emu_all_used"))
    try:
        emulator = Emulator(**keywords)
    except ConfigurationError as error:
        raise _failure(f"The emulator cannot be started: {error}") from None
    with emulator:
        if faults:
            try:
                emulator.faults.replace(faults)
            except ConfigurationError as error:
                raise _failure(f"The marker {_MARKER} is wrong: {error}") from None
        request.node.stash[_running] = emulator
        request.node.stash[_must_use_all] = must_use_all
        yield emulator


def _names_a_file(faults: object) -> bool:
    """Whether *faults* is the option of that name, not a list."""
    return isinstance(faults, str | os.PathLike)


def _failure(text: str) -> BaseException:
    """Return what fails a test with *text* alone, for ``raise … from None``."""
    return pytest.fail.Exception(text, pytrace=False)


def _marked(item: pytest.Item) -> dict[str, Any]:
    """Return the keywords of all markers of *item*; the one that is nearest to it wins."""
    keywords: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers(_MARKER))):
        if marker.args:
            pytest.fail(f"The marker {_MARKER} takes keywords only.", pytrace=False)
        keywords.update(marker.kwargs)
    return keywords


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed but left prepared answers unused, if it asked for that."""
    result = yield
    if item.stash.get(_must_use_all, False):
        try:
            item.stash[_running].assert_all_answers_used()
        except AssertionError as error:
            raise _failure(str(error)) from None
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show in the report of a failed test what it asked the emulator."""
    report = yield
    emulator = item.stash.get(_running, None)
    if emulator is not None:
        if report.failed:
            from cpanel_emu.testing.history import history  # noqa: PLC0415  (as above)

            report.sections.append((_SECTION, history(emulator)))
        if report.when == "teardown":
            # Else every emulator of the run would stay in memory until its end.
            del item.stash[_running]
    return report
