"""HTTP/1 as old cPanel clients speak it: bytes in, requests out; answers in, bytes out. No I/O.

`RequestReader` takes what the socket gave, in pieces of any size, and returns whole requests.
It is generous about what cannot be misunderstood (blank lines between requests, LF without CR,
blanks in the request target, no ``Host``) and closes the connection, or refuses, wherever two
readers could disagree about where a request ends.

`head` reads the request line and header fields, `body` finds the end of the body, `reader` joins
them, and `answer` writes the frames of ``wire §4`` and ``wire §5.8``.
"""

from cpanel_emu.server.http1.answer import answer, refusal
from cpanel_emu.server.http1.errors import UnreadableRequest
from cpanel_emu.server.http1.reader import Phase, Request, RequestReader

__all__ = ["Phase", "Request", "RequestReader", "UnreadableRequest", "answer", "refusal"]
