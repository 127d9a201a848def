"""The small schema checker against a complete one."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cpanel_emu import resources
from cpanel_emu.testing.schema import load_schema, violations

from .suites import CASE, SUITE

FOLDER = resources.fixtures() / "cases"
SCHEMAS = ("case.schema.json", "suite.schema.json")


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(load_schema(name))


@pytest.mark.parametrize(
    "path",
    sorted(path for path in FOLDER.rglob("*.toml") if path.parent.name != "seeds"),
    ids=lambda path: str(path.relative_to(FOLDER)),
)
def test_golden_cases_fit_for_both_checkers(path: Any) -> None:
    name = "suite.schema.json" if path.name == "suite.toml" else "case.schema.json"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert violations(table, load_schema(name)) == []
    assert Draft202012Validator(load_schema(name)).is_valid(table)


def _put(place: str, value: object) -> dict[str, Any]:
    """Return the small case file with *value* at *place*, a dotted path; None removes."""
    table: Any = tomllib.loads(CASE)
    *steps, last = place.split(".")
    spot = table
    for step in steps:
        spot = spot[int(step)] if step.isdigit() else spot[step]
    if value is None:
        del spot[last]
    else:
        spot[last] = value
    result: dict[str, Any] = table
    return result


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("about", None, 'document: lacks "about"'),
        ("about", 1, "about: must be of type string"),
        ("case", [], "case: must have 1 item(s) or more"),
        ("surprise", 1, 'document: has an unknown member "surprise"'),
        ("case.0.id", None, 'case[0]: lacks "id"'),
        ("case.0.id", "Not Good", "case[0].id: 'Not Good' does not match ^[a-z0-9][a-z0-9.-]*$"),
        ("case.0.titel", "x", 'case[0]: has an unknown member "titel"'),
        ("case.0.rules", [], "case[0].rules: must have 1 item(s) or more"),
        ("case.0.rules", ["wire §1", "wire §1"], "case[0].rules: names an item twice"),
        ("case.0.kept", "yes", "case[0].kept: must be of type boolean"),
        ("case.0.call.arguments", {"a": 1}, "case[0].call.arguments.a: must be of type string"),
        (
            "case.0.values",
            {"Bad": "x"},
            "case[0].values.Bad: 'Bad' does not match ^[a-z][a-z0-9_]*$",
        ),
        ("case.0.repeat", {"x": {"text": "a", "times": -1}}, "case[0].repeat.x.times: must be 0"),
        ("case.0.answer.status", True, "case[0].answer.status: must be of type integer"),
        ("case.0.answer", None, "case[0]: lacks"),
        ("case.0.step", [{"call": {}}], "case[0]: fits more than one of its alternatives"),
        ("case.0.provenance", "hearsay", "case[0].provenance: must be one of documentation"),
    ],
)
def test_faults(place: str, value: object, fault: str) -> None:
    table = _put(place, value)
    schema = load_schema("case.schema.json")
    assert any(line.startswith(fault) for line in violations(table, schema)), violations(
        table, schema
    )
    assert not Draft202012Validator(schema).is_valid(table)


def test_a_keyword_that_the_checker_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError, match="maxLength"):
        violations("x", {"maxLength": 1})


_JUNK = st.one_of(
    st.booleans(),
    st.integers(),
    st.text(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


@given(st.data())
def test_agrees_with_the_complete_checker(data: st.DataObject) -> None:
    """Put junk somewhere into a sound document: both say yes, or both say no."""
    name, text = data.draw(st.sampled_from([(SCHEMAS[0], CASE), (SCHEMAS[1], SUITE)]))
    table: Any = copy.deepcopy(tomllib.loads(text))
    spot = table
    while True:
        keys = sorted(spot) if isinstance(spot, dict) else range(len(spot))
        key = data.draw(st.sampled_from(list(keys)))
        if isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
            spot = spot[key]
            continue
        spot[key] = data.draw(_JUNK)
        break
    assert (violations(table, load_schema(name)) == []) == Draft202012Validator(
        load_schema(name)
    ).is_valid(table)
