"""From flags, environment and TOML file to the typed `Options`; the table is `option_table`.

A value comes from the first of: flag or keyword, environment variable ``CPANEL_EMU_<NAME>``,
TOML file, default.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpanel_emu import option_values as read
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.option_table import OPTIONS, Option
from cpanel_emu.releases import Release, release_named
from cpanel_emu.root import Root
from cpanel_emu.suggest import shown, unknown
from cpanel_emu.toml_file import read_toml

__all__ = ["OPTIONS", "Option", "Options", "resolve"]


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
    liveapi_user: str | None
    theme: Path | None
    stubs: Path | None
    strict: bool
    page_cache: Path | None
    clock: datetime.datetime | None
    random_seed: int | None
    key_pool: Path | None
    fsync: bool
    control: bool
    control_allow: tuple[read.Network, ...]
    faults: Path | None
    lockout: int | None
    tls_cert: Path | None
    tls_key: Path | None
    workers: int
    threads: int
    max_connections: int
    max_head: int
    max_body: int
    head_timeout: float
    body_timeout: float
    idle_timeout: float
    write_timeout: float
    config: Path | None

    @property
    def release(self) -> Release:
        """The release whose behaviour is emulated."""
        return release_named(self.emulate_version)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server; others refuse the demo credentials."""
        return read.is_loopback(self.host)


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
    here = Path()
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
    in_root = Root(root).config_file
    # Path.is_file would raise where the root is another user's; who uses the root says so.
    if config is None and os.path.isfile(in_root):  # noqa: PTH113
        config = in_root
        sources.insert(2, _file_in_root(config))
    return _build(sources, root, config)


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
    names = {option.name: option for option in OPTIONS if option.field not in _NOT_IN_FILES}
    values: dict[str, object] = {}
    for key, value in read_toml(path).items():
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
