"""Files of canned answers (``--stubs``)."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cpanel_emu.call import Answer, Api, Arguments, Call
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.functions.modifiers import modified
from cpanel_emu.functions.stubs import stub_functions
from cpanel_emu.releases import release_named
from cpanel_emu.tongues import json_api, json_pretty, xml_api, yaml_cli
from cpanel_emu.tongues.envelopes import envelope
from tests.fuzz.answers import must_be_json, must_be_xml
from tests.fuzz.files import must_read_or_tell
from tests.fuzz.target import Check, Target

_SORTED = {"api2_sort": "1", "api2_sort_column": "a", "api2_filter": "1", "api2_filter_term": "a"}
_RELEASE = release_named("docs")


def _check(folder: Path, data: bytes) -> None:
    (folder / "Demo__say.json").write_bytes(data)
    functions = must_read_or_tell(lambda: list(stub_functions(folder)), ConfigurationError)
    context: Any = SimpleNamespace()
    for function in functions if isinstance(functions, list) else ():
        result = function.run(context, Arguments())
        if function.api is Api.API2:
            modified(result, _SORTED, _RELEASE)
        told = envelope(
            Answer(Call(function.api, "Demo", "say"), result),
            undefined=_RELEASE.undefined_api1,
            source="module",
        )
        must_be_json(json_api.encode(told))
        must_be_xml(xml_api.encode(told))
        tree = json_api.root(told)
        must_be_json(json_pretty.dump(tree).replace("\n", " ").encode("utf-8", "replace"))
        yaml_cli.dump(tree).encode("utf-8", "replace")


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        yield lambda data: _check(Path(folder), data)


TARGET = Target(
    about="canned answers: every tongue can tell what was taken, else one line tells the mend",
    opened=_opened,
    covers=(
        "cpanel_emu.functions.stubs",
        "cpanel_emu.tongues.envelopes",
        "cpanel_emu.tongues.json_api",
        "cpanel_emu.tongues.json_pretty",
        "cpanel_emu.tongues.xml_api",
        "cpanel_emu.tongues.yaml_cli",
    ),
    words=(
        b'{"rows":',
        b'"printed":',
        b'"data":',
        b'"variables":',
        b'"error":',
        b"[{",
        b"}]",
        b"NaN",
        b"Infinity",
        b"1e400",
        b"null",
        b"true",
        b"\\ud800",
        b"\\u0000",
        b'"":',
    ),
    seeds=(
        b'[{"a":1,"b":["c",{"d":null}]},"e",1.5]',
        b'"printed"',
        b'{"rows":[],"printed":"a","data":{"b":[1,2,{}]},"variables":{"c":1},"error":"d"}',
    ),
)
