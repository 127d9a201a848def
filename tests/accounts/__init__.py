"""Tests of `cpanel_emu.accounts`."""
