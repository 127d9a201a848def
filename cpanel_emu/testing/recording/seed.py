"""The accounts that a recording saw, as a seed that an emulator can start from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cpanel_emu.testing.recording.requests import WrittenRequest

_ROOT = "root"
_REFUSED = (401, 403)
_USER = re.compile(r"[a-z][a-z0-9]{0,15}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_USER_FIELDS = ("cpanel_jsonapi_user", "cpanel_xmlapi_user")
_DOMAIN_FIELDS = ("host", "domain", "domains")


@dataclass(slots=True)
class RecordedSeed:
    """Accounts with the names of their secrets."""

    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    """User → name of a secret → its kind."""
    domains: dict[str, str] = field(default_factory=dict)

    def note(self, request: WrittenRequest, status: int | None) -> None:
        """Note whose credentials and which account *request* names, if it got in."""
        if status in _REFUSED:
            return
        users = [login.user for login in request.logins if _USER.fullmatch(login.user)]
        for login in request.logins:
            if login.user in users:
                self.secrets.setdefault(login.user, {})[login.name] = login.kind
        named = [request.parameters.get(name, "") for name in _USER_FIELDS]
        for user in filter(_USER.fullmatch, named):
            self.secrets.setdefault(user, {})
        account = next(filter(_USER.fullmatch, named), users[0] if users else None)
        if account is not None and account != _ROOT:
            self._note_domain(account, request.parameters)

    def _note_domain(self, account: str, parameters: Mapping[str, str]) -> None:
        for name in _DOMAIN_FIELDS:
            domain = parameters.get(name, "")
            if _DOMAIN.fullmatch(domain) and domain not in self.domains.values():
                self.domains.setdefault(account, domain)

    def text(self, stand_ins: Mapping[str, str]) -> str:
        """Return the seed, with stand-ins for the secrets."""
        lines = ["# Accounts that were seen. Write in what they had: domains, features, keys."]
        for user in sorted(self.secrets):
            is_root = user == _ROOT
            lines += ["", "[whm.root]" if is_root else f"[accounts.{user}]"]
            if not is_root:
                lines.append(f"domain = {json.dumps(self.domains.get(user, f'{user}.example'))}")
            lines += self._secret_lines(user, stand_ins)
        return "\n".join([*lines, ""])

    def _secret_lines(self, user: str, stand_ins: Mapping[str, str]) -> list[str]:
        kinds = self.secrets[user]
        by_kind = {
            kind: [name for name in kinds if kinds[name] == kind]
            for kind in ("password", "hash", "token")
        }
        # An account must have a password; the last one that was accepted is the newest.
        passwords = [stand_ins[name] for name in by_kind["password"] if name in stand_ins]
        lines = [f"password = {json.dumps(passwords[-1] if passwords else f'unused-by-{user}')}"]
        if by_kind["hash"]:
            lines.append(f"access_hash = {json.dumps(stand_ins[by_kind['hash'][-1]])}")
        if by_kind["token"]:
            tokens = ", ".join(f"{n} = {json.dumps(stand_ins[n])}" for n in by_kind["token"])
            lines.append(f"api_tokens = {{ {tokens} }}")
        return lines
