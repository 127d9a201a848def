"""Operations that insert variables and print words (``tags §2.2``, ``tags §5``)."""

from __future__ import annotations

import re

from cpanel_emu.tags import escapes
from cpanel_emu.tags.page import Page

_INDEX = re.compile(r"[0-9]{1,9}")


def form(page: Page, key: str) -> str:
    """``$FORM{}`` where it is escaped (``tags §5.3``)."""
    return escapes.form(page.form.get(key, ""))


def raw_form(page: Page, key: str) -> str:
    """``$RAW_FORM{}``, and ``$FORM{}`` where it is raw."""
    return page.form.get(key, "")


def uri_form(page: Page, key: str) -> str:
    """``$URI_ENCODED_FORM{}``."""
    return escapes.uri(page.form.get(key, ""))


def variable(page: Page, key: str) -> str:
    """``$CPVAR{}``, ``printvar``."""
    return page.variables.get(key, "")


def account(page: Page, key: str) -> str:
    """``$CPDATA{}``."""
    return page.values.account.get(key, "")


def error(page: Page, key: str) -> str:
    """``$CPERROR{}``."""
    return page.errors.get(key, "")


def language(page: Page, key: str) -> str:
    """``$LANG{}``; a missing key prints itself."""
    return page.language.entries.get(key, key)


def branding_language(page: Page, key: str) -> str:
    """``$BRLANG{}``; a missing key prints itself."""
    return page.branding_language.entries.get(key, key)


def environment(page: Page, key: str) -> str:
    """``$ENV{}``."""
    return page.values.environment.get(key, "")


def configuration(page: Page, key: str) -> str:
    """``$CONF{}``."""
    return page.values.configuration.get(key, "")


def preference(page: Page, key: str) -> str:
    """``$NVDATA{}``."""
    return page.values.preferences.get(key, "")


def build_flag(page: Page, key: str) -> str:
    """``$CPFLAGS{}``."""
    return page.values.build_flags.get(key, "")


def has_module(page: Page, key: str) -> str:
    """``$HASMODULE{}``."""
    return page.values.modules.get(key, "")


def scalar(page: Page, name: str) -> str:
    """``$name``."""
    return page.scalars.get(name, "")


def random_digits(page: Page) -> str:
    """``$random``: ten digits."""
    return f"{page.values.random.randrange(10**10):010d}"


def form_dump(page: Page) -> str:
    """``$formdump`` where ``$FORM{}`` is escaped."""
    return escapes.form(raw_form_dump(page))


def raw_form_dump(page: Page) -> str:
    """``$formdump`` where ``$FORM{}`` is raw: ``key=value`` lines sorted by key."""
    return "".join(f"{key}={value}\n" for key, value in sorted(page.form.items()))


def bare_word(page: Page, word: str) -> str:
    """``print="DNS"``: a known key of the account data, else the word itself."""
    return page.values.account.get(word, word)


def set_variable(page: Page, name: str, value: str) -> None:
    """``setvar``."""
    page.set_variable(name, value)


def element_of(value: str, separator: str, number: str) -> str:
    """``sprint``: the element of *value* at *number*, counted from 0."""
    if not separator or _INDEX.fullmatch(number) is None:
        return ""
    elements = value.split(separator)
    return elements[int(number)] if int(number) < len(elements) else ""
