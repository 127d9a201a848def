"""How fast themes are migrated: ``python scripts/bench_migrate.py``; ``scripts/bench migrate``.

Generates a theme of 2,000 pages with the frequencies of the handbook's ``tags §8``, and prints for
each verb pages per second, peak memory, and how long it takes beside reading the same files and
searching them with one regular expression.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

REFERENCE = """\
import pathlib, re, sys
tag = re.compile(r"<(?:/?cpanel\\w*|cptext|\\?cp(?:tt)?)[^>]*>")
print(sum(len(tag.findall(p.read_text("utf-8", "surrogateescape")))
          for p in pathlib.Path(sys.argv[1]).rglob("*") if p.is_file()))
"""
"""What the same files cost at least: a process that reads them and counts their tags."""

MEASURED = """\
import resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
spent = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, spent, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""Runs a program; tells its status, seconds, those of processors, and a process's most KiB."""

NEW_FOLDER = "NEW FOLDER"
"""Stands for an output folder in a command: each run gets a new one."""

VARIABLES = ("$FORM{'q'}", "$CPDATA{'DNS'}", "$CPVAR{'v1'}", "$CPERROR{'email'}", "$user", "text")
CALLS = (
    "Email=\"addpop($FORM{'email'},$FORM{'password'},$FORM{'quota'},$FORM{'domain'})",
    'Email="printdomainoptions()',
    'Stats="cyclestats()',
    "SSL=\"gencsr($FORM{'host'},$FORM{'country'},$FORM{'state'},$FORM{'city'},a,b,c,d)",
    'Branding="image(mail,1)',
)
CONDITIONS = (
    "$CPERROR{'email'}==",
    "!$FORM{'x'}==\"1\"",
    "$appname==webmail",
    "$CPVAR{'n'}=gt=0 && $FORM{'y'}",
)
API2 = (
    """<?cp Branding::spritelist(
[div class="%" style="background\\{colon}url[[%]]"]%[/div],*num,@sprite,&name
) img=mail, imgtype=icon ?>""",
    """<?cp Email::listpopswithdisk(
[tr class="%"][td]%[/td][td]%[/td][/tr],*num,&email,diskquota=unlimited?none:some
) regex=$FORM{'q'}, api2_paginate=1 || '[tr][td]None[/td][/tr]' ?>""",
    "<?cp SSL::listkeys([li]%[/li],host) || '[li]None[/li]' ?>",
    "<?cp StatsBar::stat([b]%[/b],_count) display=emailaccounts|ftpaccounts ?>",
    "<?cp Email::listmaildomains(%) ?>",
)
# How often each tag is used in 1,000 files (tags §8), and how one is written.
KINDS: dict[str, tuple[int, Callable[[random.Random], str]]] = {
    "langprint": (5214, lambda any_: f'<cpanel langprint="KEY{any_.randrange(3600)}">'),
    "setvar": (1889, lambda any_: f'<cpanel setvar="v{any_.randrange(40)}=value">'),
    "print": (1756, lambda any_: f'<cpanel print="{any_.choice(VARIABLES)}">'),
    "branding include": (1461, lambda _: '<cpanel Branding="include(stdheader.html)">'),
    "api1": (990, lambda any_: f'<cpanel {any_.choice(CALLS)}">'),
    "cpanelif": (
        1363,
        lambda any_: f"<cpanelif {any_.choice(CONDITIONS)}><b>yes</b></cpanelif>",
    ),
    "cp": (1315, lambda any_: any_.choice(API2)),
    "cptext": (1034, lambda _: "<cptext 'You have [quant,_1,account,accounts].',$CPVAR{'n'}>"),
    "maketext": (789, lambda _: "<cpanel Locale=\"maketext('Hello [_1]',$CPDATA{'USER'})\">"),
    "cpanelfeature": (342, lambda _: "<cpanelfeature sslmanager>on</cpanelfeature>"),
    "include": (237, lambda _: '<cpanel include="part.html">'),
    "uri": (149, lambda _: '<cpanel MagicRevision="uri(images/a.png)">'),
    "formprint": (169, lambda _: '<input value="<cpanel formprint="$FORM{\'q\'}">">'),
    "relinclude": (115, lambda _: '<cpanel relinclude="css/a.css">'),
    "cptt": (88, lambda _: "<?cptt Email::listpops(list.tmpl) ?>"),
    "printvar": (60, lambda _: '<cpanel printvar="v1">'),
    "uriprint": (46, lambda _: '<a href="?q=<cpanel uriprint="$FORM{\'q\'}">">a</a>'),
    "cprint": (35, lambda _: "<cpanel cprint=\"$FORM{'file'}\">"),
    "jsprint": (16, lambda _: "<script>v=<cpanel jsprint=\"$FORM{'q'}\">;</script>"),
}
TEXT = (
    '<tr class="row"><td class="cell">Some text of a page, as it stands between tags.</td></tr>\n'
)


def main() -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--keep", type=Path, help="write the theme there and keep it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        theme = arguments.keep or Path(folder) / "x3"
        size, tags = write_theme(theme, arguments.pages)
        print(f"{arguments.pages} pages, {tags} tags, {size / 1e6:.1f} MB")
        measure(theme, arguments.pages)
    return 0


def write_theme(theme: Path, pages: int) -> tuple[int, int]:
    """Write a theme whose tags are as frequent as in real ones; return bytes and tags."""
    any_ = random.Random(8)
    for part in ("branding", "css", "lang", "images"):
        (theme / part).mkdir(parents=True, exist_ok=True)
    keys = "".join(f"KEY{number}=A text of the language file, {number}\n" for number in range(3600))
    (theme / "lang" / "english").write_text(keys)
    (theme / "branding" / "stdheader.html").write_text('<h1><cpanel langprint="KEY1"></h1>\n')
    (theme / "branding" / "mail.gif").write_bytes(b"GIF89a")
    (theme / "css" / "a.css").write_text("p { color: black }\n")
    names = list(KINDS)
    weights = [KINDS[name][0] for name in names]
    size = tags = 0
    for number in range(pages):
        folder = theme / f"part{number % 40}"
        folder.mkdir(exist_ok=True)
        (folder / "part.html").write_text(TEXT)
        chosen = any_.choices(names, weights, k=any_.randrange(2, 32))
        body = "".join(KINDS[name][1](any_) + "\n" + TEXT * 3 for name in chosen)
        page = f"<html>\n<body>\n{body}</body>\n</html>\n"
        (folder / f"page{number}.html").write_text(page)
        size += len(page)
        tags += len(re.findall(r"<(?:cpanel\w*|cptext|\?cp(?:tt)?)[ >]", page))
    return size, tags


def measure(theme: Path, pages: int) -> None:
    """Print what each verb takes beside the reference, turn by turn on a busy machine."""
    reference = [sys.executable, "-c", REFERENCE, str(theme)]
    program = [sys.executable, "-m", "cpanel_emu", "theme"]
    verbs = {"check": [*program, "check", str(theme), "--json"]}
    for target in ("livephp", "tt"):
        convert = [*program, "convert", str(theme), "--to", target, "--json", "--out", NEW_FOLDER]
        verbs[f"convert {target}"] = convert
    least = min(_run(reference) for _ in range(3))
    print(f"{'reference':<16}{_speed(least, pages)}")
    for verb, command in verbs.items():
        run = min(_run(command) for _ in range(3))
        ratio = run.seconds / least.seconds
        print(f"{verb:<16}{_speed(run, pages)}  {ratio:6.1f} times the reference")


class Run(NamedTuple):
    """What a program took."""

    seconds: float
    processor: float
    """Seconds of all processors together: tells more than the clock on a busy machine."""
    peak: int
    """KiB of its greatest process."""


def _speed(run: Run, pages: int) -> str:
    return (
        f"{pages / run.seconds:8.0f} pages/s  {run.seconds:7.2f} s"
        f"  {run.processor:7.2f} s of processors  {run.peak / 1024:6.0f} MiB at most"
    )


def _run(command: list[str]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        words = [word.replace(NEW_FOLDER, f"{folder}/x3") for word in command]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, check=True
        )
    status, seconds, processor, peak = done.stdout.split()
    if status not in {"0", "1"}:
        raise SystemExit(f"{command} ended with {status}: {done.stderr}")
    return Run(float(seconds), float(processor), int(peak))


if __name__ == "__main__":
    raise SystemExit(main())
