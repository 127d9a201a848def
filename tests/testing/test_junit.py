from __future__ import annotations

from xml.etree import ElementTree

from cpanel_emu.testing.junit import Row, junit_xml


def test_report() -> None:
    rows = [
        Row("one", "one[docs]", 0.25),
        Row("two", 'two["<&]', 1.0, failure="first line\n-<a>\n+\x00\x1b\ud800"),
        Row("three", "three", skipped='no "door"'),
    ]
    data = junit_xml("/a & b", rows)
    root = ElementTree.fromstring(data)
    (suite,) = root
    assert suite.attrib == {
        "name": "/a & b",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
        "time": "1.250",
    }
    passed, failed, skipped = suite
    assert (passed.get("classname"), passed.get("name"), passed.get("time"), len(passed)) == (
        "one",
        "one[docs]",
        "0.250",
        0,
    )
    assert failed.get("name") == 'two["<&]'
    assert failed[0].tag == "failure"
    assert failed[0].get("message") == "first line"
    assert failed[0].text == "first line\n-<a>\n+\ufffd\ufffd\ufffd"
    assert (skipped[0].tag, skipped[0].get("message")) == ("skipped", 'no "door"')
