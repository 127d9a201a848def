"""The core: keys, certificate signing requests, certificates, and where an account keeps them.

Nothing here knows a tongue or a function's name. Read `values` (what a subject may hold),
`request` (the CSR, byte by byte), `keys`, then `directory` (the store).
"""
