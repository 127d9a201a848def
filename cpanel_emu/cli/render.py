"""``cpanel-emu render``: one page of a theme on standard output."""

from __future__ import annotations

import urllib.parse
from pathlib import Path

import click

from cpanel_emu.cli.common import FAILED, emulator, emulator_options
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.frontend import PageRequest
from cpanel_emu.migration.shown import printable
from cpanel_emu.suggest import nearest
from cpanel_emu.tags import MissingPage


@click.command(short_help="Print a page of the theme as it is served.")
@click.argument("page")
@click.option("--user", default="user", show_default=True, help="The account that looks at it.")
@click.option(
    "--form", "fields", multiple=True, metavar="NAME=VALUE", help="A field of a posted form."
)
@click.option("--query", default="", help="The part of the URL behind the question mark.")
@click.option(
    "--strict", is_flag=True, envvar="CPANEL_EMU_STRICT", help="Exit with 1 after any warning."
)
@emulator_options(
    *("root", "seed", "emulate-version", "theme", "stubs", "page-cache", "clock"),
    *("random-seed", "key-pool", "faults", "config"),
    but="strict",
)
def render(
    page: str, user: str, fields: tuple[str, ...], query: str, strict: bool, **flags: object
) -> None:
    """Render PAGE, a path relative to the theme; the bytes are exactly those that are served.

    Where there is no tag page of that name, PAGE.tt is processed by Template Toolkit, or else the
    LiveAPI page PAGE.live.php is run. What the page asked for in vain goes to standard error, with
    file, line and rule.

    Examples:
      cpanel-emu render ssl/index.html
      cpanel-emu render ssl/gencsr.html --user user --form host=example.com
      cpanel-emu render mail/boxes.html --theme mytheme --stubs mystubs --strict
    """
    posted = _posted(fields)
    form = {**dict(urllib.parse.parse_qsl(query, keep_blank_values=True)), **posted}
    with emulator(flags) as server:
        account = server.accounts.existing(user)
        request = PageRequest(account, page.removeprefix("/"), form)
        try:
            rendered = server.pages.render(request, query=query, posted=posted)
        except MissingPage as missing:
            raise MissingPage(f"{missing}{_nearest(page, server.frontend.theme.folder)}") from None
    click.echo(rendered.body, nl=False)
    for one in rendered.warnings:
        click.echo(f"{one.file}:{one.line}:{one.column}: {one.message} [{one.rule}]", err=True)
    if strict and rendered.warnings:
        raise SystemExit(FAILED)


def _nearest(page: str, folder: Path) -> str:
    """Return a question about the file of the theme whose name *page* is most like."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    # Much of two paths agrees by their endings alone.
    near = nearest(page.removeprefix("/"), map(Path.as_posix, files), alike=0.8)
    return "" if near is None else f' Did you mean "{printable(near)}"?'


def _posted(fields: tuple[str, ...]) -> dict[str, str]:
    form = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise ConfigurationError(f'Write --form NAME=VALUE, not "{field}".')
        form[name] = value
    return form
