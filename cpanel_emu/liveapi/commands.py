"""Which program runs a LiveAPI page (``liveapi_cli §1.1``)."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from cpanel_emu.errors import EmulatorError

_FIRST_LINE_LIMIT = 1024


class InterpreterError(EmulatorError):
    """A page cannot be started: its interpreter is missing, or it names none."""


def command_for(page: Path, perl_library: Path) -> list[str]:
    """Return the command that runs *page*: by its name, for ``.live.cgi`` by its first line.

    Programs are looked for in ``PATH``, because pages name those of the real server.

    Args:
        page: the file.
        perl_library: the folder that has ``Cpanel/LiveAPI.pm``.

    Raises:
        InterpreterError: the text says what to install or to write.
    """
    if page.name.endswith("php"):
        return _php(page)
    words = _first_line(page)
    if page.name.endswith("pl"):
        return _perl(page, words, perl_library)
    if not words:
        raise InterpreterError(f"{page} does not begin with #! and the program that runs it.")
    language = PurePosixPath(words[0]).name
    if language.startswith("php"):
        return _php(page)
    if language.startswith("perl"):
        return _perl(page, words, perl_library)
    program = words[0] if Path(words[0]).is_file() else _found(language, page)
    return [program, *words[1:], str(page)]


def _php(page: Path) -> list[str]:
    """PHP's CGI program takes the page from the environment; the other one from the command."""
    program = shutil.which("php-cgi")
    if program is not None:
        return [program]
    return [_found("php", page, "PHP (php-cgi or php)"), "-f", str(page)]


def _perl(page: Path, words: list[str], library: Path) -> list[str]:
    # Under taint mode Perl ignores PERL5LIB, and wants to be told on the command line.
    taint = [word for word in words[1:] if word in {"-T", "-t", "-wT", "-Tw"}]
    return [_found("perl", page), *taint, f"-I{library}", str(page)]


def _found(program: str, page: Path, name: str = "") -> str:
    path = shutil.which(program)
    if path is None:
        raise InterpreterError(
            f"{page.name} needs {name or program}, which is not installed; "
            "install it where PATH leads to."
        )
    return path


def _first_line(page: Path) -> list[str]:
    """Return the words after ``#!``, without a leading ``env``; none if there is no such line.

    Raises:
        InterpreterError: the page cannot be read.
    """
    try:
        with page.open("rb") as stream:
            line = stream.readline(_FIRST_LINE_LIMIT)
    except OSError as error:
        raise InterpreterError(f"Cannot read the page {page}: {error.strerror}.") from None
    if not line.startswith(b"#!"):
        return []
    words = line[2:].decode("utf-8", "replace").split()
    if words and PurePosixPath(words[0]).name == "env":
        words = words[2:] if words[1:2] == ["-S"] else words[1:]
    return words
