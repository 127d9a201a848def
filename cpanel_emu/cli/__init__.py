"""The command line: `main` is ``cpanel-emu``, one module per group of verbs."""
