"""The root: paths, modes, atomic writing, and no way out."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.root import TEMPORARY_PREFIX, Root, write_atomically


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root.create(tmp_path / "root")


def test_create_makes_all_missing_folders_private(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "a" / "b")
    assert root.path == (tmp_path / "a" / "b").resolve()
    assert mode_of(tmp_path / "a") == 0o700
    assert mode_of(tmp_path / "a" / "b") == 0o700


def test_create_leaves_a_folder_that_is_there_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Root.create(tmp_path)
    assert mode_of(tmp_path) == 0o755


def test_create_follows_a_link_to_the_root_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert Root.create(tmp_path / "link").path == (tmp_path / "real").resolve()


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_root_that_cannot_be_written_names_the_mend(
    root: Root, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    root.check_writable()
    assert names_in(root.path) == []

    def refuse(*_arguments: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("cpanel_emu.root._write_new", refuse)
    with pytest.raises(StoreError) as caught:
        root.check_writable()
    assert str(caught.value) == (
        f"Nothing can be written below '{root.path}': {os.strerror(number)}. "
        "Make it writable, or give another --root."
    )


def test_a_full_disk_counts_as_writable(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("cpanel_emu.root._write_new", refuse)
    root.check_writable()


def test_the_root_of_the_machine_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="folder of its own"):
        Root.create(Path("/"))


def test_nul_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no path"):
        Root.create(Path("a\0b"))


def test_a_file_in_the_place_of_the_root_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"Cannot make the directory .*file': File exists\.$"):
        Root.create(tmp_path / "file")
    with pytest.raises(StoreError, match=r"Not a directory\.$"):
        Root.create(tmp_path / "file" / "below")


def test_paths_follow_a_real_server(root: Root) -> None:
    assert root.home("user") == root.path / "home" / "user"
    assert root.users == root.path / "var" / "cpanel" / "users"
    assert root.local_cpanel == root.path / "usr" / "local" / "cpanel"
    assert root.liveapi_socket == root.path / "liveapi.sock"
    assert root.homes == root.path / "home"
    assert root.sessions == root.path / "var" / "cpanel" / "sessions"
    assert root.tls == root.path / "var" / "cpanel" / "ssl"
    assert root.config_file == root.path / "cpanel-emu.toml"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "/etc", "a\0", "a\\b"])
def test_names_that_could_lead_elsewhere_are_refused(root: Root, name: str) -> None:
    with pytest.raises(StoreError, match="cannot be the name of a file"):
        root.home(name)
    with pytest.raises(StoreError, match="cannot be the name of a lock"), root.lock(name):
        pass


@given(st.lists(st.text(max_size=12), max_size=4))
def test_below_never_leads_out(names: list[str]) -> None:
    root = Root(Path("/somewhere/root"))
    try:
        path = root.below(*names)
    except StoreError:
        return
    assert Path(os.path.normpath(path)).is_relative_to(root.path)
    assert len(path.parts) == len(root.path.parts) + len(names)


def test_inside_follows_links_and_refuses_those_that_lead_out(root: Root, tmp_path: Path) -> None:
    (root.path / "here").mkdir()
    (root.path / "near").symlink_to("here")
    (root.path / "far").symlink_to(tmp_path)
    (root.path / "loop").symlink_to("loop")
    assert root.inside(root.path / "near" / "new") == root.path / "here" / "new"
    for way_out in ("far", "far/new", "..", "near/../../x", "/etc/passwd", "a\0b"):
        with pytest.raises(StoreError, match="leads out of the root"):
            root.inside(root.path / way_out)
    with pytest.raises(StoreError, match="leads out of the root"):
        root.make_directory(root.path / "far" / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(StoreError):
        root.make_directory(root.path / "loop" / "new")


def test_a_sibling_with_the_same_beginning_is_outside(root: Root) -> None:
    with pytest.raises(StoreError):
        root.inside(root.path.with_name("root2") / "x")


def test_make_directory_makes_every_level_private(root: Root) -> None:
    old = os.umask(0)
    try:
        made = root.make_directory(root.path / "x" / "y")
    finally:
        os.umask(old)
    assert mode_of(made) == mode_of(made.parent) == 0o700
    assert root.make_directory(made) == made


def test_write_replaces_as_a_whole_and_is_private(root: Root) -> None:
    path = root.path / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new" * 100_000, fsync=True)
    assert path.read_bytes() == b"new" * 100_000
    assert mode_of(path) == 0o600
    assert names_in(root.path) == ["file"]


def test_a_write_in_small_pieces_is_complete(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:7]))
    write_atomically(root.path / "file", bytes(range(256)))
    assert (root.path / "file").read_bytes() == bytes(range(256))


def test_write_takes_a_mode(root: Root) -> None:
    write_atomically(root.path / "program", b"#!", 0o700)
    assert mode_of(root.path / "program") == 0o700


def test_write_replaces_a_link_instead_of_following_it(root: Root, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"outside")
    (root.path / "file").symlink_to(tmp_path / "outside")
    write_atomically(root.path / "file", b"new")
    assert (tmp_path / "outside").read_bytes() == b"outside"
    assert not (root.path / "file").is_symlink()


@pytest.mark.parametrize("broken", ["write", "rename"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    root: Root, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = root.path / "file"
    write_atomically(path, b"old")

    def fail(*_arguments: object, **_keywords: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if broken == "write":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(StoreError) as caught:
        write_atomically(path, b"new", fsync=True)
    assert str(caught.value) == f"Cannot write '{path}': No space left on device."
    assert path.read_bytes() == b"old"
    assert names_in(root.path) == ["file"]


def test_an_interrupted_write_cleans_up_too(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object, **_keywords: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(root.path / "file", b"new")
    assert names_in(root.path) == []


def test_a_missing_folder_is_a_store_error(root: Root) -> None:
    with pytest.raises(StoreError, match=r"^Cannot write '.*: No such file or directory\.$"):
        write_atomically(root.path / "missing" / "file", b"")


def test_readers_never_see_half_a_file(root: Root) -> None:
    path = root.path / "file"
    versions = [letter * 50_000 for letter in (b"a", b"b", b"c", b"d")]
    write_atomically(path, versions[0])

    def write(data: bytes) -> None:
        for _ in range(50):
            write_atomically(path, data)

    writers = [threading.Thread(target=write, args=(data,)) for data in versions]
    for writer in writers:
        writer.start()
    seen = {path.read_bytes() for _ in range(200)}
    for writer in writers:
        writer.join()
    assert seen <= set(versions)
    assert not list(root.path.glob(f"{TEMPORARY_PREFIX}*"))


def _count_up(folder: Path) -> None:
    root = Root(folder)
    counter = folder / "counter"
    for _ in range(25):
        with root.lock("counter"):
            counter.write_text(str(int(counter.read_text()) + 1))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_the_lock_excludes_threads_and_processes(root: Root, kind: str) -> None:
    (root.path / "counter").write_text("0")
    runners: list[threading.Thread | multiprocessing.process.BaseProcess] = []
    for _ in range(4):
        if kind == "threads":
            runners.append(threading.Thread(target=_count_up, args=(root.path,)))
        else:
            context = multiprocessing.get_context("spawn")
            runners.append(context.Process(target=_count_up, args=(root.path,)))
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert (root.path / "counter").read_text() == "100"


def test_an_error_frees_the_lock(root: Root) -> None:
    with pytest.raises(ZeroDivisionError), root.lock("x"):
        raise ZeroDivisionError
    with root.lock("x"):
        pass


def test_whoever_waits_for_a_lock_file_that_goes_takes_the_new_one(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock
    waiting = threading.Event()
    order: list[str] = []

    def flock(handle: int, operation: int) -> None:
        if threading.current_thread() is waiter:
            waiting.set()  # the file is open by now
        real(handle, operation)

    def wait_and_enter() -> None:
        with root.lock("x"):
            order.append("second")

    waiter = threading.Thread(target=wait_and_enter)
    monkeypatch.setattr(fcntl, "flock", flock)
    with root.lock("x"):
        waiter.start()
        waiting.wait()
        (root.locks / "x.lock").unlink()
        root.locks.rmdir()
        order.append("first")
    waiter.join()
    assert order == ["first", "second"]
    assert (root.locks / "x.lock").exists()


def test_a_place_that_takes_no_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As /proc: it says that what is to be made is missing."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match="Cannot make the directory"):
        Root.create(tmp_path / "root")
