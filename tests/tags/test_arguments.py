"""What functions are handed by tags (2.1.6, ``tags §3.7``)."""

from __future__ import annotations

import pytest

from cpanel_emu.call import Arguments
from tests.tags.setting import Site


@pytest.mark.parametrize(
    ("tag", "arguments"),
    [
        ('Demo="say(%FORM)"', Arguments({"q": "a&b'", "x": "1"})),
        ('Demo="say(a,%FORM,b)"', Arguments({"q": "a&b'", "x": "1"}, ("a", "b"))),
        ('Demo="say("%FORM")"', Arguments({}, ("%FORM",))),
        ('Demo="say(a%FORM)"', Arguments({}, ("a%FORM",))),
        ('Demo="say()"', Arguments()),
        ('Demo="say( )"', Arguments()),
        ('Demo="say(,)"', Arguments({}, ("", ""))),
        ('Demo="say(a,)"', Arguments({}, ("a", ""))),
        ("Demo=\"say('it's',b)\"", Arguments({}, ("it's", "b"))),
        ('Demo="say(\'a,b)"', Arguments({}, ("'a", "b"))),
        ('Demo="say(a) ; "', Arguments({}, ("a",))),
        ("Demo=\"say($CPVAR{'none'})\"", Arguments({}, ("",))),
        ('Demo="say(é)"', Arguments({}, ("é",))),
    ],
)
def test_api1_arguments(site: Site, tag: str, arguments: Arguments) -> None:
    (call,) = site.page(f"<cpanel {tag}>").calls
    assert call.function == "say"
    assert call.arguments == arguments


@pytest.mark.parametrize(
    ("rule", "tail", "named", "warned"),
    [
        ("3.7.1", ') a=1 , b="x,y",', {"a": "1", "b": "x,y"}, 0),
        ("3.7.1", ") a='x,y' , b = 2", {"a": "x,y", "b": "2"}, 0),
        ("3.7.1", ")\n a=1,\n b=2\n", {"a": "1", "b": "2"}, 0),
        ("3.7.1", ')a=1,a="2"', {"a": "2"}, 0),
        ("3.7.1", ") a=,b=1", {"a": "", "b": "1"}, 0),
        ("3.7.2", "),a=1", {"a": "1"}, 0),
        ("3.7.2", ")a=1", {"a": "1"}, 0),
        ("3.7.3", ") a=p q|r", {"a": "p q|r"}, 0),
        ("3.7.3", ") a=p:q|| 'no'", {"a": "p:q"}, 0),
        ("3.7.3", ') a="p||q"|| no', {"a": "p||q"}, 0),
        ("3.7.3", ") a=[b],c=[[d]]", {"a": "<b>", "c": "(d)"}, 0),
        ("3.7.3", ') a="[b]"', {"a": "<b>"}, 0),
        ("3.7.3", r") a=p\,q\{comma}r", {"a": "p,q,r"}, 0),
        ("3.7.3", ") a=$nix,b=%", {"a": "$nix", "b": "%"}, 0),
        ("3.7.3", ") a=${host}", {"a": "${host}"}, 0),
        ("3.7.4", ') a="1" b="2"', {"a": "1", "b": "2"}, 1),
        ("3.7.4", ") // a comment, b=2", {"b": "2"}, 1),
        ("3.7.4", ') a="1" // b, c=3', {"a": "1", "c": "3"}, 2),
        ("3.7.4", ') a="1, b=2', {"a": "1", "b": "2"}, 1),
        ("3.7.4", ") =1, b=2", {"b": "2"}, 1),
        ("3.7.5", ") a=$FORM{'x'}", {"a": "1"}, 0),
        ("3.7.5", ") a=$FORM{'q'}", {"a": "a&b'"}, 0),
        ("3.7.5", ")", {}, 0),
        ("3.7.6", ") api2_sort=1, nvarglist=a", {"api2_sort": "1", "nvarglist": "a"}, 0),
        ("3.6", ") a=\"maketext('Hi [_1]',$user)\"", {"a": "Hi user"}, 0),
        ("3.6", ") a=maketext('Hi'),b=1", {"a": "Hi", "b": "1"}, 0),
    ],
)
def test_api2_parameters(
    site: Site, rule: str, tail: str, named: dict[str, str], warned: int
) -> None:
    outcome = site.page(f"<?cp Demo::rows(%,on{tail} ?>")
    (call,) = outcome.calls
    assert call.arguments == Arguments(named)
    assert outcome.rules == ["tags §3.7.4"] * warned


def test_cptt_runs_its_call(site: Site) -> None:
    outcome = site.page("[<?cptt Demo::rows(t.tmpl) p=$FORM{'x'} ?>]")
    (call,) = outcome.calls
    assert (call.module, call.function) == ("Demo", "rows")
    assert call.arguments == Arguments({"p": "1"})


def test_calls_of_a_page_share_its_variables(site: Site) -> None:
    assert site.text('<?cp Demo::sets() ?><cpanel Demo="say($CPVAR{maildomainscount})">') == "3"
