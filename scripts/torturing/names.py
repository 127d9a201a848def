"""Two registers of what only one can have: friendly names, and the place of an SSL host."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from torturing.doors import Answer, Call
from torturing.linearizable import Operation, State
from torturing.lives import make_pair, make_vouched_pair
from torturing.registers import NONE, Ask, Move, chosen, done, refusal

_TAKEN = '"new_friendly_name" is already in use.'


class Names:
    """The friendly names of a few keys: two never have the same, whoever uploads and renames.

    The words are ``key=name``.
    """

    name = "friendly names"
    _WEIGHTS: Mapping[str, int] = {
        "upload": 3, "rename": 5, "rename by name": 2, "delete by name": 2, "look": 4,
    }  # fmt: skip

    def __init__(self, host: str, ask: Ask, generator: random.Random) -> None:
        self._keys = {word: make_pair(host, generator).key for word in "abc"}
        self._names = [f"{host} {number}" for number in range(3)]
        self._words: dict[str, str] = {}
        self._ids: dict[str, dict[str, str]] = {}
        self.start: State = frozenset()
        for (word, key), name in zip(self._keys.items(), self._names, strict=True):
            (row,) = ask(Call("upload_key", {"key": key, "friendly_name": name}, "uapi")).data
            self._words[row["id"]] = word
            self._ids[word] = {"id": row["id"]}
            self.start |= {f"{word}={name}"}

    def choose(self, generator: random.Random) -> Move:
        action = chosen(generator, self._WEIGHTS)
        word = generator.choice(list(self._keys))
        name, other = generator.choice(self._names), generator.choice(self._names)
        new = {"new_friendly_name": name}
        match action:
            case "upload":
                named = {"key": self._keys[word], "friendly_name": name}
                return Move(action, f"{word}={name}", Call("upload_key", named, "uapi"), _named)
            case "rename":
                call = Call("set_key_friendly_name", {**self._ids[word], **new}, "uapi")
                return Move(action, f"{word}={name}", call, done)
            case "rename by name":
                call = Call("set_key_friendly_name", {"friendly_name": other, **new}, "uapi")
                return Move(action, f"{other}={name}", call, done)
            case "delete by name":
                call = Call("delete_key", {"friendly_name": name}, "uapi")
                return Move(action, name, call, self._listed)
        return Move(action, "", Call("list_keys", api="uapi"), self._listed)

    def _listed(self, answer: Answer) -> str:
        rows = answer.data or ()
        ours = ((self._words.get(row["id"]), row["friendly_name"]) for row in rows)
        return refusal(answer) or ",".join(sorted(f"{word}={name}" for word, name in ours if word))

    def play(self, state: State, operation: Operation) -> State | None:
        names = _names_by_key(state)
        words = {name: word for word, name in names.items()}
        subject, _, name = operation.value.partition("=")
        match operation.action:
            case "look":
                return state if operation.answer == ",".join(sorted(state)) else None
            case "upload":
                return self._upload(state, subject, name, operation.answer)
            case "delete by name":
                gone = {f"{words.get(subject)}={subject}"}
                found = ",".join(gone) if gone <= state else NONE
                return state - gone if operation.answer == found else None
        word = subject if operation.action == "rename" else words.get(subject, "")
        if word not in names:
            return state if operation.answer == NONE else None
        if words.get(name, word) != word:
            return state if operation.answer == _TAKEN else None
        after = state - {f"{word}={names[word]}"} | {f"{word}={name}"}
        return after if operation.answer == "ok" else None

    def _upload(self, state: State, word: str, wanted: str, named: str) -> State | None:
        """A known key keeps its name; a new one gets the name, with a number if it is taken."""
        names = _names_by_key(state)
        if word in names:
            return state if named == names[word] else None
        is_taken = wanted in names.values()
        fits = named.startswith(f"{wanted} ") if is_taken else named == wanted
        return state | {f"{word}={named}"} if fits and named not in names.values() else None

    def cleaning(self) -> Iterator[Call]:
        for key in self._ids.values():
            yield Call("delete_key", key, "uapi")


def _names_by_key(state: State) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in state)
    return {word: name for word, _, name in pairs}


def _named(answer: Answer) -> str:
    return refusal(answer) or str(answer.data[0]["friendly_name"])


class Hosts:
    """What is installed on one domain: key, certificate and bundle of one call, never mixed.

    The word is that of the call, none if nothing is installed. The keys and certificates stay in
    the account, so without a host ``fetchinfo`` tells the newest certificate there.
    """

    name = "SSL hosts"
    _WEIGHTS: Mapping[str, int] = {"install": 5, "remove": 2, "look": 5, "bundle of": 2}

    def __init__(self, host: str, ask: Ask, generator: random.Random) -> None:
        self._host = host
        self._pairs = {word: make_vouched_pair(host, generator) for word in "abc"}
        self._look = Call("fetchinfo", {"domain": host})
        self._remove = (
            Call("delete", {"domain": host}, "1"),
            Call("delete_ssl", {"domain": host}, "uapi"),
        )
        for word in self._pairs:
            ask(self._installs(word)[0])
        ask(self._remove[0])
        self._fallback = self._fetched(ask(self._look))
        self.start: State = frozenset()

    def _installs(self, word: str) -> tuple[Call, Call]:
        pair = self._pairs[word]
        rest = {"domain": self._host, "key": pair.key, "cabundle": pair.bundle}
        return (
            Call("installssl", {"crt": pair.certificate, **rest}),
            Call("install_ssl", {"cert": pair.certificate, **rest}, "uapi"),
        )

    def choose(self, generator: random.Random) -> Move:
        action, word = chosen(generator, self._WEIGHTS), generator.choice(list(self._pairs))
        match action:
            case "install":
                return Move(action, word, generator.choice(self._installs(word)), done)
            case "remove":
                return Move(action, "", generator.choice(self._remove), done)
            case "look":
                return Move(action, "", self._look, self._fetched)
        call = Call("fetchcabundle", {"crt": self._pairs[word].certificate})
        return Move(action, word, call, self._bundle)

    def _fetched(self, answer: Answer) -> str:
        """Tell what is installed by one word, or each part by its own."""
        told = {name: str(answer.row.get(name, "")).strip() for name in ("key", "crt", "cab")}
        words = [
            next((w for w, one in self._pairs.items() if getattr(one, part) == told[name]), "–")
            for name, part in (("key", "key"), ("crt", "certificate"), ("cab", "bundle"))
        ]
        mixed = "key {}, certificate {}, bundle {}".format(*words)
        return refusal(answer) or (words[0] if len(set(words)) == 1 else mixed)

    def _bundle(self, answer: Answer) -> str:
        told = str(answer.row["cab"]).strip()
        found = [word for word, pair in self._pairs.items() if pair.bundle == told]
        return refusal(answer) or (found[0] if found else told or NONE)

    def play(self, state: State, operation: Operation) -> State | None:
        word = operation.value
        match operation.action:
            case "install":
                after, answer = frozenset({word}), "ok"
            case "remove":
                after, answer = frozenset[str](), "ok" if state else NONE
            case "look":
                after, answer = state, next(iter(state), self._fallback)
            case _:  # bundle of
                after, answer = state, word if word in state else NONE
        return after if operation.answer == answer else None

    def cleaning(self) -> Iterator[Call]:
        yield self._remove[0]
        yield Call("deletekey", {"host": self._host}, "1")
        yield Call("deletecrt", {"host": self._host}, "1")
