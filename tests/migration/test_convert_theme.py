"""``theme convert`` on whole themes: the demo theme, odd ones, and the output folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cpanel_emu import Emulator
from cpanel_emu.cli import theme_convert
from cpanel_emu.cli.common import FAILED
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.migration.convert import output
from tests.requirements import require_perl_module, require_program
from tests.server.wsgi import CLOCK
from tests.theme.states import STATES
from tests.theme.visitor import THEME

Convert = Callable[..., Result]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a small theme."""
    folder = tmp_path / "old" / "x3"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The output folder."""
    return tmp_path / "new" / "x3"


@pytest.fixture
def convert(old: Path, new: Path) -> Convert:
    """Run the command on the small theme."""

    def run(*options: str, theme: Path = old, out: Path = new, to: str = "livephp") -> Result:
        arguments = [str(theme), "--to", to, "--out", str(out), *options]
        return CliRunner().invoke(theme_convert.convert, arguments)

    return run


def put(folder: Path, **files: str | bytes) -> None:
    """Write files; ``__`` in a name is ``/``, ``_`` is the dot before the suffix."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("to", ["livephp", "tt"])
@pytest.mark.parametrize("name", ["a certificate", "hostile values"])
def test_the_demo_theme_prints_the_same(name: str, to: str, convert: Convert, new: Path) -> None:
    """In all states of the account it is compared by ``theme compare``."""
    if to == "tt":
        require_perl_module("Template")
    else:
        require_program("php")
    result = convert(theme=THEME, to=to)
    assert result.exit_code == 0, result.output
    assert result.output.endswith("nothing is left to do.\n")
    state = STATES[name]
    pages = ["index.html", "ssl/gencsr.html", "ssl/viewkey.html", "ssl/keys.html", "ssl/items.xml"]
    printed = []
    for theme in (THEME, new):
        with Emulator(theme=theme, clock=CLOCK, emulate_version=state.release) as emulator:
            state.prepare(emulator)
            printed.append([emulator.render(page, user="user", form=state.form) for page in pages])
    assert printed[1] == printed[0]


@pytest.mark.parametrize("to", ["livephp", "tt"])
def test_no_tag_page_is_left_of_the_demo_theme(to: str, convert: Convert, new: Path) -> None:
    convert(theme=THEME, to=to)
    written = tree(new)
    pages = [path for path in written if path.endswith((".html", ".json", ".xml"))]
    assert [path for path in pages if b"<cp" in written[path]] == []
    templates = [content for path, content in written.items() if path.endswith(".tt")]
    assert [content for content in templates if b"<cp" in content or b"<?cp" in content] == []


class TestFiles:
    def test_pages_are_converted_and_others_copied(
        self, old: Path, new: Path, convert: Convert
    ) -> None:
        put(
            old,
            a__b_html='<cpanel print="$user">\r\n',
            c_json='<cpanel jsprint="$user">',
            plain_html="<p>no tags</p>",
            i_png=b"\x89PNG\0",
            lang__english='K=<cpanel print="$user">\n',
            own_live_php="<?php echo 1;",
        )
        (old / "a" / "b.html").chmod(0o640)
        result = convert()
        assert result.exit_code == 0, result.output
        assert (
            result.output == f"2 files converted, 5 files copied to {new}; nothing is left to do.\n"
        )
        written = tree(new)
        assert sorted(written) == [
            "a/b.live.php",
            "c.json.live.php",
            "cpanel-emu-tags.php",
            "i.png",
            "lang/english",
            "own.live.php",
            "plain.html",
        ]
        assert written["a/b.live.php"] == (
            b"<?php require_once __DIR__ . '/../cpanel-emu-tags.php' ?>\r\n"
            b"<?= $cpanel->cpanelprint('$user'), \"\\r\\n\" ?>\r\n"
        )
        assert written["i.png"] == b"\x89PNG\0"
        assert (new / "a" / "b.live.php").stat().st_mode & 0o777 == 0o640

    def test_bytes_that_are_no_utf8_are_kept(self, old: Path, new: Path, convert: Convert) -> None:
        put(old, p_html=b'gr\xfc\xdfe <cpanel print="$user">')
        assert convert().exit_code == 0
        assert b"gr\xfc\xdfe <?= " in tree(new)["p.live.php"]

    def test_what_pages_include_is_converted_too(
        self, old: Path, new: Path, convert: Convert
    ) -> None:
        """It stays as well: browsers may ask for it."""
        style = 'a { color: <cpanel printvar="c"> }'
        put(old, p_html='<cpanel include="css/$user.css">', css__a_css=style, css__b_txt=style)
        assert convert().exit_code == 0
        written = tree(new)
        assert written["css/a.css"].decode() == style
        assert b"cpanelprint" in written["css/a.css.live.php"]
        assert "css/b.txt.live.php" not in written

    def test_a_leading_dot_is_part_of_a_name(self, old: Path, new: Path, convert: Convert) -> None:
        style = '<cpanel printvar="c">'
        page = '<cpanel include=".a.css"><cpanel include="../../b/c.css">'
        put(old, d__p_html=page, d___a_css=style, d__a_css=style, b__c_css=style)
        assert convert().exit_code == 0
        converted = {path for path in tree(new) if path.endswith(".css.live.php")}
        assert converted == {"d/.a.css.live.php", "b/c.css.live.php"}

    def test_a_picture_is_no_include(self, old: Path, new: Path, convert: Convert) -> None:
        put(old, p_html='<cpanel include="$user">', i_png=b"\0<cpanel print='k'>")
        assert convert().exit_code == 0
        assert sorted(tree(new)) == ["cpanel-emu-tags.php", "i.png", "p.live.php"]

    def test_excluded_files_are_left_out(self, old: Path, new: Path, convert: Convert) -> None:
        put(old, p_html="p", old__q_html="q")
        convert("--exclude", "old/*")
        assert sorted(tree(new)) == ["p.html"]


class TestLeft:
    def listed(self, result: Result) -> list[tuple[str, int, int, str]]:
        findings = json.loads(result.output)["findings"]
        return [(one["file"], one["line"], one["column"], one["rule"]) for one in findings]

    def test_every_reason(self, old: Path, convert: Convert) -> None:
        put(
            old,
            p_html='<b>\n <cpanel cprint="k"></b>',
            q_html='<cpanel print="k">',
            q_live_php="<?php",
            raw_html='<cpanel rawinclude="p.html"><cpanel rawinclude="t.txt">',
            t_txt="t",
            r_php='<?php echo "<cpanel print="k">"; ?>',
            u_html=b"\0",
            lang__english='A=a\nB=<cpanel include="h.html">\n',
        )
        (old / "loop").symlink_to("loop")
        (old / "out").symlink_to("/")
        result = convert("--json")
        assert result.exit_code == FAILED
        assert self.listed(result) == [
            ("lang/english", 2, 1, "include-in-language-file"),
            ("loop", 1, 1, "skipped"),
            ("out", 1, 1, "skipped"),
            ("p.html", 2, 2, "undocumented-word"),
            ("q.html", 1, 1, "name-taken"),
            ("r.php", 1, 13, "tag-in-php"),
            ("raw.html", 1, 1, "raw-include-of-page"),
            ("u.html", 1, 1, "skipped"),
        ]

    def test_a_language_file_in_another_encoding(self, old: Path, convert: Convert) -> None:
        put(old, p_html='<cpanel langprint="B">', lang__english=b"# \xe9\nA=a\nB=caf\xe9\nC=\xfc\n")
        assert self.listed(convert("--json")) == [("lang/english", 3, 1, "not-utf-8")]

    def test_the_text_names_place_and_mend(self, old: Path, convert: Convert) -> None:
        put(old, p_html='<cpanel dprint="k">')
        result = convert()
        assert result.exit_code == FAILED
        assert result.output.startswith("p.html:1:1: no source tells what dprint escapes")
        assert result.output.endswith("; one place needs a person.\n")

    def test_what_cannot_be_read(
        self, old: Path, new: Path, convert: Convert, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(old, i_png=b"\0", j_png=b"\0")
        monkeypatch.setattr(os, "access", lambda path, _: path != old / "i.png")
        result = convert("--json")
        assert result.exit_code == FAILED
        assert self.listed(result) == [("i.png", 1, 1, "skipped")]
        assert sorted(tree(new)) == ["j.png"]


class TestOutputFolder:
    def test_converting_again_changes_nothing(self, old: Path, new: Path, convert: Convert) -> None:
        put(old, p_html='<cpanel print="$user">', i_png=b"\0")
        assert convert().exit_code == 0
        before = {path: (new / path).stat().st_mtime_ns for path in tree(new)}
        assert convert().exit_code == 0
        assert {path: (new / path).stat().st_mtime_ns for path in tree(new)} == before

    def test_nothing_is_overwritten(self, old: Path, new: Path, convert: Convert) -> None:
        put(old, p_html='<cpanel print="$user">', q_html="q")
        put(new, p_live_php="mine", q_html="q")
        result = convert()
        assert result.exit_code == FAILED
        assert f"{new}/p.live.php exists and differs" in result.output
        assert tree(new) == {"p.live.php": b"mine", "q.html": b"q"}

    @pytest.mark.parametrize("out", ["old/x3", "old/x3/new", "old", "link/new"])
    def test_it_lies_outside_the_theme(
        self, old: Path, tmp_path: Path, convert: Convert, out: str
    ) -> None:
        (tmp_path / "link").symlink_to(old)
        result = convert(out=tmp_path / out)
        assert isinstance(result.exception, ConfigurationError)
        assert list(old.iterdir()) == []

    def test_a_dry_run_writes_nothing(self, old: Path, new: Path, convert: Convert) -> None:
        put(old, p_html='a\n<cpanel print="$user">\n', i_png=b"\0")
        result = convert("--dry-run")
        assert result.exit_code == 0
        assert not new.exists()
        assert "copy i.png\n" in result.output
        assert (
            "--- p.html\n+++ p.live.php\n@@ -1,2 +1,3 @@\n"
            "+<?php require_once __DIR__ . '/cpanel-emu-tags.php' ?>\n"
            " a\n"
            '-<cpanel print="$user">\n'
            "+<?= $cpanel->cpanelprint('$user'), \"\\n\" ?>\n"
        ) in result.output

    def test_an_interrupt_leaves_no_half_written_file(
        self, old: Path, new: Path, convert: Convert, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(old, a_png=b"a", b_png=b"b")

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("shutil.copyfileobj", interrupted)
        assert convert().exit_code == 1
        assert tree(new) == {}

    def test_a_folder_that_cannot_be_written(self, old: Path, convert: Convert) -> None:
        put(old, p_html="p")
        result = convert(out=Path("/proc/none"))
        assert isinstance(result.exception, output.OutputError)
        assert "/proc/none/p.html cannot be written" in str(result.exception)


def test_the_helpers_name_is_not_taken(old: Path, convert: Convert) -> None:
    put(old, p_html='<cpanel print="$user">')
    (old / "cpanel-emu-tags.php").write_text("<?php")
    assert isinstance(convert().exception, ConfigurationError)
