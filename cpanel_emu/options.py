"""Every option of the emulator: one table, from which command line, documentation and code read.

A value comes from the first of: flag or keyword, environment variable ``CPANEL_EMU_<NAME>``,
TOML file, default. `resolve` is the way from there to the typed `Options`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpanel_emu import option_values as read
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.releases import DEFAULT_RELEASE, Release, release_named
from cpanel_emu.root import Root
from cpanel_emu.suggest import shown, unknown

ENVIRONMENT_PREFIX = "CPANEL_EMU_"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for, checked and typed. Paths are absolute.

    Where ``None`` is not the text ``off`` of the table, it means: not given.
    """

    root: Path
    seed: Path | None
    emulate_version: str
    host: str
    cpanel: int | None
    cpanel_tls: int | None
    whm: int | None
    whm_tls: int | None
    liveapi: Path | None
    theme: Path | None
    stubs: Path | None
    clock: datetime.datetime | None
    random_seed: int | None
    key_pool: Path | None
    control: bool
    control_allow: tuple[read.Network, ...]
    lockout: int | None
    tls_cert: Path | None
    tls_key: Path | None
    workers: int
    config: Path | None

    @property
    def release(self) -> Release:
        """The release whose behaviour is emulated."""
        return release_named(self.emulate_version)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server; others refuse the demo credentials."""
        return read.is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class Option:
    """One row of the table.

    ``default`` is the typed value; ``default_text`` is how help and documentation tell it.
    ``parse`` takes a raw value and the folder at which relative paths start, and raises
    `ValueError` with the mend. ``repeatable`` options may be given more than once.
    """

    name: str
    metavar: str
    parse: Callable[[object, Path], Any]
    default: Any
    default_text: str
    help: str
    repeatable: bool = False

    @property
    def field(self) -> str:
        """Name in `Options`, in keywords and among click's parameters."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return ENVIRONMENT_PREFIX + self.field.upper()


OPTIONS: tuple[Option, ...] = (
    Option(
        "root",
        "DIR",
        read.path,
        None,
        "the per-user state directory",
        "Where the emulated server's files lie: accounts, keys, CSRs, sessions. Made if missing.",
    ),
    Option(
        "seed",
        "FILE",
        read.existing_file,
        None,
        "the demo seed, when the root is empty",
        "TOML file with the accounts and keys to create.",
    ),
    Option(
        "emulate-version",
        "V",
        read.release_name,
        DEFAULT_RELEASE,
        DEFAULT_RELEASE,
        "Which release to behave like: 11.32, 11.36, 11.40, 11.44, 72, 110, or docs, which is 110 "
        "as documented, with XML and tags.",
    ),
    Option(
        "host",
        "ADDR",
        read.address,
        "127.0.0.1",
        "127.0.0.1",
        "Address to listen on. Any but a loopback address refuses the published demo credentials: "
        "give --seed with your own.",
    ),
    Option(
        "cpanel",
        "PORT",
        read.port,
        2082,
        "2082",
        'Port for cPanel without TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "cpanel-tls",
        "PORT",
        read.port,
        2083,
        "2083",
        'Port for cPanel with TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "whm",
        "PORT",
        read.port,
        2086,
        "2086",
        'Port for WHM without TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "whm-tls",
        "PORT",
        read.port,
        2087,
        "2087",
        'Port for WHM with TLS; 0 is any free port, "off" none.',
    ),
    Option(
        "liveapi",
        "SOCKET",
        read.path_or_off,
        None,
        "liveapi.sock in the root",
        'Unix socket for LiveAPI programs; "off" for none.',
    ),
    Option(
        "theme",
        "DIR",
        read.existing_directory,
        None,
        "the packaged demo theme",
        "Theme folder; its pages are served below /frontend/THEME/.",
    ),
    Option(
        "stubs",
        "DIR",
        read.existing_directory,
        None,
        "none",
        "Canned answers for functions that are not emulated, one file Module__function.json each.",
    ),
    Option(
        "clock",
        "TIME",
        read.moment,
        None,
        "the real clock",
        "Stand still at this time, ISO 8601 (UTC if it does not say), so that answers repeat.",
    ),
    Option(
        "random-seed",
        "N",
        read.number_seed,
        None,
        "none",
        "Make tokens, session names and $random repeat. Keys come from --key-pool.",
    ),
    Option(
        "key-pool",
        "DIR",
        read.existing_directory,
        None,
        "none",
        "Hand out the key files of this folder in name order instead of generating keys.",
    ),
    Option(
        "control",
        "on|off",
        read.switch,
        True,
        "on",
        "Serve the control namespace /_emu/ (health, reset, journal …).",
    ),
    Option(
        "control-allow",
        "NET",
        read.networks,
        (),
        "loopback only",
        "Network that may use the control namespace besides loopback, such as 172.17.0.0/16 for "
        "Docker. More than one: repeat, or put commas between.",
        repeatable=True,
    ),
    Option(
        "lockout",
        "N",
        read.count_or_off,
        None,
        "off",
        "Failed logins per minute and address before a short refusal.",
    ),
    Option(
        "tls-cert",
        "FILE",
        read.existing_file,
        None,
        "one made at first start",
        "Certificate chain, PEM, for the TLS ports; needs --tls-key.",
    ),
    Option(
        "tls-key",
        "FILE",
        read.existing_file,
        None,
        "one made at first start",
        "Private key, PEM, for the TLS ports; needs --tls-cert.",
    ),
    Option(
        "workers",
        "N",
        read.count,
        1,
        "1",
        "Processes that answer; they share the root.",
    ),
    Option(
        "config",
        "FILE",
        read.existing_file,
        None,
        "cpanel-emu.toml in the root, if there",
        "TOML file with any of these options, without the dashes in front. Relative paths in it "
        "start at its folder.",
    ),
)
"""Every option, in the order of the documentation."""

_BY_FIELD: Mapping[str, Option] = {option.field: option for option in OPTIONS}
_NOT_IN_FILES = frozenset({"config"})


@dataclass(frozen=True, slots=True)
class _Source:
    """Raw values by field, and how a message names where one of them stands."""

    values: Mapping[str, object]
    base: Path
    place: Callable[[Option], str]


def resolve(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    *,
    defaults: Mapping[str, object] | None = None,
) -> Options:
    """Return the options from *flags*, *environ*, the TOML file and the defaults, in this order.

    Args:
        flags: raw values by field name (``cpanel_tls``); ``None`` is "not given". Keywords of
            `Emulator` and `create_app` come here too.
        environ: the environment; an empty variable is "not given". Unknown variables that begin
            with ``CPANEL_EMU_`` are left alone: Kubernetes makes such names by itself.
        defaults: raw values that stand in for the table's defaults, by field name.

    Raises:
        ConfigurationError: an unknown name or a bad value; the text tells where and the mend.
    """
    here = Path.cwd()
    given = _Source(_known(flags, "keyword"), here, lambda option: f"--{option.name}")
    environment = _Source(
        {o.field: environ[o.variable] for o in OPTIONS if environ.get(o.variable)},
        here,
        lambda option: f"environment variable {option.variable}",
    )
    own_defaults = _Source(
        _known(defaults or {}, "default"), here, lambda o: f"default of {o.name}"
    )
    sources = [given, environment]
    config = _first(_BY_FIELD["config"], sources)
    if config is not None:
        sources.append(_file(config))
    sources.append(own_defaults)
    root = _first(_BY_FIELD["root"], sources) or _user_root()
    if config is None and Root(root).config_file.is_file():
        config = Root(root).config_file
        sources.insert(2, _file_in_root(config))
    return _build(sources, root, config)


def options_help() -> Iterator[tuple[str, str, str]]:
    """Yield for each option how it is written, what it does, and its default, all as text."""
    for option in OPTIONS:
        yield f"--{option.name} {option.metavar}", option.help, option.default_text


def _known(values: Mapping[str, object], kind: str) -> Mapping[str, object]:
    for name in values:
        if name not in _BY_FIELD:
            raise ConfigurationError(f"Option given as {kind}: {unknown(name, _BY_FIELD)}")
    # None is click's word for an option that was not given, () for a repeatable one.
    return {name: value for name, value in values.items() if value is not None and value != ()}


def _first(option: Option, sources: list[_Source]) -> Any:
    """Return the typed value of *option* from the first source that has it, or its default."""
    for source in sources:
        if option.field in source.values:
            raw = source.values[option.field]
            try:
                return option.parse(raw, source.base)
            except ValueError as error:
                raise ConfigurationError(
                    f"Option {option.name} cannot be {shown(raw)} "
                    f"({source.place(option)}): {error}."
                ) from error
    return option.default


def _file(path: Path) -> _Source:
    """Read the TOML file *path*; both ``cpanel-tls`` and ``cpanel_tls`` are known."""
    # Not at the top: loading it takes longer than all else here, and few roots have a file.
    import tomllib  # noqa: PLC0415

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # TOML or UTF-8
        raise ConfigurationError(f"{path} is no TOML file: {error}.") from error
    names = {option.name: option for option in OPTIONS if option.field not in _NOT_IN_FILES}
    values: dict[str, object] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        if name not in names:
            raise ConfigurationError(f"{path}: {unknown(key, names)}")
        field = names[name].field
        if field in values:
            raise ConfigurationError(f'{path}: "{name}" stands there twice, with - and with _.')
        values[field] = value
    return _Source(values, path.parent, lambda option: f'key "{option.name}" in {path}')


def _file_in_root(path: Path) -> _Source:
    source = _file(path)
    if "root" in source.values:
        raise ConfigurationError(
            f'{path}: "root" cannot stand in the file that is found by the root; '
            f"remove it, or give the file with --config."
        )
    return source


def _user_root() -> Path:
    # Not at the top: it takes longer to load than a call from the command line takes to run,
    # and most callers name their root.
    import platformdirs  # noqa: PLC0415

    return platformdirs.user_state_path("cpanel-emu", appauthor=False)


def _build(sources: list[_Source], root: Path, config: Path | None) -> Options:
    values = {option.field: _first(option, sources) for option in OPTIONS}
    values["root"] = root
    values["config"] = config
    if not any("liveapi" in source.values for source in sources):
        values["liveapi"] = Root(root).liveapi_socket
    if (values["tls_cert"] is None) != (values["tls_key"] is None):
        raise ConfigurationError(
            "Options tls-cert and tls-key belong together: give both, or neither."
        )
    return Options(**values)
