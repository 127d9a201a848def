"""Which file of a theme answers for a page: tags, Template Toolkit or LiveAPI.

A page keeps its address when it is converted: ``ssl/keys.html`` is answered from the file of that
name, else from ``ssl/keys.html.tt``, else from ``ssl/keys.live.php``.
"""

from __future__ import annotations

from cpanel_emu.liveapi.pages import converted_name
from cpanel_emu.tags import OutsideTheme, Theme, page_candidates, processes_tags

TEMPLATE_SUFFIX = ".tt"
"""How the names of files for Template Toolkit end."""

INDEX = "index.html"


def is_template_page(path: str) -> bool:
    """Whether the file at *path* is for Template Toolkit."""
    return path.endswith(TEMPLATE_SUFFIX)


def page_path(file: str) -> str:
    """Return the path of the page that *file* answers for when it is asked for itself."""
    return file.removesuffix(TEMPLATE_SUFFIX)


def files_of(path: str) -> tuple[str, ...]:
    """Return the files that may answer for the page at *path*, best first.

    ``ssl/items.json`` may be ``ssl/items.json.live.php``: a page that is no HTML keeps its suffix,
    for one of the same name may stand beside it.
    """
    if not processes_tags(path):
        return (path,)
    return (path, path + TEMPLATE_SUFFIX, converted_name(path))


def page_file(theme: Theme, path: str, package: str = "") -> str | None:
    """Return the file that answers for the page at *path*, None if there is none in the theme.

    Args:
        theme: the theme.
        path: relative to the theme.
        package: the branding package; its own index page is the theme's (``tags §2.2``).
    """
    for page in page_candidates(path, package):
        for file in files_of(page):
            if _is_there(theme, file):
                # The tag engine finds a package's index by itself.
                return path if file == page else file
    return None


def _is_there(theme: Theme, path: str) -> bool:
    try:
        return theme.find(path) is not None
    except OutsideTheme:
        return False
