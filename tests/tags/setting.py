"""The setting of all examples of the handbook (``tags``, "Setting of all examples").

Account ``user``, main domain ``example.com``, theme ``x3``, page ``/frontend/x3/demo/p.html``.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cpanel_emu.call import Answer, Api, Arguments, Call, Printed, Refusal, RefusalKind, Rows
from cpanel_emu.tags import (
    CallCrashed,
    PageValues,
    PageWarning,
    RenderedPage,
    Renderer,
    Theme,
    Trace,
)

FATAL = "[A fatal error or timeout occurred while processing this directive.]"

ROWS = Rows(
    rows=(
        {"host": "a.example", "on": 1, "ip": [{"n": 1}, {"n": 2}]},
        {"host": "b c", "on": 0, "ip": []},
    )
)

API2: dict[str, Rows] = {
    "Demo::rows": ROWS,
    "Demo::none": Rows(),
    "Demo::one": Rows(rows=({"on": 1},)),
    "Demo::words": Rows(rows=("p", "q")),
    "Demo::odd": Rows(
        rows=(
            {
                "quote": '"x',
                "bold": "<b>",
                "sprite": "a b.png",
                "null": None,
                "yes": True,
                "no": False,
                "half": 1.5,
                "two": 2.0,
                "map": {"n": 7},
                "words": ["u", "v"],
                "pairs": [["a", "b"], ["c"]],
                "tag": '<cpanel print="k">%[b]$user',
            },
        )
    ),
    "Demo::fails": Rows(error="went wrong"),
    "Demo::sets": Rows(variables={"maildomainscount": "3"}),
    "Demo::pages": Rows(
        rows=({"on": 1},),
        paginate={
            "current_page": 2,
            "results_per_page": 1,
            "start_result": "2",
            "total_pages": 2,
            "total_results": 2,
        },
    ),
    "SSL::gencsr": Rows(
        rows=({"output": '"city" is a required argument.', "result": 0},),
        error='"city" is a required argument.',
    ),
    "SSL::listcsrs": Rows(rows=({"host": "a.example"}, {"host": "example.com"})),
}


class Calls:
    """The functions of the setting; remembers every call."""

    def __init__(self) -> None:
        self.seen: list[Call] = []

    def __call__(self, call: Call) -> Answer:
        self.seen.append(call)
        module = call.module[:1].upper() + call.module[1:]
        answered = dataclasses.replace(call, module=module)
        name = f"{module}::{call.function}"
        if call.api is Api.API2:
            if name == "Demo::crash":
                raise CallCrashed("it died")
            rows = API2.get(name)
            return Answer(answered, _unknown(name) if rows is None else rows)
        return Answer(answered, _api1(name, call.arguments))

    @property
    def arguments(self) -> list[Arguments]:
        """The arguments of every call up to now."""
        return [call.arguments for call in self.seen]


def _unknown(name: str) -> Refusal:
    return Refusal(RefusalKind.UNKNOWN_FUNCTION, f"unknown {name}")


def _api1(name: str, arguments: Arguments) -> Printed | Refusal:
    if name == "Demo::crash":
        raise CallCrashed("it died")
    answers: dict[str, Printed | Refusal] = {
        "Demo::say": Printed(text="/".join(arguments.positional)),
        "Demo::bad": Printed(error="no"),
        "Demo::both": Printed(text="user@example.com", error="taken"),
        "SSL::installedhost": Printed(variables={"sslhost": "example.com"}),
        "Demo::off": Refusal(RefusalKind.FEATURE, 'You do not have the feature "f".'),
    }
    return answers.get(name, _unknown(name))


ACCOUNT = {"USER": "user", "DNS": "example.com", "RS": "x3", "OWNER": "root", "FEATURE-F": "0"}

VALUES = PageValues(
    user="user",
    random=random.Random(1),
    version="11.32.6.4",
    release=(11, 32, 6, 4),
    form={"q": "a&b'", "x": "1"},
    account=ACCOUNT,
    environment={"cp_security_token": "/cpsess0123456789", "HTTP_HOST": "host.example.com"},
    scalars={"hostname": "host.example.com", "ip": "192.0.2.10"},
    feature=lambda name: name != "f",
)

THEME_FILES: Mapping[str, bytes] = {
    "lang/english": b'HELLO=<i>Hi</i>\n# COMMENT=no\nTAGGED=<cpanel print="$user">!\n',
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a page printed, what was wrong, and the calls it made."""

    body: bytes
    warnings: tuple[PageWarning, ...]
    calls: tuple[Call, ...]

    @property
    def rules(self) -> list[str]:
        """The rules of the warnings, in order."""
        return [warning.rule for warning in self.warnings]


class Site:
    """A theme in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path, content in THEME_FILES.items():
            self.write(path, content)
        self.theme = Theme(folder, "x3")
        self.renderer = Renderer(self.theme)
        self.calls = Calls()

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the theme."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def page(
        self,
        source: str | bytes,
        *,
        path: str = "demo/p.html",
        strict: bool = False,
        trace: Trace | None = None,
        **values: Any,
    ) -> Outcome:
        """Render *source* as the page at *path*; *values* differ from those of the setting."""
        self.write(path, source)
        calls = Calls()
        page: RenderedPage = self.renderer.render(
            path, self.values(**values), calls, strict=strict, trace=trace
        )
        return Outcome(page.body, page.warnings, tuple(calls.seen))

    def values(self, **values: Any) -> PageValues:
        """Return the values of the setting with some changed."""
        return dataclasses.replace(VALUES, **values)

    def text(self, source: str, **values: Any) -> str:
        """Return what *source* prints, as text."""
        return self.page(source, **values).body.decode()
