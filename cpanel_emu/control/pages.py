"""The pages for people at ``/_emu/``, rendered with Jinja2 from ``templates/emulator``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cpanel_emu import __version__, resources
from cpanel_emu.accounts.models import Account
from cpanel_emu.accounts.seeding import holders_of_published_secrets
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.control import spellings, views
from cpanel_emu.control.answers import (
    TEXT,
    ControlAnswer,
    Refused,
    as_html,
    not_found,
    see_other,
)
from cpanel_emu.control.door import ROOT, ControlRequest, Handlers, wanted, whole_number
from cpanel_emu.control.faults import Kind, stages_of
from cpanel_emu.control.stored import stored_files, stored_text
from cpanel_emu.functions.coverage import Way, table
from cpanel_emu.journal import CallEntry, Door, Exchange
from cpanel_emu.releases import RELEASES

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator

_MOST_ROWS = 300
_MOST_ITEMS = 200
_PUBLISHED_PASSWORD = "12345luggage"  # noqa: S105  (of the demo seed)
_FILES = {
    "palette.css": "text/css; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "script.js": "text/javascript; charset=utf-8",
}
_OUTCOMES = ("answered", "failed", "refused", "fault", "warning")


class Pages:
    """Renders the pages of one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._folder = resources.templates() / "emulator"
        self._environment = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            root=ROOT,
            version=__version__,
            release=emulator.options.emulate_version,
            processes=emulator.options.workers,
            time_text=views.time_text,
            date_text=views.date_text,
            outcomes=views.outcomes,
            summary=views.summary,
            reason=views.reason,
        )
        self._environment.tests["exchange"] = lambda entry: isinstance(entry, Exchange)
        self._environment.tests["call"] = lambda entry: isinstance(entry, CallEntry)
        self.handlers: Handlers = {
            ("GET", ""): self._calls,
            ("GET", "rows"): self._rows,
            ("GET", "entries/*"): self._entry,
            ("GET", "entries/*/request"): self._bytes,
            ("GET", "entries/*/answer"): self._bytes,
            ("GET", "faults"): self._faults,
            ("GET", "accounts"): self._accounts,
            ("GET", "accounts/*"): self._account,
            ("GET", "accounts/*/*/*"): self._item,
            ("GET", "try"): self._try,
            ("POST", "try"): self._spellings,
            ("POST", "try/run"): self._run,
            ("GET", "coverage"): self._coverage,
            **{("GET", name): self._file for name in _FILES},
        }

    def refusal(self, text: str, status: str) -> ControlAnswer:
        """Return a page that says why a request was refused."""
        page = self._render("refusal.html", text=text, phrase=status.partition(" ")[2])
        return as_html(page, status)

    def _render(self, name: str, **values: Any) -> str:
        return self._environment.get_template(name).render(**values)

    def _file(self, asked: ControlRequest) -> ControlAnswer:
        name = asked.words[0]
        return ControlAnswer(_FILES[name], (self._folder / name).read_bytes())

    # Calls.

    def _calls(self, asked: ControlRequest) -> ControlAnswer:
        # Read first: what comes in between is then shown by the next look for news.
        last = self._emulator.journal.last
        shown = wanted(asked.query)
        found = views.rows(self._emulator.journal.entries(), shown)
        given = {name: value for name, value in asked.query.items() if value}
        return as_html(
            self._render(
                "calls.html",
                rows=found[:_MOST_ROWS],
                more=max(0, len(found) - _MOST_ROWS),
                last=last,
                wanted=shown,
                query_text=urlencode(given),
                doors=[door.value for door in Door],
                outcome_words=_OUTCOMES,
            )
        )

    def _rows(self, asked: ControlRequest) -> ControlAnswer:
        """Return the rows that came after the one that the page has seen last."""
        journal = self._emulator.journal
        after = whole_number(asked.query.get("after", ""))
        if after is None:
            raise Refused("400 Bad Request", "after is a number from 0 up.")
        last = journal.last
        found = views.rows(journal.entries(after), wanted(asked.query))
        kept = journal.entries()
        first = kept[0].number if kept else last + 1
        return as_html(self._render("rows.html", rows=found[:_MOST_ROWS], last=last, first=first))

    def _entry(self, asked: ControlRequest) -> ControlAnswer:
        journal = self._emulator.journal
        entry = journal.entry(_number(asked.words[1]))
        if entry is None:
            raise Refused("404 Not Found", "This entry is no longer in the journal.")
        numbers = [row.number for row in views.rows(journal.entries(), wanted({}))]
        calls = views.calls_of(entry)
        return as_html(
            self._render(
                "entry.html",
                entry=entry,
                calls=calls,
                files={
                    call.number: list(stored_files(call.files, self._emulator.root.path))
                    for call in calls
                },
                newer=min((number for number in numbers if number > entry.number), default=None),
                older=max((number for number in numbers if number < entry.number), default=None),
                lines_shown=views.lines_shown,
                hex_lines=views.hex_lines,
            )
        )

    def _bytes(self, asked: ControlRequest) -> ControlAnswer:
        """Return recorded bytes for themselves; as plain text they do nothing."""
        entry = self._emulator.journal.entry(_number(asked.words[1]))
        if not isinstance(entry, Exchange):
            raise not_found()
        recorded = entry.request if asked.words[2] == "request" else entry.answer
        return ControlAnswer(TEXT, recorded.data)

    # Faults.

    def _faults(self, _asked: ControlRequest) -> ControlAnswer:
        kinds = {kind.value: [stage.value for stage in stages_of(kind)] for kind in Kind}
        return as_html(
            self._render(
                "faults.html",
                planned=self._emulator.faults.planned(),
                kinds=kinds,
                doors=[door.value for door in Door],
            )
        )

    # Accounts.

    def _accounts(self, _asked: ControlRequest) -> ControlAnswer:
        accounts = self._emulator.accounts
        return as_html(
            self._render("accounts.html", accounts=list(accounts.all()), server=accounts.server)
        )

    def _account(self, asked: ControlRequest) -> ControlAnswer:
        account = self._named(asked.words[1])
        with self._emulator.ssl_manager(account.user) as manager:
            directory = manager.directory
            folder = directory.folder
            kinds = {kind: list(directory.all_of(kind)) for kind in ItemKind}
            paths = {
                (item.kind, item.name): directory.path(item.kind, item.name).relative_to(folder)
                for items in kinds.values()
                for item in items
            }
        return as_html(
            self._render(
                "account.html",
                account=account,
                folder=folder,
                kinds={kind.value: items[:_MOST_ITEMS] for kind, items in kinds.items()},
                counts={kind.value: len(items) for kind, items in kinds.items()},
                paths=paths,
            )
        )

    def _item(self, asked: ControlRequest) -> ControlAnswer:
        _, user, kind_name, item_id = asked.words
        account = self._named(user)
        item, path = self._stored(account, kind_name, item_id)
        return as_html(
            self._render(
                "item.html",
                account=account,
                item=item,
                path=str(path),
                text=stored_text(path),
                details=dict(item.details),
            )
        )

    def _stored(self, account: Account, kind_name: str, item_id: str) -> tuple[Item, Any]:
        if kind_name not in {kind.value for kind in ItemKind}:
            raise not_found()
        with self._emulator.ssl_manager(account.user) as manager:
            item = manager.directory.with_id(ItemKind(kind_name), item_id)
            if item is None:
                raise not_found()
            return item, manager.directory.path(item.kind, item.name)

    def _named(self, user: str) -> Account:
        account = self._emulator.accounts.get(user)
        if account is None:
            raise not_found()
        return account

    # One call in every tongue.

    def _try(self, asked: ControlRequest) -> ControlAnswer:
        values = {
            name: asked.query.get(name, example) for name, example in spellings.EXAMPLE.items()
        }
        return self._trying(asked, values, asked.query.get("user", ""))

    def _spellings(self, asked: ControlRequest) -> ControlAnswer:
        form = asked.form
        values = {name: form.get(name, "") for name in spellings.EXAMPLE}
        return self._trying(asked, values, form.get("user", ""))

    def _trying(self, asked: ControlRequest, values: Mapping[str, str], user: str) -> ControlAnswer:
        users = list(self._emulator.accounts.names())
        user = user if user in users else next(iter(users), "user")
        return as_html(
            self._render(
                "try.html",
                fields=spellings.FIELDS,
                values=values,
                users=users,
                user=user,
                spellings=spellings.spellings(values, self._place(asked, user)),
            )
        )

    def _place(self, asked: ControlRequest, user: str) -> spellings.Place:
        published = holders_of_published_secrets(self._emulator.accounts)
        urls = dict(self._urls(asked))
        return spellings.Place(
            cpanel_url=urls.get("cpanel", f"http://{asked.host}:2082"),
            whm_url=urls.get("whm", f"http://{asked.host}:2086"),
            root=str(self._emulator.root.path),
            user=user,
            password=_PUBLISHED_PASSWORD if user in published else "PASSWORD",
            whm_password=_PUBLISHED_PASSWORD if "root" in published else "PASSWORD",
        )

    def _urls(self, asked: ControlRequest) -> Iterator[tuple[str, str]]:
        """Yield service and URL of the open ports, by the name that the client uses; plain last."""
        if self._emulator.is_listening:
            for endpoint in sorted(self._emulator.endpoints, key=lambda one: not one.tls):
                scheme = "https" if endpoint.tls else "http"
                yield endpoint.service, f"{scheme}://{asked.host}:{endpoint.port}"

    def _run(self, asked: ControlRequest) -> ControlAnswer:
        """Make the call of the form, in-process."""
        form = asked.form
        account = self._named(form.get("user", ""))
        values = {name: form[name] for name in spellings.EXAMPLE if form.get(name)}
        self._emulator.call("SSL", "gencsr", user=account.user, **values)
        made = self._emulator.journal.calls("SSL", "gencsr", user=account.user)
        # Somebody else may have cleared the journal meanwhile: then the list of calls is shown.
        return see_other(f"{ROOT}/entries/{made[-1].number}" if made else f"{ROOT}/")

    def _coverage(self, _asked: ControlRequest) -> ControlAnswer:
        head, lines = table(self._emulator.registry, list(RELEASES.values()))
        return as_html(self._render("coverage.html", head=head, lines=lines, ways=list(Way)))


def _number(word: str) -> int:
    number = whole_number(word)
    if number is None:
        raise not_found()
    return number
