"""Every change that a call can make, as one step from a known state to another.

With a frozen clock, a key pool and a seeded generator a step always ends in the same state, byte
for byte. So what a crash leaves can be compared with the state before and the state after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cpanel_emu.accounts.models import Account, Service
from cpanel_emu.accounts.preferences import Preferences
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import EmulatorError
from cpanel_emu.resources import fixtures
from torturing.state import USER

Step = Callable[[Emulator], object]

HOST = "torture.example.org"
OTHER = "other.example.org"
CLOCK = "2026-01-05T09:00:00Z"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A *step* from the state that the steps of *before* make, in some releases."""

    name: str
    before: tuple[Step, ...]
    step: Step
    releases: tuple[str, ...] = ("docs", "11.32")


def call(function: str, *, api: int | str = 2, module: str = "SSL", **named: str) -> Step:
    """Return the step that calls a function, which must succeed."""

    def step(emulator: Emulator) -> object:
        answer = emulator.call(module, function, user=USER, api=api, **named)
        error = getattr(answer.outcome, "error", None) or getattr(answer.outcome, "errors", None)
        if error:
            raise EmulatorError(f"{module}::{function}: {error}")
        return answer

    return step


def _subject(**more: str) -> dict[str, str]:
    return {"city": "Houston", "company": "cPanel", "country": "US", "state": "Texas", **more}


def _uapi_subject(key_id: str, **more: str) -> dict[str, str]:
    return {
        "countryName": "US",
        "stateOrProvinceName": "Texas",
        "localityName": "Houston",
        "organizationName": "cPanel",
        "key_id": key_id,
        **more,
    }


def _key(name: str) -> str:
    return (fixtures() / "keys" / name).read_text("ascii")


def _newest(emulator: Emulator, kind: ItemKind, host: str) -> tuple[str, str]:
    with emulator.ssl_manager(USER) as manager:
        item = next(manager.directory.newest_first(kind, host))
        return item.id, manager.directory.read(item)


def _upload_certificate(emulator: Emulator) -> object:
    return call("uploadcrt", crt=_kept_certificate(emulator))(emulator)


def _kept_certificate(emulator: Emulator) -> str:
    """Return the certificate that `_keep_certificate` put aside."""
    return _place(emulator).read_text("ascii")


def _place(emulator: Emulator) -> Path:
    return emulator.root.path / "kept.crt"


def _keep_certificate(emulator: Emulator) -> object:
    _place(emulator).write_text(_newest(emulator, ItemKind.CERTIFICATE, HOST)[1], "ascii")
    return None


def _install(emulator: Emulator) -> object:
    return call("installssl", crt=_kept_certificate(emulator), key=_key("rsa-1024.key"))(emulator)


def _install_new(emulator: Emulator) -> object:
    """Install a certificate and a key of which the account has neither."""
    call("deletecrt", api=1, host=HOST)(emulator)
    call("deletekey", api=1, host=HOST)(emulator)
    return None


def _uapi_csr(emulator: Emulator) -> object:
    key_id = _newest(emulator, ItemKind.KEY, HOST)[0]
    return call(
        "generate_csr", api="uapi", **_uapi_subject(key_id, domains=HOST, friendly_name="uapi csr")
    )(emulator)


def _account(change: Callable[[Account], Account]) -> Step:
    return lambda emulator: emulator.accounts.update(USER, change)


def _save_preference(value: str) -> Step:
    return lambda emulator: Preferences(emulator.root, USER).save("torture", value)


_KEY = call("uploadkey", key=_key("rsa-1024.key"), host=HOST)
_SECOND_KEY = call("uploadkey", key=_key("ecdsa-prime256v1.key"), host=HOST)
_CSR = call("gencsr", **_subject(host=HOST))
_SECOND_CSR = call("gencsr", **_subject(host=HOST, companydivision="Second"))
_CERTIFICATE = call("gencrt", **_subject(host=HOST))
_SECOND_CERTIFICATE = call("gencrt", **_subject(host=HOST, companydivision="Second"))
_RENAME_CSR = call("set_csr_friendly_name", api=3, friendly_name=HOST, new_friendly_name="new name")
_RENAME_KEY = call("set_key_friendly_name", api=3, friendly_name=HOST, new_friendly_name="new name")
_NEW = ("docs",)

SCENARIOS = (
    Scenario("genkey", (), call("genkey", host=HOST)),
    Scenario("uploadkey", (), _KEY),
    Scenario("uploadkey, second of a host", (_KEY,), _SECOND_KEY, _NEW),
    Scenario("gencsr", (_KEY,), _CSR),
    Scenario("gencsr, second of a host", (_KEY, _CSR), _SECOND_CSR),
    Scenario("gencsr, identical", (_KEY, _CSR), _CSR),
    Scenario("gencrt", (_KEY,), _CERTIFICATE),
    Scenario("gencrt, second of a host", (_KEY, _CERTIFICATE), _SECOND_CERTIFICATE),
    Scenario(
        "uploadcrt",
        (_KEY, _CERTIFICATE, _keep_certificate, call("deletecrt", api=1, host=HOST)),
        _upload_certificate,
    ),
    Scenario("installssl", (_KEY, _CERTIFICATE, _keep_certificate, _install_new), _install),
    Scenario("installssl, items known", (_KEY, _CERTIFICATE, _keep_certificate), _install),
    Scenario(
        "installssl, in place of another",
        (
            _KEY,
            _CERTIFICATE,
            _keep_certificate,
            _install,
            _SECOND_CERTIFICATE,
            _keep_certificate,
            call("deletecrt", api=1, host=HOST),
        ),
        _install,
    ),
    Scenario("deletekey", (_KEY,), call("deletekey", api=1, host=HOST)),
    Scenario("deletekey, two", (_KEY, _SECOND_KEY), call("deletekey", api=1, host=HOST), _NEW),
    Scenario("deletecsr, two", (_KEY, _CSR, _SECOND_CSR), call("deletecsr", api=1, host=HOST)),
    Scenario("deletecrt", (_KEY, _CERTIFICATE), call("deletecrt", api=1, host=HOST)),
    Scenario(
        "delete",
        (_KEY, _CERTIFICATE, _keep_certificate, _install),
        call("delete", api=1, domain=HOST),
    ),
    Scenario(
        "UAPI generate_key",
        (),
        call("generate_key", api=3, friendly_name="my key"),
        _NEW,
    ),
    Scenario("UAPI generate_csr", (_KEY,), _uapi_csr, _NEW),
    Scenario("UAPI set_csr_friendly_name", (_KEY, _CSR), _RENAME_CSR, _NEW),
    Scenario("UAPI set_key_friendly_name", (_KEY,), _RENAME_KEY, _NEW),
    Scenario("UAPI delete_csr", (_KEY, _CSR), call("delete_csr", api=3, friendly_name=HOST), _NEW),
    Scenario("UAPI delete_key", (_KEY,), call("delete_key", api=3, friendly_name=HOST), _NEW),
    Scenario(
        "account changed",
        (),
        _account(lambda account: replace(account, domains=(*account.domains, OTHER))),
    ),
    Scenario(
        "account added",
        (),
        lambda emulator: emulator.accounts.add(Account(user="third", domain=OTHER)),
    ),
    Scenario("account removed", (), lambda emulator: emulator.remove_account("username")),
    Scenario("token added", (), lambda emulator: emulator.accounts.add_token(USER, "t", "SECRET")),
    Scenario("preference saved", (), _save_preference("first")),
    Scenario("preference replaced", (_save_preference("first"),), _save_preference("second")),
    Scenario(
        "session opened",
        (),
        lambda emulator: emulator.sessions.create(USER, Service.CPANEL),
    ),
)
"""All of them; both layouts unless the function is of the new one only."""
