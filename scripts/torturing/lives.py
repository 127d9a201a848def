"""The life of a host: what one client does to its own keys, requests and certificates.

Each step knows the state of the host before and after it. A step that got its answer leads to the
state after; one whose answer never came may have happened or not, and then the life is over, so
that two states at most are allowed in the end. Names and PEM texts belong to one life alone: what
turns up elsewhere was mixed up.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from torturing.doors import (
    Answer,
    Call,
    Door,
    ProgramKilled,
    Unanswered,
    WrongAnswer,
    can_ask,
)
from torturing.report import Report

Things = dict[tuple[str, str], str]
"""By kind and name: the PEM or the value, ``""`` if no answer told it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A call and what it changes; *after* gets the answer, None if it is not known."""

    call: Call
    after: Callable[[Things, Answer | None], Things]


@dataclass(slots=True)
class Life:
    """One host, what is known of it, and what may be as well since an answer is missing."""

    host: str
    preference: str
    """The name of its preference."""
    things: Things = field(default_factory=dict)
    pending: Things | None = None
    last: str = ""

    def allowed(self) -> list[Things]:
        """Return the states that it may be in."""
        return [self.things] if self.pending is None else [self.things, self.pending]


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and a certificate for it, and the CA bundle that goes with that, if any does."""

    key: str
    certificate: str
    bundle: str = ""


def make_pair(host: str, generator: random.Random) -> Pair:
    """Return a new pair for *host*; costs less than a millisecond."""
    private = ec.derive_private_key(generator.getrandbits(250) + 2, ec.SECP256R1())
    return Pair(_key_pem(private), _certificate(host, private, host, private, generator))


def make_vouched_pair(host: str, generator: random.Random) -> Pair:
    """Return a new pair for *host*, with a CA bundle that vouches for no other certificate."""
    authority = ec.derive_private_key(generator.getrandbits(250) + 2, ec.SECP256R1())
    private = ec.derive_private_key(generator.getrandbits(250) + 2, ec.SECP256R1())
    issuer = f"CA {generator.getrandbits(64):x}"
    return Pair(
        _key_pem(private),
        _certificate(host, private, issuer, authority, generator),
        _certificate(issuer, authority, issuer, authority, generator, is_authority=True),
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    text = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return text.decode().strip()


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    authority: ec.EllipticCurvePrivateKey,
    generator: random.Random,
    *,
    is_authority: bool = False,
) -> str:
    subject_name, issuer_name = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer)
    )
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject_name)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(generator.getrandbits(64) + 1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=3650))
    )
    if is_authority:
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    certificate = builder.sign(authority, hashes.SHA256())
    return certificate.public_bytes(Encoding.PEM).decode().strip()


def subject(host: str, **more: str) -> dict[str, str]:
    """Return the arguments of gencsr."""
    return {
        "city": "Houston",
        "company": "cPanel",
        "country": "US",
        "host": host,
        "state": "Texas",
        **more,
    }


def put(
    kind: str, name: str, text: Callable[[Answer], str] = lambda _answer: ""
) -> Callable[[Things, Answer | None], Things]:
    """Return the change that *name* is there, with the PEM that the answer tells."""

    def after(things: Things, answer: Answer | None) -> Things:
        return {**things, (kind, name): "" if answer is None else text(answer).strip()}

    return after


def drop(kind: str) -> Callable[[Things, Answer | None], Things]:
    """Return the change that nothing of *kind* is there any more."""
    return lambda things, _answer: {key: text for key, text in things.items() if key[0] != kind}


def rename(kind: str, old: str, new: str) -> Callable[[Things, Answer | None], Things]:
    """Return the change of a friendly name."""

    def after(things: Things, _answer: Answer | None) -> Things:
        rest = {key: text for key, text in things.items() if key != (kind, old)}
        return {**rest, (kind, new): things[kind, old]}

    return after


def installed(host: str, pair: Pair) -> Callable[[Things, Answer | None], Things]:
    """Return the change that installssl makes for a new pair."""
    return lambda things, _answer: {
        **things,
        ("key", host): pair.key,
        ("certificate", host): pair.certificate,
        ("installed", host): pair.certificate,
    }


def steps(life: Life, generator: random.Random) -> Iterator[Step]:
    """Yield the steps of *life*; each is chosen by the state that the last one led to."""
    host = life.host
    yield _first_key(host, generator)
    for number in range(generator.randint(2, 8)):
        choices = list(_possible(life, generator, number))
        if not choices:
            return
        yield generator.choice(choices)


def _first_key(host: str, generator: random.Random) -> Step:
    pair = make_pair(host, generator)
    return generator.choice(
        [
            Step(
                Call("genkey", {"host": host, "keysize": "1024"}),
                put("key", host, lambda answer: str(answer.row["key"])),
            ),
            Step(
                Call(
                    "generate_key",
                    {"friendly_name": host, "keytype": "ecdsa-prime256v1"},
                    api="uapi",
                ),
                put("key", host, lambda answer: str(answer.row["text"])),
            ),
            Step(
                Call("uploadkey", {"host": host, "key": pair.key}),
                put("key", host, lambda _answer: pair.key),
            ),
            Step(
                Call("installssl", {"crt": pair.certificate, "key": pair.key}),
                installed(host, pair),
            ),
        ]
    )


def _possible(life: Life, generator: random.Random, number: int) -> Iterator[Step]:
    host, things = life.host, life.things
    has = {kind for kind, _ in things}
    uapi_name = f"{host} uapi {number}"
    yield _preference(life.preference, generator)
    if ("key", host) in things:
        if ("csr", host) not in things:
            yield Step(Call("gencsr", subject(host, company=f"No {number}")), put("csr", host))
        if ("certificate", host) not in things:
            yield Step(Call("gencrt", subject(host)), put("certificate", host))
        yield Step(Call("deletekey", {"host": host}, api="1"), drop("key"))
    if "csr" in has:
        old = next(name for kind, name in things if kind == "csr")
        yield Step(
            Call(
                "set_csr_friendly_name",
                {"friendly_name": old, "new_friendly_name": uapi_name},
                api="uapi",
            ),
            rename("csr", old, uapi_name),
        )
        yield Step(Call("deletecsr", {"host": host}, api="1"), drop("csr"))
    if "certificate" in has:
        yield Step(Call("deletecrt", {"host": host}, api="1"), drop("certificate"))
    if "installed" in has:
        yield Step(Call("delete", {"domain": host}, api="1"), drop("installed"))


def _preference(name: str, generator: random.Random) -> Step:
    value = f"{generator.getrandbits(64):x}"
    call = Call("set", {"names": name, name: value}, module="NVData")
    return Step(call, put("preference", name, lambda _answer: value))


def cleaning(life: Life) -> Iterator[Step]:
    """Yield the steps that remove what *life* made; a preference stays."""
    words = {
        "installed": "delete",
        "key": "deletekey",
        "csr": "deletecsr",
        "certificate": "deletecrt",
    }
    for kind, function in words.items():
        if any(kind == one for one, _ in life.things):
            name = "domain" if kind == "installed" else "host"
            yield Step(Call(function, {name: life.host}, api="1"), drop(kind))


class Client:
    """Leads one life after the other, each call through a door of its choice.

    Args:
        number: its own.
        doors: what it may choose from.
        report: where to count.
        generator: chooses.
        cleans: whether each life removes in the end what it made.
        before_call: called before each call, such as to wait.
    """

    def __init__(
        self,
        number: str,
        doors: Mapping[Door, float],
        report: Report,
        generator: random.Random,
        *,
        cleans: bool = False,
        before_call: Callable[[], None] = lambda: None,
    ) -> None:
        self._number = number
        self._doors = doors
        self._report = report
        self._generator = generator
        self._cleans = cleans
        self._before_call = before_call
        self._count = 0
        self.lives: list[Life] = []

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Lead lives until *goes_on* says no or the server does not answer any more."""
        try:
            while goes_on():
                self._lead()
        except Unanswered:
            return

    def _lead(self) -> None:
        self._count += 1
        # Preferences cannot be removed: lives that leave nothing behind share a few.
        number = self._count % 4 if self._cleans else self._count
        life = Life(f"c{self._number}-{self._count}.example.org", f"c{self._number}_{number}")
        self.lives.append(life)
        with contextlib.suppress(ProgramKilled):  # this life is over, others may come
            for step in steps(life, self._generator):
                self._take(life, step)
                if self._generator.random() < 0.3:
                    self._look(life)
        if self._cleans:
            for step in cleaning(life):
                self._take(life, step)
            self.lives.remove(life)

    def _take(self, life: Life, step: Step) -> None:
        life.pending = step.after(life.things, None)
        life.last = str(step.call)
        answer = self._ask(step.call)
        if answer is None:
            return
        if answer.error:
            self._report.defect("refused", f"{step.call}: {answer.error}")
        else:
            life.things = step.after(life.things, answer)
        life.pending = None

    def _look(self, life: Life) -> None:
        """Read one thing back; what comes must be what was answered before, and is known then."""
        known = [key for key in life.things if key[0] in {"key", "csr"}]
        if not known:
            return
        kind, name = self._generator.choice(known)
        answer = self._ask(Call(f"show_{kind}", {"friendly_name": name}, api="uapi"))
        if answer is None:
            return
        if answer.error:
            self._report.defect("lost", f"{name} of {life.host}: {answer.error}")
            return
        told = answer.row["csr"] if kind == "csr" else answer.row["details"]["key"]
        before = life.things[kind, name]
        if before and told.strip() != before:
            self._report.defect("mixed up", f"{kind} {name}: another PEM than was answered")
        life.things[kind, name] = told.strip()

    def _ask(self, call: Call) -> Answer | None:
        usable = {door: weight for door, weight in self._doors.items() if can_ask(door, call)}
        door = self._generator.choices(list(usable), list(usable.values()))[0]
        self._before_call()
        try:
            answer = door.ask(call)
        except WrongAnswer as error:
            self._report.defect("500s", f"{door.name}: {error}")
            return None
        except Unanswered:
            self._report.count("calls cut off")
            raise
        self._report.count(f"calls answered, {door.name}")
        return answer


def as_json(things: Things) -> str:
    """Return *things* for people, without their PEM texts."""
    return json.dumps(sorted(f"{kind} {name}" for kind, name in things))
