"""What a person must look at after a conversion (``tags §9.2``, last paragraph)."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Reason(enum.Enum):
    """Why something is listed; the values are what ``--json`` says."""

    UNDOCUMENTED_WORD = "undocumented-word"
    CSS_FIELD = "css-field"
    TEMPLATE_TOOLKIT = "template-toolkit-tag"
    WHOLE_FORM = "form-beside-arguments"
    CALL_IN_COMMENT = "call-in-comment"
    JUXTAPOSED = "juxtaposed-values"
    UNBALANCED = "unbalanced-block"
    TOO_DEEP = "blocks-too-deep"
    UNKNOWN_TAG = "unknown-tag"
    BROKEN_TAG = "broken-tag"
    NOT_UTF8 = "not-utf-8"
    IN_PROGRAM = "tag-in-php"
    IN_LANGUAGE_FILE = "include-in-language-file"
    RAW_INCLUDE = "raw-include-of-page"
    NEW_CALL = "now-uapi"
    OLD_CALL = "not-uapi"
    NAME_TAKEN = "name-taken"
    SKIPPED = "skipped"


MENDS = {
    Reason.UNDOCUMENTED_WORD: "write print, formprint or unsafeprint, whichever is meant",
    Reason.CSS_FIELD: "write the value with the escape that its place in the style needs",
    Reason.TEMPLATE_TOOLKIT: "put the text of that file where its output shall stand",
    Reason.WHOLE_FORM: "hand over either the whole form or the arguments that the call needs",
    Reason.CALL_IN_COMMENT: "move the call out of the comment if it must run; remove it if not",
    Reason.JUXTAPOSED: "write && or || between the values, or ! before the comparison",
    Reason.UNBALANCED: "open and close each block once, in the same file, and convert again",
    Reason.TOO_DEEP: "put the inner blocks into an included file",
    Reason.UNKNOWN_TAG: "correct the tag's name, or remove it",
    Reason.BROKEN_TAG: "correct the tag, or remove it",
    Reason.NOT_UTF8: "save the file as UTF-8 and convert again",
    Reason.IN_PROGRAM: "write the call in PHP",
    Reason.IN_LANGUAGE_FILE: "include the file in the pages that print the text",
    Reason.RAW_INCLUDE: "put the text that shall be shown into a file without tags of its own",
    Reason.NEW_CALL: 'check it with "cpanel-emu theme compare"',
    Reason.OLD_CALL: "write the new call by hand, or keep the old one",
    Reason.NAME_TAKEN: "rename one of the two",
    Reason.SKIPPED: "convert it by hand if pages need it",
}
"""What to do about each."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to look at; ``file`` is relative to the theme, line and column count from 1."""

    file: str
    line: int
    column: int
    reason: Reason
    message: str

    @property
    def mend(self) -> str:
        """What to do."""
        return MENDS[self.reason]
