"""Options: the order of sources, strict values, and messages that teach."""

from __future__ import annotations

import dataclasses
import datetime
import errno
import ipaddress
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.option_values import is_loopback
from cpanel_emu.options import OPTIONS, Options, resolve


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def message(flags: dict[str, object], environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        resolve(flags, environ or {})
    text = str(caught.value)
    assert text.isprintable()
    return text


def test_the_table_and_the_fields_agree() -> None:
    assert {option.field for option in OPTIONS} == {
        field.name for field in dataclasses.fields(Options)
    }
    assert len({option.variable for option in OPTIONS}) == len(OPTIONS)
    for option in OPTIONS:
        assert option.help.endswith("."), option.name
        assert option.default_text, option.name


def test_defaults(root: Path) -> None:
    assert resolve({"root": root}, {}) == Options(
        root=root,
        seed=None,
        emulate_version="docs",
        host="127.0.0.1",
        cpanel=2082,
        cpanel_tls=2083,
        whm=2086,
        whm_tls=2087,
        liveapi=root / "liveapi.sock",
        liveapi_user=None,
        theme=None,
        stubs=None,
        strict=False,
        page_cache=None,
        clock=None,
        random_seed=None,
        key_pool=None,
        fsync=False,
        control=True,
        control_allow=(),
        faults=None,
        lockout=None,
        tls_cert=None,
        tls_key=None,
        workers=1,
        threads=16,
        max_connections=1000,
        max_head=1_048_576,
        max_body=16_777_216,
        head_timeout=60.0,
        body_timeout=120.0,
        idle_timeout=70.0,
        write_timeout=60.0,
        config=None,
    )


def test_the_default_root_is_the_users_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    root = resolve({}, {}).root
    assert root.is_relative_to(tmp_path)
    assert root.name == "cpanel-emu"
    assert not root.exists()


def test_flag_before_environment_before_file_before_default(root: Path) -> None:
    (root / "cpanel-emu.toml").write_text("cpanel = 1\nwhm = 1\nwhm-tls = 1\n")
    environ = {"CPANEL_EMU_CPANEL": "2", "CPANEL_EMU_WHM": "2", "CPANEL_EMU_ROOT": str(root)}
    options = resolve({"cpanel": "3"}, environ, defaults={"cpanel_tls": 4, "whm_tls": 4})
    assert (options.cpanel, options.whm, options.whm_tls, options.cpanel_tls) == (3, 2, 1, 4)
    assert options.config == root / "cpanel-emu.toml"


def test_none_and_empty_are_not_given(root: Path) -> None:
    environ = {"CPANEL_EMU_ROOT": str(root), "CPANEL_EMU_WHM": "", "CPANEL_EMU_CPANEL": "5"}
    environ["CPANEL_EMU_CONTROL_ALLOW"] = "10.0.0.0/8"
    options = resolve({"cpanel": None, "control_allow": ()}, environ)
    assert (options.whm, options.cpanel) == (2086, 5)
    assert options.control_allow == (ipaddress.ip_network("10.0.0.0/8"),)


def test_every_option_is_an_environment_variable_and_a_key(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    texts = {
        "root": str(root),
        "seed": str(tmp_path / "file"),
        "emulate-version": "11.32",
        "host": "::1",
        "cpanel": "0",
        "cpanel-tls": "off",
        "whm": "65535",
        "whm-tls": "1",
        "liveapi": "off",
        "liveapi-user": "anna",
        "theme": str(tmp_path),
        "stubs": str(tmp_path),
        "strict": "on",
        "page-cache": str(tmp_path / "cache"),
        "clock": "2026-01-05T09:00:00Z",
        "random-seed": "7",
        "key-pool": str(tmp_path),
        "fsync": "on",
        "control": "off",
        "control-allow": "172.17.0.0/16, fd00::/8",
        "faults": str(tmp_path / "file"),
        "lockout": "5",
        "tls-cert": str(tmp_path / "file"),
        "tls-key": str(tmp_path / "file"),
        "workers": "2",
        "threads": "3",
        "max-connections": "4",
        "max-head": "64K",
        "max-body": "2G",
        "head-timeout": "1.5",
        "body-timeout": "2.5",
        "idle-timeout": "3.5",
        "write-timeout": "4.5",
    }
    environ = {f"CPANEL_EMU_{name.upper().replace('-', '_')}": text for name, text in texts.items()}
    expected = Options(
        root=root,
        seed=tmp_path / "file",
        emulate_version="11.32",
        host="::1",
        cpanel=0,
        cpanel_tls=None,
        whm=65535,
        whm_tls=1,
        liveapi=None,
        liveapi_user="anna",
        theme=tmp_path,
        stubs=tmp_path,
        strict=True,
        page_cache=tmp_path / "cache",
        clock=datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC),
        random_seed=7,
        key_pool=tmp_path,
        fsync=True,
        control=False,
        control_allow=(ipaddress.ip_network("172.17.0.0/16"), ipaddress.ip_network("fd00::/8")),
        faults=tmp_path / "file",
        lockout=5,
        tls_cert=tmp_path / "file",
        tls_key=tmp_path / "file",
        workers=2,
        threads=3,
        max_connections=4,
        max_head=65_536,
        max_body=2_147_483_648,
        head_timeout=1.5,
        body_timeout=2.5,
        idle_timeout=3.5,
        write_timeout=4.5,
        config=None,
    )
    assert resolve({}, environ) == expected
    file = tmp_path / "all.toml"
    file.write_text("".join(f"{name} = '{text}'\n" for name, text in texts.items()))
    assert resolve({"config": file}, {}) == dataclasses.replace(expected, config=file)


def test_native_values_of_toml_and_python(root: Path) -> None:
    (root / "cpanel-emu.toml").write_text(
        "cpanel = 0\nwhm = false\ncontrol = false\nclock = 2026-01-05T09:00:00Z\n"
        'control_allow = ["10.0.0.0/8"]\nlockout = false\n'
    )
    options = resolve({"root": str(root)}, {})
    assert (options.cpanel, options.whm, options.control, options.lockout) == (0, None, False, None)
    assert options.clock == datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)
    assert options.control_allow == (ipaddress.ip_network("10.0.0.0/8"),)


def test_a_time_without_offset_is_utc(root: Path) -> None:
    clock = resolve({"root": root, "clock": "2026-01-05 09:00"}, {}).clock
    assert clock == datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)


def test_paths_start_where_they_are_written(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere" / "theme").mkdir(parents=True)
    (tmp_path / "stubs").mkdir()
    (tmp_path / "elsewhere" / "emu.toml").write_text('theme = "theme"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    options = resolve(
        {"config": "elsewhere/emu.toml", "root": "~/root"}, {"CPANEL_EMU_STUBS": "stubs"}
    )
    assert options.theme == tmp_path / "elsewhere" / "theme"
    assert options.stubs == tmp_path / "stubs"
    assert options.root == root
    assert options.config == tmp_path / "elsewhere" / "emu.toml"


def test_a_current_directory_that_is_gone_matters_to_relative_paths_only(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert resolve({"root": root}, {}).root == root
    assert "write an absolute path" in message({"root": "relative"})


def test_a_given_file_may_name_the_root_whose_own_file_is_then_not_read(
    root: Path, tmp_path: Path
) -> None:
    (root / "cpanel-emu.toml").write_text("cpanel = 1\n")
    (tmp_path / "given.toml").write_text('root = "root"\nwhm = 1\n')
    options = resolve({"config": tmp_path / "given.toml"}, {})
    assert (options.root, options.whm, options.cpanel) == (root, 1, 2082)


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("cpanel", "abc", 'write a number from 0 to 65535 (0: any free port), or "off"'),
        ("cpanel", "65536", "write a number from 0 to 65535"),
        ("cpanel", "-1", "write a number from 0 to 65535"),
        ("cpanel", "²", "write a number from 0 to 65535"),
        ("cpanel", True, "write a number from 0 to 65535"),
        ("cpanel", 20.82, "write a number from 0 to 65535"),
        ("control", "false", 'write "on" or "off"'),
        ("control", "true", 'write "on" or "off"'),
        ("control", "ON", 'write "on" or "off"'),
        ("control", 1, 'write "on" or "off"'),
        ("lockout", "0", 'write a number from 1 up, or "off"'),
        ("workers", "0", "write a number from 1 up"),
        ("workers", "off", "write a number from 1 up"),
        ("max-body", "0", "write a number of bytes from 1 up"),
        ("max-body", "0M", "write a number of bytes from 1 up"),
        ("max-body", "M", "write a number of bytes from 1 up"),
        ("max-body", "1m", 'with K, M or G, such as "16M"'),
        ("max-body", "1.5M", "write a number of bytes from 1 up"),
        ("max-body", 1.5, "write a number of bytes from 1 up"),
        ("head-timeout", "0", "write a number of seconds, more than 0"),
        ("head-timeout", "-1", "write a number of seconds, more than 0"),
        ("head-timeout", "1e3", "write a number of seconds, more than 0"),
        ("head-timeout", "inf", "write a number of seconds, more than 0"),
        ("head-timeout", float("nan"), "write a number of seconds, more than 0"),
        ("head-timeout", True, "write a number of seconds, more than 0"),
        ("random-seed", "x", "write a number from 0 up"),
        ("emulate-version", "11.33", "write one of the texts 11.32, 11.36,"),
        ("emulate-version", 11.4, "(in TOML, in quotes)"),
        ("emulate-version", [], "(in TOML, in quotes)"),
        ("host", "", "write an IP address or a host name"),
        ("host", "a b", "write an IP address or a host name"),
        ("host", "::1::", "write an IP address or a host name"),
        ("clock", "yesterday", "write a time as ISO 8601"),
        ("clock", datetime.date(2026, 1, 5), "write a time as ISO 8601"),
        ("control-allow", "172.17.0.1/16", 'write "172.17.0.0/16"'),
        ("control-allow", "everybody", 'write one as "172.17.0.0/16"'),
        ("control-allow", [5], "write networks with commas between"),
        ("control-allow", 5, "write networks with commas between"),
        ("root", "", "write a path"),
        ("root", "a\0b", "write a path"),
        ("root", 5, "write a path"),
        ("root", "~nobody-of-this-name/x", "whose home is meant"),
        ("liveapi", 5, "write a path"),
        ("liveapi-user", "root", "write the name of an account"),
        ("liveapi-user", "../x", "write the name of an account"),
        ("theme", "/nowhere/at/all", "there is no folder '/nowhere/at/all';"),
        ("seed", "/nowhere/at/all", "there is no file '/nowhere/at/all';"),
        ("config", "/nowhere/at/all", "there is no file '/nowhere/at/all';"),
    ],
)
def test_a_bad_value_names_option_place_and_mend(name: str, value: object, mend: str) -> None:
    field = name.replace("-", "_")
    flag = message({"root": "/nowhere", field: value})
    assert flag.startswith(f"Option {name} cannot be ")
    assert f"(--{name}): " in flag
    assert mend in flag


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", 1), ("2K", 2048), ("16M", 16_777_216), ("1G", 1_073_741_824), (100, 100)],
)
def test_sizes_take_units(root: Path, value: object, expected: int) -> None:
    assert resolve({"root": root, "max_body": value}, {}).max_body == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("0.5", 0.5), ("60", 60.0), (2, 2.0), (0.25, 0.25)]
)
def test_times_take_fractions(root: Path, value: object, expected: float) -> None:
    assert resolve({"root": root, "head_timeout": value}, {}).head_timeout == expected


def test_the_place_of_a_bad_value_is_named(root: Path) -> None:
    assert message({}, {"CPANEL_EMU_CPANEL": "x", "CPANEL_EMU_ROOT": str(root)}) == (
        "Option cpanel cannot be 'x' (environment variable CPANEL_EMU_CPANEL): "
        'write a number from 0 to 65535 (0: any free port), or "off".'
    )
    file = root / "cpanel-emu.toml"
    file.write_text("cpanel = 'x'\n")
    assert f'(key "cpanel" in {file}): ' in message({"root": root})


def test_a_secret_pasted_in_the_wrong_place_is_cut() -> None:
    assert len(message({"cpanel": "x" * 10_000})) < 250


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "emulate-versoin = 1",
            "unknown name 'emulate-versoin'; did you mean \"emulate-version\"?",
        ),
        ("whm_tsl = 1", "unknown name 'whm_tsl'; did you mean \"whm-tls\"?"),
        ("[server]", "unknown name 'server'; "),
        ("config = 'x'", "unknown name 'config'; "),
        ("root = 'x'", '"root" cannot stand in the file that is found by the root'),
        ("whm-tls = 1\nwhm_tls = 2", '"whm-tls" stands there twice'),
        ("cpanel = ", "is no TOML file: Invalid value (at end of document)."),
    ],
)
def test_a_wrong_file_is_named_with_the_mend(root: Path, text: str, expected: str) -> None:
    file = root / "cpanel-emu.toml"
    file.write_text(text)
    got = message({"root": root})
    assert got.startswith(str(file))
    assert expected in got


def test_a_file_that_is_no_utf8(root: Path) -> None:
    (root / "cpanel-emu.toml").write_bytes(b"\xff\xfe")
    assert "is no TOML file" in message({"root": root})


def test_a_file_that_may_not_be_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "cpanel-emu.toml").write_text("")

    def refuse(*_arguments: object, **_keywords: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert message({"root": root}) == (f"{root}/cpanel-emu.toml cannot be read: Permission denied.")


def test_an_unknown_keyword_names_the_nearest() -> None:
    assert message({"emulate_versoin": "docs"}) == (
        "Option given as keyword: unknown name 'emulate_versoin'; did you mean \"emulate_version\"?"
    )
    with pytest.raises(ConfigurationError, match="given as default"):
        resolve({}, {}, defaults={"prot": 1})


def test_unknown_variables_are_left_alone(root: Path) -> None:
    # Kubernetes sets such names for a service that is called cpanel-emu.
    environ = {"CPANEL_EMU_SERVICE_PORT": "80", "CPANEL_EMU_PORT": "tcp://10.0.0.1:2082"}
    assert resolve({"root": root}, environ).cpanel == 2082


def test_certificate_and_key_belong_together(root: Path) -> None:
    (root / "x.pem").write_text("")
    assert "give both, or neither" in message({"root": root, "tls_cert": root / "x.pem"})


def test_the_release_is_that_of_the_version(root: Path) -> None:
    assert resolve({"root": root, "emulate_version": "11.36"}, {}).release.name == "11.36"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("localhost.example.com", False),
    ],
)
def test_what_is_loopback(root: Path, host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
    assert resolve({"root": root, "host": host}, {}).is_loopback is expected


def test_an_address_in_brackets_loses_them(root: Path) -> None:
    assert resolve({"root": root, "host": "[::1]"}, {}).host == "::1"


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from([option.field for option in OPTIONS]), json_like)
def test_any_value_is_read_or_refused_in_one_line(field: str, value: object) -> None:
    refusal = ""
    try:
        resolve({"root": "/nowhere", field: value}, {})
    except ConfigurationError as error:
        refusal = str(error)
    assert refusal.isprintable()


def test_nothing_heavy_is_imported() -> None:
    program = "import sys, cpanel_emu.options; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout.split()
    heavy = {"click", "platformdirs", "tomllib", "cryptography", "OpenSSL", "werkzeug", "lxml"}
    assert heavy.isdisjoint(output)
