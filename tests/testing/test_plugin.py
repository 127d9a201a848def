"""The pytest plugin, as its users have it: tests of a project that is none of ours."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import textwrap

import pytest

pytest_plugins = ["pytester"]

HEAVY = {"click", "cryptography", "jinja2", "lxml", "platformdirs", "werkzeug", "yaml"}
ASK = """
import base64, urllib.error, urllib.request

def ask(url, function="listkeys", login="user:12345luggage"):
    query = "cpanel_jsonapi_module=SSL&cpanel_jsonapi_apiversion=2&cpanel_jsonapi_func=" + function
    request = urllib.request.Request(url + "/json-api/cpanel?" + query)
    pair = base64.b64encode(login.encode()).decode()
    request.add_header("Authorization", "Basic " + pair)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        error.close()
        return str(error.code)
"""
SEED = """
[whm.root]
password = "another"
[accounts.shop]
domain = "shop.example"
password = "another"
"""


# Always in a process of its own: pytester forgets the modules that a run in this one imported, and
# cryptography cannot be imported twice.
@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    pytester.makepyfile(ask=ASK)
    return pytester


def write(project: pytest.Pytester, text: str) -> None:
    """Make *text* the project's only test file."""
    heading = "import pytest\nfrom ask import ask\n"
    project.makepyfile(test_it=heading + textwrap.dedent(text))


def test_pytest_finds_it_where_the_package_is_installed() -> None:
    # As pytest looks for it: metadata that an old build left in the checkout hides no other.
    found = {
        (entry.name, entry.value)
        for distribution in importlib.metadata.distributions()
        for entry in distribution.entry_points
        if entry.group == "pytest11"
    }
    assert ("cpanel_emu", "cpanel_emu.testing.plugin") in found


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, cpanel_emu.testing.plugin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "cpanel_emu.testing.plugin" in loaded
    assert not loaded & HEAVY
    own = {name for name in loaded if name.partition(".")[0] == "cpanel_emu"}
    assert own <= {
        "cpanel_emu",
        "cpanel_emu._version",
        "cpanel_emu.testing",
        "cpanel_emu.testing.plugin",
    }


def test_each_test_has_a_server_with_the_demo_seed_and_nothing_else(
    project: pytest.Pytester,
) -> None:
    write(
        project,
        """
        KEYS = ('{"cpanelresult":{"apiversion":2,"func":"listkeys",'
                '"data":[{"host":"example.com"}],"event":{"result":1},"module":"SSL"}}\\n')
        roots = set()

        @pytest.mark.parametrize("number", [1, 2])
        def test_fresh(cpanel_emu, number):
            assert ask(cpanel_emu.cpanel_url) == KEYS
            assert cpanel_emu.call("SSL", "listcsrs", user="user").outcome.rows == []
            cpanel_emu.call("SSL", "gencsr", user="user", city="Houston", company="cPanel",
                            country="US", host="example.com", state="Texas")
            assert len(cpanel_emu.call("SSL", "listcsrs", user="user").outcome.rows) == 1
            assert all(not root.exists() for root in roots)
            roots.add(cpanel_emu.root.path)
        """,
    )
    project.runpytest_subprocess().assert_outcomes(passed=2)


def test_tests_run_side_by_side(project: pytest.Pytester) -> None:
    write(
        project,
        """
        @pytest.mark.parametrize("number", range(6))
        def test_alone(cpanel_emu, number):
            for _ in range(number):
                ask(cpanel_emu.cpanel_url)
            cpanel_emu.journal.assert_called("SSL", "listkeys", times=number)
        """,
    )
    project.runpytest_subprocess("-n", "2").assert_outcomes(passed=6)


def test_nearest_marker_wins(project: pytest.Pytester) -> None:
    write(
        project,
        """
        pytestmark = pytest.mark.cpanel_emu(emulate_version="11.32", clock="2026-01-05T09:00:00Z")

        def test_module(cpanel_emu):
            assert cpanel_emu.release.name == "11.32"
            assert cpanel_emu.clock.epoch() == 1767603600

        @pytest.mark.cpanel_emu(emulate_version="72", random_seed=1)
        def test_function(cpanel_emu):
            assert cpanel_emu.release.name == "72"
            assert cpanel_emu.clock.epoch() == 1767603600
            assert cpanel_emu.options.random_seed == 1
        """,
    )
    project.runpytest_subprocess("--cpanel-emu-release", "110").assert_outcomes(passed=2)


def test_options_give_release_and_seed(project: pytest.Pytester) -> None:
    project.path.joinpath("seed.toml").write_text(SEED, encoding="utf-8")
    write(
        project,
        """
        def test_options(cpanel_emu):
            assert cpanel_emu.release.name == "110"
            assert cpanel_emu.accounts.names() == ("shop",)

        def test_elsewhere(monkeypatch, tmp_path, request):
            monkeypatch.chdir(tmp_path)
            assert "shop" in request.getfixturevalue("cpanel_emu").accounts.names()
        """,
    )
    arguments = ["--cpanel-emu-release", "110", "--cpanel-emu-seed", "seed.toml"]
    project.runpytest_subprocess(*arguments).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("release", "11.33", '*unknown release "11.33"; choose one of: 11.32, *docs.'),
        ("seed", "missing.toml", "*there is no file missing.toml."),
    ],
)
def test_wrong_options_end_the_run_at_once(
    project: pytest.Pytester, option: str, value: str, message: str
) -> None:
    write(project, "def test_it():\n    pass\n")
    result = project.runpytest_subprocess(f"--cpanel-emu-{option}", value)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('"11.32"', "*takes keywords only."),
        ('emulate_versoin="11.32"', '*The emulator cannot be started: *"emulate_version"*'),
        ('faults=[{"kind": "explode"}]', "*The marker cpanel_emu is wrong: *refuse, fail, delay*"),
        (
            'faults=["drop"]',
            """*The marker cpanel_emu is wrong: Fault: write {"kind": …} *'drop'.""",
        ),
        ('faults="missing.toml"', "*The emulator cannot be started: *missing.toml*"),
    ],
)
def test_wrong_markers_tell_the_mend(
    project: pytest.Pytester, arguments: str, message: str
) -> None:
    write(
        project,
        f"""
        @pytest.mark.cpanel_emu({arguments})
        def test_it(cpanel_emu):
            pass
        """,
    )
    result = project.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*During handling*")


def test_faults_of_a_file_come_back_with_a_reset(project: pytest.Pytester) -> None:
    project.makefile(".toml", faults='[[faults]]\nkind = "refuse"\ntimes = 1\n')
    write(
        project,
        """
        @pytest.mark.cpanel_emu(faults="faults.toml", all_used=True)
        def test_it(cpanel_emu):
            assert ask(cpanel_emu.cpanel_url) == "403"
            cpanel_emu.reset()
            assert ask(cpanel_emu.cpanel_url) == "403"
        """,
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_faults_strike_and_can_be_required(project: pytest.Pytester) -> None:
    write(
        project,
        """
        FAULTS = [{"kind": "refuse", "function": "listkeys", "times": 1}]

        @pytest.mark.cpanel_emu(faults=FAULTS, all_used=True)
        def test_used(cpanel_emu):
            assert ask(cpanel_emu.cpanel_url) == "403"
            assert "example.com" in ask(cpanel_emu.cpanel_url)

        @pytest.mark.cpanel_emu(faults=FAULTS, all_used=True)
        def test_unused(cpanel_emu):
            pass

        @pytest.mark.cpanel_emu(faults=FAULTS)
        def test_asked_by_option(cpanel_emu):
            pass

        @pytest.mark.cpanel_emu(faults=FAULTS, all_used=False)
        def test_not_asked(cpanel_emu):
            pass

        @pytest.mark.cpanel_emu(faults=FAULTS, all_used=True)
        def test_failed_by_itself(cpanel_emu):
            assert 1 == 2
        """,
    )
    result = project.runpytest_subprocess("-rf", "--cpanel-emu-all-used")
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines(
        [
            "Prepared answers that were not used:",
            "  fault 1 (refuse before, listkeys): fitted 0, struck 0",
            "FAILED *test_failed_by_itself - assert 1 == 2",
        ]
    )


def test_report_of_a_failed_test_tells_what_it_asked(project: pytest.Pytester) -> None:
    write(
        project,
        """
        @pytest.mark.cpanel_emu(emulate_version="11.32", faults=[{"kind": "drop", "user": "none"}])
        def test_failed(cpanel_emu):
            ask(cpanel_emu.cpanel_url)
            ask(cpanel_emu.cpanel_url, login="user:wrong")
            cpanel_emu.call("SSL", "gencsr", user="user", host="example.com", password="geheim")
            assert False

        def test_asked_nothing(cpanel_emu):
            assert False

        def test_passed(cpanel_emu):
            cpanel_emu.call("SSL", "listcrts", user="user")

        def test_without(request):
            assert "cpanel_emu" not in request.fixturenames
        """,
    )
    result = project.runpytest_subprocess()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*- cpanel-emu -*",
            "Emulated release 11.32; what was asked, oldest first:",
            "#* SSL::listkeys() as user by json: answered",
            "#* SSL::listkeys by json: 403 *",
            "#* SSL::gencsr(*password=(hidden)*) as user by in-process: failed: *required*",
            "planned fault 1 (drop before, none): fitted 0, struck 0",
            "*- cpanel-emu -*",
            "Emulated release docs; nothing was asked.",
        ]
    )
    result.stdout.no_fnmatch_line("*geheim as*")
    result.stdout.no_fnmatch_line("*listcrts*")


def test_report_is_complete_when_tests_run_side_by_side(project: pytest.Pytester) -> None:
    write(
        project,
        """
        def test_failed(cpanel_emu):
            ask(cpanel_emu.cpanel_url)
            assert False
        """,
    )
    result = project.runpytest_subprocess("-n", "1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["#* SSL::listkeys() as user by json: answered"])


def test_only_the_newest_entries_are_told(project: pytest.Pytester) -> None:
    write(
        project,
        """
        def test_failed(cpanel_emu):
            for _ in range(60):
                cpanel_emu.call("SSL", "listcrts", user="user")
            assert False
        """,
    )
    result = project.runpytest_subprocess()
    result.stdout.fnmatch_lines(["(10 older entries are left out.)", "#11 SSL::*", "#60 SSL::*"])
    result.stdout.no_fnmatch_line("#10 SSL::*")
