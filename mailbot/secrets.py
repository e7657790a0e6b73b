"""Passwords and keys: where they may come from, and the key with which an area signs.

A password comes from an environment variable, a file or a systemd credential, and never from a
config file. Nothing here ever puts a secret, or a part of one, into a sentence.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from mailbot.errors import SettingsError

#: The keys of a [mailbox] or [sender] table that say where its password is.
SOURCES = ("password_env", "password_file", "password_credential")


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSource:
    """Where one password is: exactly one of the three is set."""

    password_env: str | None = None
    password_file: Path | None = None
    password_credential: str | None = None


def _unusable(why: str) -> SettingsError:
    return SettingsError((why,))


def password(source: PasswordSource, environ: Mapping[str, str]) -> SecretStr:
    """Given where a password is, return it.

    A line end at the end of a file is not part of it. Raises `SettingsError` with one sentence
    without capital and full stop, which the caller puts behind the place in the config.
    """
    if source.password_env:
        value = environ.get(source.password_env, "")
        if not value:
            raise _unusable(
                f"the environment variable {source.password_env} is not set; set it for mailbot, "
                "or use password_file"
            )
        return SecretStr(value)
    if source.password_file:
        return SecretStr(_secret_in(source.password_file))
    name = source.password_credential or ""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        raise _unusable(
            "systemd has handed over no credentials ($CREDENTIALS_DIRECTORY is not set); "
            f"add LoadCredential={name}:/path/of/the/file to mailbot's unit"
        )
    if not name or "/" in name or name in {".", ".."}:
        raise _unusable("a credential's name has no slash in it; write it as in LoadCredential=")
    return SecretStr(_secret_in(Path(folder) / name))


def _secret_in(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        value = path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise _unusable(
            f"{path} cannot be read ({error.strerror}); "
            "make it, with the secret on one line, readable by the user that runs mailbot"
        ) from error
    except UnicodeDecodeError:
        raise _unusable(f"{path} is not text in UTF-8; save it as plain text") from None
    if mode & 0o007:
        raise _unusable(f"{path} can be read by everybody on this computer; chmod 600 {path}")
    if not value:
        raise _unusable(f"{path} is empty; put the secret on its first line")
    if "\n" in value:
        raise _unusable(f"{path} has more than one line; leave only the secret in it")
    return value


def signing_key_at(path: Path) -> bytes:
    """Given where an area's signing key is kept, return its 32 bytes; make it when there is none.

    The file is hexadecimal and only its owner may read it. Made by two processes at once, one
    file wins and both return it. Raises `SettingsError` when it cannot be read or is no key.
    """
    try:
        if not path.exists():
            _make_key(path)
        key = bytes.fromhex(_secret_in(path))
    except SettingsError as error:
        raise _unusable(f"The signing key: {error}.") from error
    except OSError as error:
        raise _unusable(
            f"The signing key {path} cannot be made: {error.strerror}; mend its folder."
        ) from error
    except ValueError as error:
        raise _unusable(
            f"{path} is not a signing key (64 hexadecimal digits); restore it from a backup."
        ) from error
    if len(key) != 32:
        raise _unusable(
            f"{path} is {len(key)} bytes long, a signing key has 32; restore it from a backup."
        )
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written whole beside its place and then linked: nobody ever reads half a key, and a key
    # that somebody else made meanwhile is never replaced.
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
