"""Who may call, as whom, and where that is kept.

- `models`: accounts, root, the server, its roles; values, no I/O
- `passwords`: how secrets are stored and compared
- `seed`: the TOML file from which a new root is filled, and the built-in demo seed
- `directory`: the accounts of a root, in files
- `credentials`: the ``Authorization`` header and what it allows
- `sessions`: logins that last, with cookie and ``/cpsess…`` token
- `ownership`: which account a login may act for
"""
