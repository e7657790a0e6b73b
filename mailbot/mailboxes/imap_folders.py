"""Our folder names on an IMAP server: its prefix, its delimiter, its special-use folders.

Exchange has "Sent Items", Courier puts everything below "INBOX.": nobody outside needs to know
(RFC 2342 for namespaces, RFC 6154 for special use).
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mailbot.mailboxes import DRAFTS, INBOX, SENT

_USUAL_NAMES = {
    DRAFTS: ("Drafts", "Draft"),
    SENT: ("Sent", "Sent Items", "Sent Messages", "Sent Mail"),
}


@dataclass(slots=True)
class Folders:
    """The names that a server gives to our folders, as far as they are known."""

    prefix: str
    delimiter: str
    #: Role -> the server's name.
    roles: dict[str, str]
    #: The server's names of folders that are known to be there.
    existing: set[str]

    def server_name(self, folder: str) -> str:
        """Given a folder or a role, return the server's name for it, there or not.

        The delimiter inside a name cannot be written in IMAP and becomes "_".
        """
        if folder == INBOX:
            return INBOX
        if folder in _USUAL_NAMES:
            return self.roles.get(folder) or self.prefix + _USUAL_NAMES[folder][0]
        levels = folder.split("/")
        if self.delimiter and self.delimiter != "/":
            levels = [level.replace(self.delimiter, "_") for level in levels]
        return self.prefix + (self.delimiter or "/").join(levels)


def folders_of(client: IMAPClient, named: Mapping[str, str]) -> Folders:
    """Given a client that is logged in and roles that config names, return the folders' names."""
    listed = client.list_folders()
    prefix, delimiter = _namespace(client, listed)
    names = {name for _, _, name in listed}
    roles = {**_roles(listed, prefix), **named}
    folders = Folders(prefix, delimiter, roles, names | {INBOX})
    for role in _USUAL_NAMES:
        folders.roles.setdefault(role, folders.server_name(role))
    return folders


def _namespace(
    client: IMAPClient, listed: Iterable[tuple[tuple[bytes, ...], bytes | None, str]]
) -> tuple[str, str]:
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal
        if personal:
            prefix, delimiter = personal[0]
            return prefix or "", delimiter or ""
    for _, found, _ in listed:
        if found:
            return "", found.decode("ascii", "replace")
    return "", "/"


def _roles(
    listed: Iterable[tuple[tuple[bytes, ...], bytes | None, str]], prefix: str
) -> dict[str, str]:
    roles: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for flags, _, name in listed:
        by_name.setdefault(name.casefold(), name)
        for role in _USUAL_NAMES:
            if role.encode().lower() in {flag.lower() for flag in flags}:
                roles.setdefault(role, name)
    for role, usual in _USUAL_NAMES.items():
        for name in usual:
            found = by_name.get((prefix + name).casefold())
            if found:
                roles.setdefault(role, found)
    return roles


def ensure(client: IMAPClient, folders: Folders, folder: str) -> str:
    """Create a folder unless it is known to be there, and return the server's name for it."""
    name = folders.server_name(folder)
    if name in folders.existing:
        return name
    if not client.folder_exists(name):
        try:
            client.create_folder(name)
        except IMAPClientError:
            if not client.folder_exists(name):  # else somebody was quicker
                raise
        with suppress(IMAPClientError):  # a folder that nobody's program shows is still a folder
            client.subscribe_folder(name)
    folders.existing.add(name)
    return name
