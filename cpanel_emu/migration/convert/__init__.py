"""``theme convert``: tag pages as LivePHP or Template Toolkit (``tags §9.2``).

The way of a page::

    tree ─doubts, uapi─▶ what is listed ─livephp / toolkit─▶ source ─plan─▶ files ─output─▶ folder

Nothing is guessed: a page is converted as `cpanel_emu.tags` reads it, and what no source explains
is left and listed.
"""

from cpanel_emu.migration.convert.findings import Finding, Reason
from cpanel_emu.migration.convert.output import OutputError, check_folders, conflicts, write
from cpanel_emu.migration.convert.plan import NewFile, Plan, make_plan
from cpanel_emu.migration.convert.targets import LIVEPHP, TARGETS, TEMPLATE_TOOLKIT, Target
from cpanel_emu.migration.convert.uapi import Policy

__all__ = [
    "LIVEPHP",
    "TARGETS",
    "TEMPLATE_TOOLKIT",
    "Finding",
    "NewFile",
    "OutputError",
    "Plan",
    "Policy",
    "Reason",
    "Target",
    "check_folders",
    "conflicts",
    "make_plan",
    "write",
]
