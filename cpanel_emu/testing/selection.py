"""Which ways of which cases are run, and why others are not."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.testing.cases import Suite, Variant


@dataclass(frozen=True, slots=True)
class Selection:
    """What to run; an empty member is no restriction.

    *cases* are ids, or patterns for them with ``*``, ``?`` and ``[…]``.
    """

    cases: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()
    tongues: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def variants(self, suite: Suite) -> list[Variant]:
        """Return the chosen variants of *suite*, those that share a server side by side.

        In a sequence everything before the last chosen case is chosen too.

        Raises:
            ConfigurationError: nothing is chosen; the text names the nearest known word.
        """
        self._check_words(suite)
        chosen = [variant for variant in suite.variants() if self._has(variant)]
        if suite.is_sequence and chosen:
            ids = [case.id for case in suite.cases]
            last = max(ids.index(variant.case.id) for variant in chosen)
            needed = set(ids[: last + 1])
            chosen = [each for each in suite.variants() if each.case.id in needed]
            chosen = [each for each in chosen if _among(each.release, self.releases)]
        if not chosen:
            raise ConfigurationError("No case is left by these options together.")
        return grouped(chosen)

    def _has(self, variant: Variant) -> bool:
        return (
            (not self.cases or any(_fits(variant, pattern) for pattern in self.cases))
            and _among(variant.release, self.releases)
            and _among(variant.door, self.doors)
            # A case without a format of its own says in its request which one it wants.
            and (variant.tongue is None or _among(variant.tongue, self.tongues))
            and _among(variant.target, self.targets)
        )

    def _check_words(self, suite: Suite) -> None:
        ids = [case.id for case in suite.cases]
        for pattern in self.cases:
            if not fnmatch.filter(ids, pattern) and not any(
                _fits(variant, pattern) for variant in suite.variants()
            ):
                nearest = difflib.get_close_matches(pattern, ids, n=1)
                mend = f'; did you mean "{nearest[0]}"?' if nearest else "."
                raise ConfigurationError(f'No case is called "{pattern}"{mend}')
        for what, words, known in (
            ("release", self.releases, suite.releases),
            ("door", self.doors, suite.doors),
        ):
            for word in words:
                if word not in known:
                    names = ", ".join(known)
                    raise ConfigurationError(f'The cases know no {what} "{word}"; only: {names}.')


def _among(word: str, words: tuple[str, ...]) -> bool:
    return not words or word in words


def _fits(variant: Variant, pattern: str) -> bool:
    # The brackets of a variant's id are no set of characters when it is copied from a report.
    return variant.id == pattern or fnmatch.fnmatchcase(variant.case.id, pattern)


def grouped(variants: Iterable[Variant]) -> list[Variant]:
    """Return *variants* so that those with the same server stand side by side."""
    return sorted(variants, key=lambda variant: (repr(variant.case.setup), variant.release))
