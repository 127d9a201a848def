"""What ``--as html`` counts as the same document, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.migration.compare.dom import document_lines

SAME = [
    ('<p id=a class="b">x</p>', "<P  CLASS='b'\n id=\"a\" >x</P>"),
    ("<p>&eacute;&amp;&#233;</p>", "<p>é&#38;é</p>"),
    ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
    ("<br/><img src=a />", "<br><img src=a>"),
    ("a<!-- c -->b", "ab"),
    ("<p>a  b\n c</p>", "<p>a b c</p>"),
    ("<div>\n  <p> a </p>\n</div>", "<div><p>a</p></div>"),
    ("<tr><td> a</td></tr>", "<tr>\n<td>a </td>\n</tr>"),
    ("<!DOCTYPE html>\n<p>a", "<!doctype   HTML><p>a"),
    ("<p><b> a</b></p>", "<p><b>a</b></p>"),
]
OTHER = [
    ("<p>a</p>", "<p>b</p>"),
    ("<p>a</p>", "<div>a</div>"),
    ('<p class="a b">', '<p class="b a">'),
    ('<p class="a">', "<p>"),
    ("a <b>b</b>", "a<b>b</b>"),
    ("a <img src=x> b", "a <img src=x>b"),
    ("<pre>a  b</pre>", "<pre>a b</pre>"),
    ("<textarea>a\nb</textarea>", "<textarea>a b</textarea>"),
    ("<script>a  b</script>", "<script>a b</script>"),
    ("<!DOCTYPE html><p>a", "<p>a"),
    ('<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"><p>a', "<!DOCTYPE html><p>a"),
    ("<p>a</p>", ""),
    ("<p>&amp;lt;</p>", "<p>&lt;</p>"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_document(one: str, other: str) -> None:
    assert document_lines(one.encode()) == document_lines(other.encode())


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_document(one: str, other: str) -> None:
    assert document_lines(one.encode()) != document_lines(other.encode())


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_document(body: bytes) -> None:
    page = b"<p>" + body + b"</p>"
    assert all(isinstance(line, str) for line in document_lines(page))
