"""Build hook: lists the packages; all metadata stands in setup.cfg."""

from setuptools import find_packages, setup

BESIDE = ["cpanel_emu.fixtures", "cpanel_emu.templates"]
"""Packages that lie at the top of the tree; ``package_dir`` in setup.cfg maps them."""

setup(packages=find_packages(include=["cpanel_emu", "cpanel_emu.*"]) + BESIDE)
