"""Tests of the control namespace, the journal and the planned faults."""
