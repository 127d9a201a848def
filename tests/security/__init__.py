"""The security review as tests, one module for each theme; ``docs/promises.rst`` lists them."""
