"""Walking a theme folder: any folder, in the same order everywhere, never fatal."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.migration.pages import (
    MAX_PAGE,
    FileKind,
    Skipped,
    SkipReason,
    ThemeFile,
    read,
    walk,
)

NOBODY = 65534


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"x")


def kinds(folder: Path) -> dict[str, FileKind]:
    return {one.path: one.kind for one in walk(folder) if isinstance(one, ThemeFile)}


def skipped(folder: Path) -> dict[str, SkipReason]:
    return {one.path: one.reason for one in walk(folder) if isinstance(one, Skipped)}


def file(path: Path) -> ThemeFile:
    return ThemeFile(path.name, path, path.stat().st_size)


def test_kinds(tmp_path: Path) -> None:
    # tags §1.15, §1.16, §2.2
    pages = ["a.html", "a.xml", "a.json", "a.tmpl", "a.htmlt", "a.php", "a.cpphp", "a.phpcp"]
    live = ["b.live.php", "b.livephp", "b.live.pl", "b.live.cgi"]
    languages = ["lang/english", "branding/p/lang/english"]
    others = ["a.gif", "README", "a.txt", "a.HTML", "x/lang/english", "a.inc"]
    put(tmp_path, *pages, *live, *languages, *others, "c/a.css", "a.js")
    assert kinds(tmp_path) == {
        **dict.fromkeys(pages, FileKind.PAGE),
        **dict.fromkeys(live, FileKind.LIVE),
        **dict.fromkeys(languages, FileKind.LANGUAGE),
        **dict.fromkeys(others, FileKind.OTHER),
        **dict.fromkeys(["c/a.css", "a.js"], FileKind.INCLUDED),
    }


def test_order_is_by_name_folder_by_folder(tmp_path: Path) -> None:
    put(tmp_path, "b.html", "a/z.html", "a/b/c.html", "a.html", "B.html", "c/a.html")
    assert [one.path for one in walk(tmp_path)] == [
        "B.html",
        "a/b/c.html",
        "a/z.html",
        "a.html",
        "b.html",
        "c/a.html",
    ]


def test_excluded(tmp_path: Path) -> None:
    put(tmp_path, "a.html", "old/a.html", "x/old/a.html", "x/b.bak", ".git/a.html", "CVS/a.html")
    assert {one.path for one in walk(tmp_path)} == {
        "a.html",
        "old/a.html",
        "x/old/a.html",
        "x/b.bak",
    }
    assert [one.path for one in walk(tmp_path, ["old", "*.bak"])] == ["a.html"]
    assert [one.path for one in walk(tmp_path, ["x/*", "old/"])] == ["a.html"]


def test_links_are_never_followed(tmp_path: Path) -> None:
    theme, outside = tmp_path / "theme", tmp_path / "outside"
    put(theme, "a.html", "sub/b.html")
    put(outside, "secret.html")
    (theme / "sub" / "up").symlink_to("..")
    (theme / "self").symlink_to("self")
    (theme / "gone").symlink_to("nowhere.html")
    (theme / "twin.html").symlink_to("sub/b.html")
    (theme / "other").symlink_to("sub")
    (theme / "out").symlink_to(outside)
    (theme / "out.html").symlink_to(outside / "secret.html")
    assert set(kinds(theme)) == {"a.html", "sub/b.html"}
    assert skipped(theme) == {
        "sub/up": SkipReason.LOOP,
        "self": SkipReason.LOOP,
        "gone": SkipReason.LOOP,
        "twin.html": SkipReason.INSIDE,
        "other": SkipReason.INSIDE,
        "out": SkipReason.OUTSIDE,
        "out.html": SkipReason.OUTSIDE,
    }


def test_a_theme_that_is_reached_through_a_link(tmp_path: Path) -> None:
    put(tmp_path / "real", "a.html", "d/b.html")
    (tmp_path / "real" / "d" / "up").symlink_to("..")
    (tmp_path / "theme").symlink_to("real")
    assert set(kinds(tmp_path / "theme")) == {"a.html", "d/b.html"}
    assert skipped(tmp_path / "theme") == {"d/up": SkipReason.LOOP}


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    assert skipped(tmp_path) == {"pipe.html": SkipReason.SPECIAL}
    # Nor when it became one after the walk: opening it must not wait for a writer.
    assert read(ThemeFile("pipe.html", tmp_path / "pipe.html", 0)) == Skipped(
        "pipe.html", SkipReason.SPECIAL
    )


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.html").symlink_to("/etc/passwd")
    answer = read(ThemeFile("a.html", tmp_path / "a.html", 1))
    assert isinstance(answer, Skipped)
    assert answer.reason is SkipReason.UNREADABLE


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Yield a folder that every user can reach, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_what_may_not_be_read(open_folder: Path) -> None:
    put(open_folder, "a.html", "closed/b.html", "c.html")
    (open_folder / "a.html").chmod(0)
    (open_folder / "closed").chmod(0)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        found = list(walk(open_folder))
        answers = {one.path: read(one) for one in found if isinstance(one, ThemeFile)}
    finally:
        if was_root:
            os.seteuid(0)
        (open_folder / "closed").chmod(0o700)
    assert [one for one in found if isinstance(one, Skipped)] == [
        Skipped("closed", SkipReason.UNREADABLE, "Permission denied")
    ]
    assert answers == {
        "a.html": Skipped("a.html", SkipReason.UNREADABLE, "Permission denied"),
        "c.html": b"x",
    }


def test_content_that_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<p>\0</p>")
    assert read(file(path)) == Skipped("a.html", SkipReason.BINARY)
    path.write_bytes("<p>x</p>".encode("utf-16"))
    assert read(file(path)) == Skipped("a.html", SkipReason.BINARY)
    path.write_bytes(bytes(range(256)))
    assert read(file(path)) == Skipped("a.html", SkipReason.BINARY)
    stray = b"<p>\0" + b"text" * 20
    path.write_bytes(stray)
    assert read(file(path)) == stray
    path.write_bytes(b"\xff\xfe<p>")
    assert read(file(path)) == b"\xff\xfe<p>"
    with path.open("wb") as sparse:
        sparse.truncate(MAX_PAGE + 1)
    assert read(file(path)) == Skipped("a.html", SkipReason.TOO_LARGE)
    path.unlink()
    assert read(ThemeFile("a.html", path, 0)) == Skipped(
        "a.html", SkipReason.UNREADABLE, "No such file or directory"
    )


def test_names_of_any_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.html")
    (tmp_path / name).write_bytes(b"x")
    [found] = walk(tmp_path)
    assert isinstance(found, ThemeFile)
    assert found.path == name
    assert read(found) == b"x"


@pytest.mark.parametrize("name", ["none", "a.html"])
def test_no_folder_is_wrong_usage(tmp_path: Path, name: str) -> None:
    put(tmp_path, "a.html")
    with pytest.raises(ConfigurationError, match="name the folder of a theme"):
        list(walk(tmp_path / name))
