"""What the tests under load and faults (``scripts/torture``) share."""
