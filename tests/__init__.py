"""The test suite, laid out like the package that it tests."""
