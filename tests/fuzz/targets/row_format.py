"""Formats of rows and brackets of texts (``tags §3``, ``tags §4``)."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.target import Check, Target, as_text, joined, parts
from tests.tags.setting import Site


def _check(site: Site, data: bytes) -> None:
    rows, text = (as_text(part).replace(">", "") for part in parts(data, 2))
    for source in (f"<?cp Demo::odd({rows}) ?>", f"<?cp Demo::rows({rows}) ?>"):
        site.renderer.render_text(source, site.values(), site.calls)
    site.renderer.render_text(f"<cptext '{text}',1,'b',3>", site.values(), site.calls)


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "x3")
        yield lambda data: _check(site, data)


TARGET = Target(
    about="row formats and bracket texts: every one is rendered",
    opened=_opened,
    covers=(
        "cpanel_emu.tags.formats",
        "cpanel_emu.tags.brackets",
        "cpanel_emu.tags.row_compiler",
        "cpanel_emu.tags.escapes",
    ),
    words=(
        b"%",
        b"%%",
        b",",
        b":",
        b"[",
        b"]",
        b"~[",
        b"\\{colon}",
        b"\\{comma}",
        b"${n}",
        b"on=1?a:b",
        b"ip:[u]:${n}:[/u]",
        b"*num",
        b"^",
        b"&",
        b"@",
        b"quote",
        b"sprite",
        b"[quant,_1,a,b,c]",
        b"[list,or,_*]",
        b"[output,strong,_1]",
        b"[numerate,_1,a]",
        b"[_-1]",
        b"maketext('",
        b"||",
    ),
    seeds=(
        joined(b"<b>%</b>%,quote,on=1?a:b", b"a [_1] ~[ [quant,_1,x,y]"),
        joined(b"%;%,host,ip:[u]:${n}:[/u]", b"[output,url,_2,_1] [list,and,_*]"),
    ),
)
