"""Moving a theme away from tags: the handbook's ``tags §9``.

``check`` and ``convert`` read the syntax trees of `cpanel_emu.tags` and run nothing; ``compare``
shows pages, and runs what they call.

=====================  ===================================================================
part                   what it does
=====================  ===================================================================
`pages`                walks a theme folder: which files are pages, which cannot be read
`successors`           what replaces each API 2 and API 1 function (``successors.toml``)
``check``              finds out what pages use, what of it works and what is broken
``convert``            writes pages as LivePHP or Template Toolkit
``compare``            renders old and new pages in many states, and shows differences
=====================  ===================================================================

The verbs of ``cpanel-emu theme`` stand in ``cli/theme_check.py`` and its like; each part can be
used from Python without them.
"""
