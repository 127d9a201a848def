"""Sphinx configuration; `.ci/run` builds with warnings as errors."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_extensions")]

from cpanel_emu._version import __version__  # noqa: E402 - the path above leads to it

project = "cpanel-emu"
author = "The cpanel-emu contributors"
copyright = "2026, The cpanel-emu contributors"
version = release = __version__

extensions = ["emulator_tables", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "examples"]
nitpicky = True
# Names in type hints and "Raises" sections lead to pages only where the manual has them.
nitpick_ignore_regex = [("py:.*", ".*")]
default_role = "literal"
smartquotes = False  # quotes and dashes in answers stand as they are sent

autodoc_typehints = "description"
autodoc_member_order = "bysource"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_title = f"cpanel-emu {__version__}"
