"""Hypothesis strategies for pages over the whole grammar of tags, most of them well-formed."""

from __future__ import annotations

from hypothesis import strategies as st

_HASHES = [
    "$FORM{'q'}",
    "$FORM{x}",
    '$FORM{"v"}',
    "$FORM{'none'}",
    "$RAW_FORM{'q'}",
    "$URI_ENCODED_FORM{'q'}",
    "$CPVAR{'v'}",
    "$CPVAR{'w'}",
    "$CPVAR{'maildomainscount'}",
    "$CPDATA{'DNS'}",
    "$CPDATA{'nix'}",
    "$CPERROR{'demo'}",
    "$LANG{'HELLO'}",
    "$LANG{'TAGGED'}",
    "$LANG{'nix'}",
    "$BRLANG{'HELLO'}",
    "$ENV{'REMOTE_USER'}",
    "$CONF{'x'}",
    "$BRANDINGIMG{'mail'}",
    "$MAGICREVISION{'a b.gif'}",
    "$NVDATA{'x'}",
]
_SCALARS = [
    "$user",
    "$basedir",
    "$basefile",
    "$isreseller",
    "$hostname",
    "$formdump",
    "$random",
    "$nix",
    "$userx",
    "$",
]
_LITERALS = ["a", "a b", "0", "1", "10", "é", "x-y", "DNS", "\\", "a'b", '"', "&", "~", "{", "}"]
_PLAIN = st.sampled_from(_LITERALS)
_VARIABLE = st.sampled_from(_HASHES + _SCALARS)


def _joined(*pieces: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*pieces), max_size=most).map("".join)


_TEXT_WITH_VARIABLES = _joined(_PLAIN, _VARIABLE)
_NAME = st.sampled_from(["v", "w", "x"])
_QUOTED = st.sampled_from(['"', "'", ""])


def _attribute(name: str, value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda quote, text: f"<cpanel {name}={quote}{text}{quote}>", _QUOTED, value)


_FILES = st.sampled_from(
    [
        "h.html",
        "sub/i.html",
        "../demo/h.html",
        "plain.html",
        "style.css",
        "none.html",
        "../../h.html",
        "/demo/h.html",
        "h$CPVAR{'none'}.html",
        "$FORM{'file'}.html",
        "$FORM{'q'}.html",
        " h.html ",
        "",
        "sub",
        "loop.html",
    ]
)
_RAW_FILES = st.sampled_from(
    ["plain.html", "t.txt", "../demo/plain.html", "none", "../../h.html", "$FORM{'q'}", "", "sub"]
)
_ARGUMENT = st.one_of(
    _TEXT_WITH_VARIABLES,
    _TEXT_WITH_VARIABLES.map(lambda text: f"'{text}'"),
    st.just("undef"),
    st.just('"a,b"'),
)
_ARGUMENTS = st.lists(_ARGUMENT, max_size=3).map(",".join)
_PHRASE = _joined(
    st.sampled_from(["Hi ", "~[", "~]", "é", "[", "]", "~,"]),
    st.sampled_from(
        [
            "[_1]",
            "[_2]",
            "[output,strong,_1]",
            "[output,class,_1,w]",
            "[output,url,_1,go]",
            "[boolean,_1,yes,no]",
            "[quant,_1,row,rows]",
            "[numerate,_1,row,rows]",
            "[numf,_1]",
            "[list,or,_*]",
            "[nix,_1]",
        ]
    ),
)
_PHRASES = st.builds(
    lambda text, quote, arguments: f"{quote}{text}{quote},{arguments}",
    _PHRASE,
    st.sampled_from("'\""),
    _ARGUMENTS,
)

_WORDS = st.one_of(
    *(
        _attribute(name, _TEXT_WITH_VARIABLES)
        for name in ("print", "formprint", "uriprint", "jsprint", "unsafeprint", "printvar")
    ),
    _attribute("cprint", _TEXT_WITH_VARIABLES),
    _attribute("langprint", st.sampled_from(["HELLO", "TAGGED", "CYCLE", "nix", "$FORM{'q'}", ""])),
    _attribute("setvar", st.builds("{}={}".format, _NAME, _TEXT_WITH_VARIABLES)),
    _attribute("setvar", _TEXT_WITH_VARIABLES),
    _attribute("sprint", st.builds("{},{},{}".format, _TEXT_WITH_VARIABLES, _PLAIN, _PLAIN)),
    _attribute("sprint", st.sampled_from(["a_b,_,1", "$user,s,0", "a,b[:comma:]c,[:comma:],1"])),
    *(_attribute(name, _FILES) for name in ("include", "relinclude")),
    *(_attribute(name, _RAW_FILES) for name in ("rawinclude", "relrawinclude")),
    _attribute(
        "dynamicinclude", st.sampled_from(["sub/*.html", "*.txt", "sub/*", "../*", "[a-h]*", ""])
    ),
    st.sampled_from(['<cpanel getcharset="">', '<cpanel hostname="">', '<cpanel version="">']),
    st.just('<cpanel printhelp="x">'),
)
_API1 = st.one_of(
    st.builds(
        '<cpanel {}="{}({})">'.format,
        st.sampled_from(["Demo", "demo", "Nope"]),
        st.sampled_from(["say", "bad", "both", "off", "crash", "nix"]),
        _ARGUMENTS,
    ),
    st.sampled_from(
        [
            '<cpanel SSL="installedhost()">',
            '<cpanel Demo="say(%FORM)">',
            '<cpanel Demo="say(%FORM,a)">',
            '<cpanel Branding="include(h.html)">',
            '<cpanel Branding="include(b.html)">',
            '<cpanel Branding="include(../h.html)">',
            '<cpanel Branding="image(mail,1)">',
            '<cpanel Branding="image(none)">',
            '<cpanel Branding="file(t.txt)">',
            '<cpanel Branding="text(t)">',
            '<cpanel MagicRevision="uri(a b.png)">',
            "<cpanel MagicRevision=\"uri('/x.png')\">",
            "<cpanel MagicRevision=\"uri($CPVAR{'v'}.png)\">",
        ]
    ),
    _PHRASES.map(lambda phrase: f'<cpanel Locale="maketext({phrase})">'),
    _PHRASES.map(lambda phrase: f"<cptext {phrase}>"),
)

_FIELDS = (
    *("host", "on", "ip", "nope", "num", "0", "1", "quote", "bold", "null"),
    *("yes", "no", "half", "two", "map", "words", "pairs", "tag", "sprite"),
)
_FUNCTIONS = (
    *("rows", "none", "one", "words", "odd", "fails"),
    *("sets", "pages", "crash", "echo", "nix"),
)
_SUBJECT = st.builds(
    "{}{}".format,
    st.sampled_from(["", "", "^", "*", "&", "+", "@"]),
    st.sampled_from(
        [
            "host",
            "on",
            "ip",
            "nope",
            "num",
            "0",
            "1",
            "quote",
            "bold",
            "null",
            "yes",
            "no",
            "half",
            "two",
            "map",
            "words",
            "pairs",
            "tag",
            "sprite",
        ]
    ),
)
_FIELD_TEXT = _joined(
    st.sampled_from(["a", "[b]", "[/b]", "\\{colon}", "\\{comma}", "\\{percent}", "é", "0", "1"]),
    st.sampled_from(["${host}", "${*num}", "${^n}", "${n}"]),
    _VARIABLE,
)
_FIELD = st.one_of(
    _SUBJECT,
    _SUBJECT,
    st.builds("{}={}?{}:{}".format, _SUBJECT, _FIELD_TEXT, _FIELD_TEXT, _FIELD_TEXT),
    st.builds(
        "{}:{}:{}:{}".format,
        st.sampled_from(["ip", "map", "words", "pairs", "nope"]),
        _FIELD_TEXT,
        _FIELD_TEXT,
        _FIELD_TEXT,
    ),
    st.sampled_from(["", "a b"]),
)
_FORMAT = _joined(
    st.just("%"),
    st.just("%"),
    st.sampled_from(
        ["[li]", "[/li]\n", "\r\n", " ", "[[x]]", "\\{leftbracket}", "[?php ", "${host}", "é"]
    ),
    st.sampled_from(["$MAGICREVISION{'i/%.gif'}", "$LANG{'%'}", "$CPVAR{'%'}"]),
    _VARIABLE,
    _PHRASE.map(lambda text: f"maketext('{text}',%,$user)"),
    most=6,
)
_PARAMETERS = st.lists(
    st.builds(
        "{}={}".format,
        st.sampled_from(["a", "a", "api2_sort", "0", "1"]),
        st.one_of(
            _TEXT_WITH_VARIABLES.map(lambda text: f'"{text}"'), st.sampled_from(["p q", "[b]", ""])
        ),
    ),
    max_size=3,
).map(", ".join)
_MESSAGE = st.one_of(
    st.just(""),
    st.builds(" || '{}'".format, _joined(st.sampled_from(["[i]no[/i]", "\n", "none"]), _VARIABLE)),
    st.builds(" || maketext('{}',$user)".format, _PHRASE),
)
_API2 = st.one_of(
    st.builds(
        "<?cp Demo::{}({}{}){}{} ?>".format,
        st.sampled_from(
            [
                "rows",
                "none",
                "one",
                "words",
                "odd",
                "fails",
                "sets",
                "pages",
                "crash",
                "echo",
                "nix",
            ]
        ),
        _FORMAT,
        st.lists(_FIELD, max_size=4).map(lambda fields: "".join(f",{field}" for field in fields)),
        _PARAMETERS.map(lambda text: f" {text}"),
        _MESSAGE,
    ),
    st.just("<?cptt Demo::sets(t.tmpl) ?>"),
)
_OPERAND = _joined(_PLAIN.filter(lambda text: text not in "'\""), _VARIABLE, most=2)
_TEST = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "!", " ! "]),
    _OPERAND,
    st.sampled_from(["", "==", "=et=", "=gt=", "=gtet=", "=lt=", "=ltet=", "!=", " "]),
    _OPERAND,
)
_CONDITION = st.lists(_TEST, min_size=1, max_size=3).flatmap(
    lambda tests: st.sampled_from([" && ", "||"]).map(lambda operator: operator.join(tests))
)
_TEXT = st.one_of(
    st.sampled_from(
        ["\n", "\r\n", "\r", "\n\n", " ", "<?", "<?php echo 1 ?>", "?>\n", "<?= ", "[%", "%]", "a"]
    ),
    st.sampled_from(
        ["<!--", "-->", "<b>é</b>", "{{ x }}", "$user", "'", '"', "\\", "\0", "<", "?"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=3),
)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    otherwise = st.one_of(st.just(""), inner.map(lambda text: f"<cpanelelse>{text}"))
    body = st.lists(inner, max_size=3).map("".join)
    return st.one_of(
        st.builds("<cpanelif {}>{}{}</cpanelif>".format, _CONDITION, body, otherwise),
        st.builds(
            "<cpanelfeature {}>{}{}</cpanelfeature>".format,
            st.sampled_from(["f", "!f", "sslmanager", "version-11.40", "!version-120", "$user"]),
            body,
            otherwise,
        ),
        st.builds("<cpanelif {}>{}".format, _CONDITION, body),
        st.just("</cpanelif>"),
    )


def pages() -> st.SearchStrategy[str]:
    """Return pages of every kind of tag, with text round them."""
    leaf = st.one_of(_TEXT, _WORDS, _API1, _API2)
    piece = st.one_of(_TEXT, _WORDS, _API1, _API2, st.recursive(leaf, _blocks, max_leaves=6))
    return st.lists(piece, max_size=12).map("".join)
