"""Reports as HTML pages in one file, for people who have no terminal (``templates/migration``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cpanel_emu import __version__, resources
from cpanel_emu.migration.shown import printable


def html_page(name: str, view: Mapping[str, Any], *, title: str) -> str:
    """Return the report *name*, ``check`` or ``compare``; the same for the same *view*.

    It asks for no other file and runs no script, so it can be mailed and printed.

    Args:
        name: of its template and of its stylesheet.
        view: what the template shows.
        title: what the report is called.
    """
    templates = resources.templates()
    folder = templates / "migration"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    styles = (templates / "emulator" / "palette.css", folder / "report.css", folder / f"{name}.css")
    style = "\n".join(path.read_text("utf-8") for path in styles)
    page = environment.get_template(f"{name}.html")
    return page.render(view, title=title, style=style, version=__version__).lstrip()


def _shown(value: Any) -> Any:
    """Foreign text in a form that every browser shows."""
    return printable(value) if type(value) is str else value
