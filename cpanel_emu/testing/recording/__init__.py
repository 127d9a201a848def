"""Record golden cases from a server: a proxy, and what it makes of an exchange.

``proxy`` carries requests and answers and interprets nothing. ``requests`` and ``answers`` turn
their bytes into those of a case: secrets and whatever differs from one run to the next become names
in braces (``references``), the same text always the same name. ``folder`` writes the case.
"""
