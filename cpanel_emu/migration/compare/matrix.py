"""The built-in states of a page: what can make a difference to it, and nothing else.

What is stored and what is in the form go together, so each is seen with each; everything else is
changed alone, on an account with a certificate and with a form that is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cpanel_emu.functions.registry import Function, Registry
from cpanel_emu.migration.compare.facts import Facts
from cpanel_emu.migration.compare.states import State, Stored
from cpanel_emu.tags.tree import FunctionUse

HOSTILE = (
    '"\'><script>alert(1)</script></textarea>[% 7*7 %]<?php echo 7*7 ?><cpanel print="x">'
    "$user $CPDATA{'USER'} {{7*7}} &amp; %41 a,b) c||d \\n [_1] ~ ../../etc/passwd \u00e9\u2028"
)
"""A form value that is an attack in every language that a page may be written in."""

_MEANINGFUL = (Stored.NOTHING, Stored.KEY, Stored.REQUEST, Stored.CERTIFICATE, Stored.INSTALLED)
_VERSION = "version-"


@dataclass(frozen=True, slots=True)
class World:
    """What plausible form values are made of, and which functions there are."""

    registry: Registry
    values: Mapping[str, str]
    """A value for each known field name; any other field gets a word."""

    def function(self, use: FunctionUse) -> Function | None:
        """Return the function that a page means, if the emulator has it."""
        module = self.registry.module_named(use.api, use.module)
        return self.registry.find(use.api, module, use.function) if module is not None else None


def built_in_states(facts: Facts, world: World) -> list[State]:
    """Return the states of a page that can see *facts*, each with a name of its own."""
    functions = [found for use in facts.functions if (found := world.function(use)) is not None]
    stored = _MEANINGFUL if any(use.module == "SSL" for use in facts.functions) else ()
    forms = _forms(facts, world)
    most = Stored.CERTIFICATE if stored else Stored.SEEDED
    usual = State("", most, forms.get("plausible form", {}))
    named = [_named(each, form, forms) for each in stored or (Stored.SEEDED,) for form in forms]
    return [*named, *_single(facts, functions, usual)]


def _named(stored: Stored, form: str, forms: Mapping[str, Mapping[str, str]]) -> State:
    parts = [stored.value] if stored is not Stored.SEEDED else []
    if form:
        parts.append(form)
    return State(", ".join(parts) or "as seeded", stored, forms[form])


def _forms(facts: Facts, world: World) -> Mapping[str, Mapping[str, str]]:
    """Return the forms by name; only an unnamed empty one if the page does not look at it."""
    if not facts.fields and not facts.whole_form:
        return {"": {}}
    fields = sorted(facts.fields | ({"host", "text"} if facts.whole_form else set()))
    plausible = {name: plausible_value(name, world.values) for name in fields}
    return {
        "plausible form": plausible,
        "empty form": {},
        "hostile form": dict.fromkeys(fields, HOSTILE),
    }


def _single(facts: Facts, functions: list[Function], usual: State) -> Iterator[State]:
    """Yield states in which one thing is not as usual."""
    needed = {function.feature for function in functions if function.feature is not None}
    features = sorted(
        name for name in facts.features | needed if name and not name.startswith(_VERSION)
    )
    for name in features:
        if "*" not in name:
            yield replace(usual, name=f"feature {name} off", features={name: False})
    if len(features) > 1:
        every = dict.fromkeys((name for name in features if "*" not in name), False)
        yield replace(usual, name="all features off", features=every)
    names = sorted({f"{function.module}::{function.name}" for function in functions})
    for name in names:
        yield replace(usual, name=f"failing {name}", failing=(name,))
    if len(names) > 1:
        yield replace(usual, name="all functions failing", failing=("*",))
    if facts.demo or any(function.changes for function in functions):
        yield replace(usual, name="demo account", demo=True)
    if facts.reseller:
        yield replace(usual, name="reseller", reseller=True)


def plausible_value(name: str, values: Mapping[str, str]) -> str:
    """Return what a person might send as the field *name*."""
    known = values.get(name) or values.get(name.lower())
    return known if known is not None else "1"


def field_values(
    *, domain: str, user: str, key: str, certificate: str, request: str
) -> dict[str, str]:
    """Return plausible values for the usual fields of theme pages."""
    host = dict.fromkeys(("host", "domain", "itemname", "hostname", "rootdomain", "name"), domain)
    return {
        **host,
        "city": "Houston",
        "company": "Example & Sons",
        "companydivision": "Documentation",
        "country": "US",
        "email": f"user@{domain}",
        "state": "Texas",
        "pass": "12345luggage",
        "password": "12345luggage",
        "key": key,
        "keytext": key,
        "crt": certificate,
        "cert": certificate,
        "certificate": certificate,
        "csr": request,
        "cabundle": "",
        "item": "csr",
        "keysize": "2048",
        "db": "data",
        "dir": "public_html",
        "login": user,
        "user": user,
        "quota": "250",
        "lang": "english",
        "itemsperpage": "10",
        "page": "1",
        "text": "a & b",
    }
