"""The control namespace ``/_emu/``: reset, journal, planned faults, and a page for people.

`access` decides who may use it and `faults` keeps what is planned; both are pure, and so are
`spellings` and `views`. `door` answers its requests, `pages` renders the HTML, and `watch` is
where requests to the emulated server are recorded and faults strike.
"""
