"""Compare an answer with what a case expects."""

from __future__ import annotations

import email.utils
import re
from dataclasses import replace
from pathlib import Path

from cpanel_emu.testing.cases import Expectation, Suite, Variant, head_name
from cpanel_emu.testing.differences import describe_difference
from cpanel_emu.testing.messages import LISTENER_HEADERS, Response, split_response
from cpanel_emu.testing.ordering import arranged
from cpanel_emu.testing.placeholders import Names

_DATE = re.compile(rb"(?im)^date: ([^\r\n]*)")


def judge(
    suite: Suite,
    variant: Variant,
    expectation: Expectation | None,
    answer: Response,
    names: Names,
    *,
    is_foreign: bool = False,
) -> list[str]:
    """Return what is wrong with *answer*, empty when nothing is.

    Of a foreign server, one that this program did not start, the order of members and the date
    cannot be known (``wire §5.2``).
    """
    expectation = expectation or Expectation(files={})
    compared = compare(suite, variant, expectation, answer, names, is_foreign=is_foreign)
    faults = _judge_status(expectation, answer) if compared is None else _judge_bytes(*compared)
    return faults + _judge_words(expectation, answer, names, in_process=variant.target == "app")


def compare(
    suite: Suite,
    variant: Variant,
    expectation: Expectation,
    answer: Response,
    names: Names,
    *,
    is_foreign: bool = False,
) -> tuple[Response, Response] | None:
    """Return the answer that should have come and the one that came, ready to be compared.

    None if words are all that is expected.
    """
    path = expectation.file_for(variant.tongue)
    if path is None:
        return None
    wanted = template(suite, expectation, path)
    if variant.target == "app":
        wanted, answer = wanted.without_listener_headers(), answer.without_listener_headers()
    if is_foreign:
        answer = _dated_like(answer, wanted)
    if is_foreign or expectation.any_order:
        answer = replace(answer, body=arranged(answer.body, wanted.body))
    return _resolved(wanted, answer, names), answer


def _dated_like(answer: Response, wanted: Response) -> Response:
    """Return *answer* with the date of *wanted*, if it has any date."""
    here, there = _DATE.search(answer.head), _DATE.search(wanted.head)
    if here is None or there is None or email.utils.parsedate(here[1].decode("latin-1")) is None:
        return answer
    head = answer.head[: here.start(1)] + there[1] + answer.head[here.end(1) :]
    return replace(answer, head=head)


def template(suite: Suite, expectation: Expectation, path: Path) -> Response:
    """Return the expected answer, names still in braces."""
    head = head_name(expectation, path)
    if head is None:
        return split_response(path.read_bytes())
    # Head files are edited by hand, so their lines end with LF; on the wire they end with CRLF.
    head_lines = suite.head_file(head).read_bytes().replace(b"\n", b"\r\n")
    return Response(head_lines, path.read_bytes())


def _resolved(template: Response, answer: Response, names: Names) -> Response:
    """Return the answer that should have come, with every name replaced."""
    body = names.resolve(template.body, answer.body)
    sized = Names({**names.known, "length": _length(body, answer)}, names.volatile)
    head = sized.resolve(template.head, answer.head)
    del sized.known["length"]
    names.known.update(sized.known)
    return Response(head, body)


def _length(body: bytes, answer: Response) -> str:
    """Return the Content-Length to expect: that of the other body, if it is right and differs.

    So the report on a wrong body begins where the body goes wrong.
    """
    told = answer.header("Content-Length")
    return told if told == str(len(answer.body)) else str(len(body))


def _judge_bytes(wanted: Response, answer: Response) -> list[str]:
    report = describe_difference(wanted.raw, answer.raw)
    return [report] if report else []


def _judge_status(expectation: Expectation, answer: Response) -> list[str]:
    if answer.status == expectation.status:
        return []
    return [f"status {expectation.status} expected, {answer.status} answered:\n{_shown(answer)}"]


def _judge_words(
    expectation: Expectation, answer: Response, names: Names, *, in_process: bool
) -> list[str]:
    faults = []
    for line in map(names.fill, expectation.headers):
        name, _, value = line.partition(": ")
        if in_process and name.lower().encode() in LISTENER_HEADERS:
            continue
        got = answer.header(name)
        resolved = names.resolve(value.encode(), (got or "").encode()).decode()
        if got != resolved:
            faults.append(f"header {name}: {resolved!r} expected, {got!r} answered")
    return faults + _judge_body(expectation, answer, names)


def _judge_body(expectation: Expectation, answer: Response, names: Names) -> list[str]:
    body = answer.body.decode("utf-8", "replace")
    wanted = [names.fill(words) for words in expectation.contains]
    unwanted = [names.fill(words) for words in expectation.lacks]
    faults = [f"the body lacks {words!r}" for words in wanted if words not in body]
    faults += [f"the body contains {words!r}" for words in unwanted if words in body]
    return [*faults, _shown(answer)] if faults else []


def _shown(answer: Response) -> str:
    return answer.raw[:2000].decode("utf-8", "backslashreplace")
