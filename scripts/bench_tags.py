"""How fast tag pages are: ``python scripts/bench_tags.py``; ``scripts/bench tags`` runs it.

Prints the speed of compiled pages beside Jinja2 templates written by hand that give the same
bytes, what compiling costs, how fast text without a tag passes, and what a folder of 1,000
generated pages takes. Exit status 1 if a page does not reach 0.8 of the template's speed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jinja2
from jinja2 import FileSystemBytecodeCache

from cpanel_emu.call import Answer, Call, Rows
from cpanel_emu.tags import PageValues, Renderer, Theme, escapes, parse
from cpanel_emu.tags.compiler import compile_document
from cpanel_emu.tags.operations import OPERATIONS

WANTED = 0.8
FILTERS = {"form": escapes.form, "attribute": escapes.attribute, "uri": escapes.uri}
PAGES = 1000

MIXED = (
    """\
<cpanel relinclude="head.html">
<h1><cpanel langprint="TITLE"></h1>
<cpanel setvar="tab=$FORM{'tab'}">
<p class="<cpanel print="$CPVAR{tab}">"><cpanel print="$CPDATA{'USER'}"></p>
<p>You asked for <cpanel print="$FORM{'q'}">,
<cptext "hello [_1], all is well.",$CPDATA{'USER'}></p>
<cpanelif $FORM{'tab'}==csr && !$FORM{'none'}>
<table>
<?cp SSL::listcsrs([tr class="%"][td]%[/td][td][a href="v.html?h=%"]%[/a][/td][/tr]
,*num,host,^host,&note) || '[tr][td]None[/td][/tr]' ?></table>
<cpanelelse><p>nothing</p></cpanelif>
<cpanelfeature sslmanager><a href="<cpanel MagicRevision="uri(ssl/index.html)">">\
<cpanel langprint="BACK"></a></cpanelfeature>
<input name="q" value="<cpanel formprint="$FORM{'q'}">" />
<cpanel langprint="FOOT">
""",
    """\
{% include "head.html" %}
<h1>{{ lang.TITLE }}</h1>
{% set tab = form.tab|form %}
<p class="{{ tab }}">{{ account.USER }}</p>
<p>You asked for {{ form.q|form }},
hello {{ account.USER }}, all is well.</p>
{% if form.tab == "csr" and not form.none %}
<table>
{% for row in call("SSL", "listcsrs") -%}
<tr class="{{ loop.cycle("odd", "even") }}"><td>{{ row.host }}</td><td>\
<a href="v.html?h={{ row.host|uri }}">{{ row.note|attribute }}</a></td></tr>
{%- else %}<tr><td>None</td></tr>{% endfor %}</table>
{% else %}<p>nothing</p>{% endif %}
{% if feature("sslmanager") %}<a href="{{ uri("ssl/index.html") }}">\
{{ lang.BACK }}</a>{% endif %}
<input name="q" value="{{ form.q|attribute }}" />
{{ lang.FOOT }}
""",
)
VARIABLES = (
    "".join(
        f'<p><cpanel langprint="KEY{number}">: <cpanel print="$CPDATA{{\'DNS\'}}"></p>\n'
        for number in range(100)
    ),
    "".join(f"<p>{{{{ lang.KEY{number} }}}}: {{{{ account.DNS }}}}</p>\n" for number in range(100)),
)
ROW_LOOP = (
    "<?cp SSL::listcsrs([p]%: %[/p],host,note) ?>\n" * 20,
    "{% for row in call('SSL', 'listcsrs') %}<p>{{ row.host }}: {{ row.note }}</p>{% endfor %}\n"
    * 20,
)
CANDIDATES = {"mixed": MIXED, "variables": VARIABLES, "rows": ROW_LOOP}
"""Pages by tags and by hand that print the same."""

HEAD = "<!DOCTYPE html>\n<title>SSL</title>\n" + '<link rel="stylesheet" href="a.css" />\n' * 20
LANGUAGE = {"TITLE": "Signing requests", "BACK": "<b>Back</b>", "FOOT": "<hr />"}
LANGUAGE |= {f"KEY{number}": f"value {number}" for number in range(3600)}
ACCOUNT = {"USER": "user", "DNS": "example.com"}
FORM = {"q": "a&b'", "tab": "csr"}
ROWS = tuple({"host": f"host {number}.example", "note": "<new>"} for number in range(10))


def main() -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each measurement")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        theme = Path(folder) / "x3"
        _write_theme(theme)
        ratio = min(_compare(theme, name, seconds) for name in CANDIDATES)
        print(f"slowest ratio {ratio:.2f} (wanted: {WANTED})")
        _compile_cost(seconds)
        _plain_text(theme, seconds)
        _folder(theme)
    return 0 if ratio >= WANTED else 1


def _write_theme(theme: Path) -> None:
    (theme / "lang").mkdir(parents=True)
    entries = [f"{key}={value}" for key, value in LANGUAGE.items()]
    (theme / "lang" / "english").write_text("\n".join(entries))
    (theme / "head.html").write_text(HEAD)
    for name, (tags, _) in CANDIDATES.items():
        (theme / f"{name}.html").write_text(tags)


def _values() -> PageValues:
    return PageValues(
        user="user",
        random=random.Random(1),
        version="11.32.6.4",
        release=(11, 32, 6, 4),
        form=FORM,
        account=ACCOUNT,
    )


def _calls(call: Call) -> Answer:
    return Answer(call, Rows(rows=ROWS))


def _compare(theme: Path, name: str, seconds: float) -> float:
    """Print and return the speed of the page *name* by tags, by hand being 1."""
    renderer = Renderer(Theme(theme, "x3"))
    environment = _environment_by_hand(theme.parent / "hand")

    def tags() -> bytes:
        return renderer.render(f"{name}.html", _values(), _calls).body

    def hand() -> bytes:
        return environment.get_template(f"{name}.html").render(**_variables()).encode()

    if tags() != hand():
        raise SystemExit(f"the pages differ:\n{tags().decode()}\n---\n{hand().decode()}")
    # Turn by turn, so that a busy machine slows both alike.
    rounds = [(_per_call(tags, seconds / 5), _per_call(hand, seconds / 5)) for _ in range(9)]
    ratio = statistics.median(by_hand / by_tags for by_tags, by_hand in rounds)
    fastest = [min(times) * 1e6 for times in zip(*rounds, strict=True)]
    print(f"{name:<12}{fastest[0]:8.1f} µs by tags, {fastest[1]:8.1f} µs by hand: {ratio:.2f}")
    return ratio


def _environment_by_hand(folder: Path) -> jinja2.Environment:
    """Return an environment with the loader's default check for changed files, as ours has."""
    folder.mkdir(exist_ok=True)
    (folder / "head.html").write_text(HEAD)
    for name, (_, hand) in CANDIDATES.items():
        (folder / f"{name}.html").write_text(hand)
    environment = jinja2.Environment(
        autoescape=False,
        loader=jinja2.FileSystemLoader(folder),
        keep_trailing_newline=True,
    )
    environment.filters |= FILTERS
    return environment


def _variables() -> dict[str, object]:
    return {
        "lang": LANGUAGE,
        "form": FORM,
        "account": ACCOUNT,
        "call": lambda *_: ROWS,
        "feature": lambda _: True,
        "uri": lambda path: f"/cPanel_magic_revision_0/frontend/x3/{path}",
    }


def _compile_cost(seconds: float) -> None:
    tags, hand = MIXED
    by_tags, by_hand = jinja2.Environment(autoescape=False), jinja2.Environment(autoescape=False)
    by_tags.filters = dict(OPERATIONS)
    by_hand.filters |= FILTERS

    def compile_tags() -> None:
        template = compile_document(parse(tags))
        template.set_environment(by_tags)
        by_tags.compile(template, name="page")

    costs = {
        "parse": _per_call(lambda: parse(tags), seconds) / len(tags),
        "parse and compile": _per_call(compile_tags, seconds) / len(tags),
        "by hand": _per_call(lambda: by_hand.compile(hand), seconds) / len(hand),
    }
    shown = ", ".join(f"{name} {cost * 1024e3:.2f}" for name, cost in costs.items())
    print(f"compile cost in ms per KB: {shown}")


def _plain_text(theme: Path, seconds: float) -> None:
    source = (b"<p>Text with <b>markup</b>, {{ braces }} and \xe9.</p>\r\n" * 110_000)[: 5 << 20]
    (theme / "plain.html").write_bytes(source)
    renderer = Renderer(Theme(theme, "x3"))
    start = time.perf_counter()
    if renderer.render("plain.html", _values(), _calls).body != source:
        raise SystemExit("plain text was changed")
    first = time.perf_counter() - start
    again = _per_call(lambda: renderer.render("plain.html", _values(), _calls), seconds)
    print(f"5 MB without a tag  {first * 1e3:8.1f} ms at first, {again * 1e3:.1f} ms again")


def _folder(theme: Path) -> None:
    """Render a folder of generated pages: compiled, from memory, and from bytecode on disk."""
    pages = [f"generated/{number}.html" for number in range(PAGES)]
    (theme / "generated").mkdir()
    size = 0
    for number, page in enumerate(pages):
        source = MIXED[0].replace("TITLE", f"KEY{number}") + f"<!-- {number} -->\n"
        size += (theme / page).write_text(source)
    cache = FileSystemBytecodeCache(tempfile.mkdtemp(dir=theme.parent))
    renderer = Renderer(Theme(theme, "x3"), bytecode=cache)
    again = Renderer(Theme(theme, "x3"), bytecode=cache)
    for name, chosen in (("compiled", renderer), ("memory", renderer), ("bytecode", again)):
        start = time.perf_counter()
        for page in pages:
            chosen.render(page, _values(), _calls)
        spent = time.perf_counter() - start
        print(
            f"{PAGES} pages, {name:<9}{spent:8.2f} s: {PAGES / spent:8.0f} pages,"
            f" {size / spent / 1e6:6.2f} MB a second"
        )


def _per_call(function: Callable[[], object], seconds: float) -> float:
    """Return the seconds that a call of *function* takes, the best of three rounds."""
    function()
    best = float("inf")
    for _ in range(3):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds / 3:
            function()
            count += 1
        best = min(best, (time.perf_counter() - start) / count)
    return best


if __name__ == "__main__":
    raise SystemExit(main())
