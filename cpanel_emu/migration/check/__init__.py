"""``theme check``: what pages use, what of it works, what is broken (``tags §8``, ``tags §9``).

The way of a theme, in the order of the modules::

    folder ─pages.walk─▶ files ─reading─▶ FileFacts ─including, texts─▶ findings ─▶ Report
                                  │                                                   │
                   judgements, suspicions, regions:                  text, json, sarif, html
                   what is wrong with one tag

`check_theme` evaluates nothing and changes nothing.
"""

from cpanel_emu.migration.check.checking import check_theme
from cpanel_emu.migration.check.findings import Finding, Level, Rule
from cpanel_emu.migration.check.known import Known, Use
from cpanel_emu.migration.check.report import Report
from cpanel_emu.migration.check.rules import RULES

__all__ = ["RULES", "Finding", "Known", "Level", "Report", "Rule", "Use", "check_theme"]
