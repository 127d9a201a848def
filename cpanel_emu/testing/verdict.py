"""Compare an answer with what a case expects."""

from __future__ import annotations

from cpanel_emu.testing.cases import Expectation, Suite, Variant, head_name
from cpanel_emu.testing.differences import describe_difference
from cpanel_emu.testing.messages import Response, split_response
from cpanel_emu.testing.placeholders import Names


def judge(
    suite: Suite, variant: Variant, expectation: Expectation | None, answer: Response, names: Names
) -> list[str]:
    """Return what is wrong with *answer*, empty when nothing is."""
    expectation = expectation or Expectation(files={})
    path = expectation.file_for(variant.tongue)
    if path is None:
        faults = _judge_status(expectation, answer)
    else:
        head = head_name(expectation, path)
        head_bytes = None if head is None else _read_head(suite, head)
        wanted = _expected(path.read_bytes(), head_bytes, answer, names)
        faults = _judge_bytes(wanted, answer, in_process=variant.target == "app")
    return faults + _judge_words(expectation, answer, names)


def _read_head(suite: Suite, name: str) -> bytes:
    # Head files are edited by hand, so their lines end with LF; on the wire they end with CRLF.
    return suite.head_file(name).read_bytes().replace(b"\n", b"\r\n")


def _expected(template: bytes, head: bytes | None, answer: Response, names: Names) -> Response:
    """Return the answer that should have come, with every name replaced."""
    if head is None:
        return split_response(names.resolve(template, answer.raw))
    body = names.resolve(template, answer.body)
    sized = Names({**names.known, "length": str(len(body))}, names.volatile)
    resolved = sized.resolve(head, answer.head)
    names.known.update({k: v for k, v in sized.known.items() if k != "length"})
    return Response(resolved, body)


def _judge_bytes(wanted: Response, answer: Response, *, in_process: bool) -> list[str]:
    if in_process:
        wanted, answer = wanted.without_listener_headers(), answer.without_listener_headers()
    report = describe_difference(wanted.raw, answer.raw)
    return [report] if report else []


def _judge_status(expectation: Expectation, answer: Response) -> list[str]:
    if answer.status == expectation.status:
        return []
    return [f"status {expectation.status} expected, {answer.status} answered:\n{_shown(answer)}"]


def _judge_words(expectation: Expectation, answer: Response, names: Names) -> list[str]:
    faults = []
    for line in map(names.fill, expectation.headers):
        name, _, value = line.partition(": ")
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
