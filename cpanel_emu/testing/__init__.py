"""What tests of the emulator, and tests with the emulator, are made of.

`golden` runs folders of golden cases: a request, the exact bytes that must come back, the rule
that says so and how it is known.
"""
