"""The rules of ``theme check``, and what each warning of the parser means by them."""

from __future__ import annotations

import difflib
import re

from cpanel_emu.migration.check.findings import Level, Rule

_ERROR, _WARNING, _NOTE = Level.ERROR, Level.WARNING, Level.NOTE

# --- Unknown ---

UNKNOWN_FUNCTION = Rule(
    "unknown-function",
    "tags §1.10",
    _ERROR,
    "A tag calls a function that the emulator does not have; it prints nothing.",
    "Give its answer with --stubs, or take the call out.",
)
UNKNOWN_TAG = Rule(
    "unknown-tag",
    "tags §1.6",
    _ERROR,
    "A word after < begins with cpanel but is no tag; it is copied to the visitor.",
    "Write one of cpanel, cpanelif, cpanelelse, cpanelfeature, cptext.",
)
UNKNOWN_VARIABLE = Rule(
    "unknown-variable",
    "tags §5.1",
    _ERROR,
    "A variable that the server does not have; it stays as written, and is empty in conditions.",
    "Use a variable of the handbook, or take it out.",
)
DOLLAR_TEXT = Rule(
    "dollar-text",
    "tags §3.6",
    _NOTE,
    "A dollar sign in an API 2 tag that begins no variable; it is printed as written.",
    "Nothing to do if the text is meant; otherwise name a known variable.",
)
MISSING_TEXT = Rule(
    "missing-language-key",
    "tags §2.2",
    _ERROR,
    "The language file lacks a key; the page prints the key itself.",
    "Add the key to the language file.",
)
NO_LANGUAGE_FILE = Rule(
    "no-language-file",
    "tags §2.2",
    _WARNING,
    "The folder has no language file, so language keys were not checked.",
    "Check the whole theme, with its lang folder.",
)
INCOMPLETE_LANGUAGE = Rule(
    "incomplete-language",
    "tags §2.2",
    _NOTE,
    "Another language lacks keys that pages use and the main language has.",
    "Translate the keys.",
)
MISSING_INCLUDE = Rule(
    "missing-include",
    "tags §2.2",
    _ERROR,
    "An included file does not exist; nothing is printed for it.",
    "Add the file, correct its name, or take the tag out.",
)
MISSING_BRANDING = Rule(
    "missing-branding-file",
    "tags §2.3",
    _ERROR,
    "No branding folder has the file; nothing is printed for it.",
    "Add the file to branding/, correct its name, or take the tag out.",
)
NO_MATCH = Rule(
    "no-match",
    "tags §2.2",
    _NOTE,
    "No file matches a dynamicinclude; nothing is printed for it.",
    "Correct the pattern, or take the tag out.",
)
MISSING_TEMPLATE = Rule(
    "missing-template",
    "tags §3.9",
    _WARNING,
    "The Template Toolkit file of a tag does not exist.",
    "Add the file, or correct its name.",
)
OUTSIDE = Rule(
    "path-outside-theme",
    "tags §2.2",
    _ERROR,
    "A path leads out of the theme; nothing is printed for it.",
    "Move the file into the theme and name it there.",
)
ENDLESS_INCLUDE = Rule(
    "endless-include",
    "tags §2.2",
    _WARNING,
    "A file includes itself, directly or through others.",
    "Make sure that a condition ends it; after 32 levels the page prints an error text.",
)

# --- Broken tags ---

UNCLOSED_TAG = Rule(
    "unclosed-tag",
    "tags §1.7",
    _ERROR,
    "A tag has no > before the end of the file; the rest of the file is printed as text.",
    "End the tag with >.",
)
SWALLOWED_TEXT = Rule(
    "swallowed-text",
    "tags §1.4",
    _ERROR,
    "A tag swallows what follows: it ends at the first >, which belongs to something else.",
    "End the tag before the text that it swallows.",
)
EARLY_END = Rule(
    "early-end",
    "tags §1.4",
    _ERROR,
    "A > inside a value ends the tag; the rest of the value is printed as text.",
    "Write &gt; or, in an API 2 tag, ] instead; in a condition =gt=.",
)
MISSING_QUOTE = Rule(
    "missing-quote",
    "tags §2.1.1",
    _WARNING,
    "A quote is opened and not closed, or the other way round.",
    "Write both quotes or none.",
)
OPEN_QUOTE = Rule(
    "open-quote",
    "tags §2.1.3",
    _ERROR,
    "The quote of an argument or a value is not closed; it counts as text.",
    "Close the quote.",
)
UNCLOSED_BLOCK = Rule(
    "unclosed-block",
    "tags §1.12",
    _ERROR,
    "A block is never closed; it ends at the end of the file.",
    "Close the block where it should end.",
)
STRAY_END = Rule(
    "stray-end",
    "tags §1.12",
    _ERROR,
    "A closing tag or <cpanelelse> belongs to no open block; it is dropped.",
    "Take it out, or open the block that it belongs to.",
)
CROSSED_BLOCKS = Rule(
    "crossed-blocks",
    "tags §1.12",
    _ERROR,
    "Blocks are closed in another order than they were opened in.",
    "Close the inner block first.",
)
TOO_DEEP = Rule(
    "too-deep",
    "tags §1.11",
    _ERROR,
    "Blocks are nested too deep; an error text is printed in their place.",
    "Join conditions with &&, or move the inner part to a file of its own.",
)
BROKEN_TAG = Rule(
    "broken-tag",
    "tags §2.1.1",
    _ERROR,
    "The tag has no form that the server knows; it prints nothing.",
    'Write <cpanel word="value"> or <cpanel Module="function(arguments)">.',
)
BROKEN_WORD = Rule(
    "broken-word",
    "tags §2.2",
    _ERROR,
    "A built-in word lacks a part of its value.",
    "Write the value in full.",
)
BROKEN_CALL = Rule(
    "broken-call",
    "tags §3.2.8",
    _ERROR,
    "An API 2 tag has no Module::function(…); it prints nothing.",
    "Write <?cp Module::function(FORMAT,field) ?>.",
)
BROKEN_FIELD = Rule(
    "broken-field",
    "tags §3.4",
    _ERROR,
    "A field of an API 2 tag has no form that the server knows; it prints nothing.",
    "Write name, ^name, &name, *name, @name, +name, name=value?yes:no or key:open:item:close.",
)
STRAY_CLOSER = Rule(
    "stray-cpanel-end",
    "tags §2.1.11",
    _NOTE,
    "</cpanel> closes nothing; it is dropped.",
    "Take it out.",
)
DROPPED_PARAMETER = Rule(
    "dropped-parameter",
    "tags §3.7.4",
    _WARNING,
    "Something between the parameters of an API 2 tag is no name=value, or lacks its comma.",
    "Write name=value pairs with commas between them.",
)
UNKNOWN_ESCAPE = Rule(
    "unknown-escape",
    "tags §3.5",
    _WARNING,
    "An escape that the server does not know is printed as written.",
    r"Write one of \{colon}, \{comma}, \{percent}, \{leftparenthesis}, \{rightparenthesis},"
    r" \{leftbracket}, \{rightbracket}.",
)
BROKEN_PHRASE = Rule(
    "broken-phrase",
    "tags §2.4",
    _WARNING,
    "Brackets of a localised text mean nothing; they are printed as written.",
    "Use a bracket method of the handbook, or write ~[ and ~] for the characters.",
)

# --- A person must decide (tags §9.2) ---

NO_OPERATOR = Rule(
    "no-operator",
    "tags §4.8",
    _WARNING,
    "!= is no operator, it is part of the text.",
    "Write !a==b for a is not b.",
)
JUXTAPOSED = Rule(
    "juxtaposed-values",
    "tags §4.8",
    _WARNING,
    "Values stand side by side in a condition; they are one joined text.",
    "Join them with && or ||, whichever was meant.",
)
TEMPLATE_TOOLKIT = Rule(
    "cptt",
    "tags §3.9",
    _WARNING,
    "Template Toolkit files are not run: the call runs, and nothing is printed.",
    "Move the template by hand; its data begins with return_.",
)
CALL_IN_COMMENT = Rule(
    "call-in-comment",
    "tags §1.3",
    _WARNING,
    "A call inside an HTML comment runs; pages hide calls there for what they change.",
    "Keep the call without the comment, or take both out.",
)
TAG_IN_PHP = Rule(
    "tag-in-php",
    "tags §1.15",
    _WARNING,
    "A tag stands inside PHP code: it is replaced before PHP sees it.",
    "Write the call with the LiveAPI class.",
)
NOT_UTF8 = Rule(
    "not-utf-8",
    "tags §9.2",
    _WARNING,
    "A tag or a language file holds bytes that are no UTF-8; converted pages cannot carry them.",
    "Save the file as UTF-8.",
)
FORM_BESIDE_ARGUMENTS = Rule(
    "form-beside-arguments",
    "tags §2.1.6",
    _WARNING,
    "%FORM stands beside other arguments; a call of LiveAPI has names or positions, not both.",
    "Hand over either the whole form or the arguments that the call needs.",
)
INCLUDE_IN_LANGUAGE_FILE = Rule(
    "include-in-language-file",
    "tags §9.2",
    _WARNING,
    "A text of a language file includes a file, whose tag page is gone after the conversion.",
    "Include the file in the pages that print the text.",
)
RAW_INCLUDE_OF_PAGE = Rule(
    "raw-include-of-page",
    "tags §9.2",
    _WARNING,
    "The source of a page with tags is shown, and the conversion writes another one.",
    "Put the text that shall be shown into a file without tags of its own.",
)
UNCLEAR_ESCAPE = Rule(
    "unclear-escape",
    "tags §9.2",
    _WARNING,
    "How the server escapes here is not documented.",
    "Choose an escape that fits the place: HTML, URL or JavaScript.",
)
UNESCAPED_INPUT = Rule(
    "unescaped-input",
    "tags §5.3",
    _WARNING,
    "What a visitor sends is printed unescaped, so a link can run scripts in the page.",
    "Use formprint in attributes, print in text, uriprint in URLs, jsprint in scripts.",
)

RULES = {
    rule.name: rule
    for rule in (
        UNKNOWN_FUNCTION,
        UNKNOWN_TAG,
        UNKNOWN_VARIABLE,
        DOLLAR_TEXT,
        MISSING_TEXT,
        NO_LANGUAGE_FILE,
        INCOMPLETE_LANGUAGE,
        MISSING_INCLUDE,
        MISSING_BRANDING,
        NO_MATCH,
        MISSING_TEMPLATE,
        OUTSIDE,
        ENDLESS_INCLUDE,
        UNCLOSED_TAG,
        SWALLOWED_TEXT,
        EARLY_END,
        MISSING_QUOTE,
        OPEN_QUOTE,
        UNCLOSED_BLOCK,
        STRAY_END,
        CROSSED_BLOCKS,
        TOO_DEEP,
        BROKEN_TAG,
        BROKEN_WORD,
        BROKEN_CALL,
        BROKEN_FIELD,
        STRAY_CLOSER,
        DROPPED_PARAMETER,
        UNKNOWN_ESCAPE,
        BROKEN_PHRASE,
        NO_OPERATOR,
        JUXTAPOSED,
        TEMPLATE_TOOLKIT,
        CALL_IN_COMMENT,
        TAG_IN_PHP,
        NOT_UTF8,
        FORM_BESIDE_ARGUMENTS,
        INCLUDE_IN_LANGUAGE_FILE,
        RAW_INCLUDE_OF_PAGE,
        UNCLEAR_ESCAPE,
        UNESCAPED_INPUT,
    )
}
"""Every rule by its name."""

_BY_MESSAGE: tuple[tuple[str, str, Rule], ...] = (
    ("tags §1.6", "", UNKNOWN_TAG),
    ("tags §1.7", "", UNCLOSED_TAG),
    ("tags §1.11", "", TOO_DEEP),
    ("tags §1.12", "is never closed", UNCLOSED_BLOCK),
    ("tags §1.12", " too", CROSSED_BLOCKS),
    ("tags §1.12", "", STRAY_END),
    ("tags §2.1.1", "", BROKEN_TAG),
    ("tags §2.1.11", "", STRAY_CLOSER),
    ("tags §2.2", "", BROKEN_WORD),
    ("tags §2.4", "", BROKEN_PHRASE),
    ("tags §3.2.8", "", BROKEN_CALL),
    ("tags §3.4", "", BROKEN_FIELD),
    ("tags §3.5", "", UNKNOWN_ESCAPE),
    ("tags §3.7.4", "is not closed", OPEN_QUOTE),
    ("tags §3.7.4", "", DROPPED_PARAMETER),
    ("tags §3.9", "", TEMPLATE_TOOLKIT),
    ("tags §4.8", "no operator", NO_OPERATOR),
    ("tags §4.8", "", JUXTAPOSED),
)
"""Rule and a part of the message of the parser's warnings; the first that fits counts."""


def rule_of_warning(citation: str, message: str) -> Rule:
    """Return the rule that a warning of the parser belongs to.

    Raises:
        KeyError: the parser has a rule that this table lacks (a test compares them).
    """
    for cited, part, rule in _BY_MESSAGE:
        if cited == citation and part in message:
            return rule
    raise KeyError(citation)


_TAG_WORDS = ("cpanel", "cpanelif", "cpanelelse", "cpanelfeature", "cptext")
_NEGATIONS = {
    "cpanelnif": "cpanelif",
    "cpanelnotif": "cpanelif",
    "cpanelnotfeature": "cpanelfeature",
}
_UNKNOWN_WORD = re.compile(r'"</?(?P<word>[\w:-]+)" is no tag')


def mend_of_warning(rule: Rule, message: str) -> str:
    """Return a mend that knows the case, or empty for the rule's own."""
    match = _UNKNOWN_WORD.match(message) if rule is UNKNOWN_TAG else None
    if match is None:
        return ""
    word = match["word"]
    if word in _NEGATIONS:
        return f"Negate with !: write <{_NEGATIONS[word]} !…>."
    nearest = difflib.get_close_matches(word, _TAG_WORDS, n=1, cutoff=0.8)
    return f"Did you mean <{nearest[0]}>?" if nearest else ""
