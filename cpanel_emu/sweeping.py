"""What writes that were cut off have left behind goes when a server starts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from cpanel_emu.accounts.directory import LOCK as ACCOUNTS
from cpanel_emu.accounts.preferences import LOCK as PREFERENCES
from cpanel_emu.accounts.preferences import folder_of
from cpanel_emu.accounts.sessions import LOCK as SESSIONS
from cpanel_emu.errors import StoreError
from cpanel_emu.own_folder import OwnFolder
from cpanel_emu.root import TEMPORARY_PREFIX, Root


def sweep(root: Root) -> None:
    """Remove the unfinished files of accounts, sessions and preferences below *root*.

    A process that was killed while it wrote leaves one. Each sort is swept under the lock that
    its writers hold, so what another process is writing stays. Certificate directories are swept
    when they are opened. What cannot be removed stays.
    """
    with contextlib.suppress(OSError, StoreError):
        homes = [path.name for path in root.homes.iterdir()] if root.homes.is_dir() else []
        cpanel = root.path / "var" / "cpanel"
        places = {
            ACCOUNTS: [OwnFolder(cpanel), OwnFolder(cpanel, root.users.name)],
            SESSIONS: [OwnFolder(cpanel, root.sessions.name)],
            PREFERENCES: [folder_of(root, home) for home in homes],
        }
        for lock, folders in places.items():
            # A look without the lock first: there is hardly ever anything.
            if any(_unfinished(folders)):
                with root.lock(lock):
                    for folder, name in _unfinished(folders):
                        folder.remove(name)


def _unfinished(folders: Iterable[OwnFolder]) -> Iterator[tuple[OwnFolder, str]]:
    for folder in folders:
        for name in folder.names():
            if name.startswith(TEMPORARY_PREFIX):
                yield folder, name
