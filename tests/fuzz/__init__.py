"""Hostile input for every parser that meets the outside: what is fed, and what must hold.

`targets` has one module for each parser; `corpus` and `findings` hold inputs that reach much of
it, and those that once broke it. `test_replay` runs them all. The coverage-guided fuzzer that finds
new ones is ``scripts/torture fuzz``.
"""
