"""What compiled pages call at run time: the filters of the page environment.

The compiler names an operation by its function, so that reading on from there leads here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cpanel_emu.tags import escapes
from cpanel_emu.tags.operations import calling, inclusion, values, variables

_MODULES = {
    "escape": (escapes.attribute, escapes.uri, escapes.js, escapes.js_literal, escapes.css),
    "variable": (
        variables.form,
        variables.raw_form,
        variables.uri_form,
        variables.variable,
        variables.account,
        variables.error,
        variables.language,
        variables.branding_language,
        variables.environment,
        variables.configuration,
        variables.preference,
        variables.build_flag,
        variables.has_module,
        variables.scalar,
        variables.random_digits,
        variables.form_dump,
        variables.raw_form_dump,
        variables.bare_word,
        variables.set_variable,
        variables.element_of,
    ),
    "inclusion": (
        inclusion.langprint,
        inclusion.include,
        inclusion.theme_include,
        inclusion.raw_include,
        inclusion.raw_theme_include,
        inclusion.include_matches,
        inclusion.branding_include,
        inclusion.branding_text,
        inclusion.branding_image,
        inclusion.branding_image_url,
        inclusion.branding_file,
        inclusion.magic_revision,
    ),
    "calling": (
        calling.api1,
        calling.api2,
        calling.template_toolkit,
        calling.crashed,
        calling.trace,
        calling.warn_all,
    ),
    "value": (
        values.numbered,
        values.elements,
        values.parity,
        values.row_text,
        values.checked,
        values.truth,
        values.trimmed,
        values.number,
        values.same,
        values.at_least,
        values.feature,
        values.numerate,
        values.quantity,
        values.grouped,
        values.listed,
    ),
}

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    f"{group}_{function.__name__}": function
    for group, functions in _MODULES.items()
    for function in functions
}
"""Every operation by the name that compiled pages know it by."""

NAMES: Mapping[Callable[..., Any], str] = {function: name for name, function in OPERATIONS.items()}
"""The other way round."""
