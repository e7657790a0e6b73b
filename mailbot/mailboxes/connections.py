"""What IMAP and SMTP share: verified TLS, and one clear sentence for whatever goes wrong.

Unencrypted connections are for a loopback address alone (a relay or a test server on this
machine); anything else is refused before a byte is sent.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from mailbot.errors import MailboxError, MailboxRefusedError

Security = Literal["tls", "starttls", "plain"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server as config names it. `ca_file` replaces the system's certificate authorities."""

    host: str
    port: int
    security: Security
    ca_file: str | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Given a host as configured, tell whether it can only be this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_plain_abroad(endpoint: Endpoint) -> None:
    """Raise `MailboxRefusedError` when passwords and letters would travel unencrypted."""
    if endpoint.security == "plain" and not is_loopback(endpoint.host):
        raise MailboxRefusedError(
            f"{endpoint} is not this machine, so an unencrypted connection to it is not made: "
            'set security to "tls" or "starttls".'
        )


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """Given an endpoint, return a context that verifies its certificate and its name."""
    try:
        context = ssl.create_default_context(cafile=endpoint.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise MailboxRefusedError(
            f"The file of certificate authorities for {endpoint} cannot be read: "
            f"{endpoint.ca_file}."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def connecting(endpoint: Endpoint) -> Iterator[None]:
    """Turn what goes wrong while connecting into `MailboxRefusedError` or `MailboxError`."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailboxRefusedError(
            f"The certificate of {endpoint} is not trusted ({error.verify_message}): "
            "set ca_file to the authority that signed it, or mend the certificate."
        ) from error
    except ssl.SSLError as error:
        raise MailboxRefusedError(
            f"{endpoint} did not agree on TLS ({error.reason or 'no reason given'}): "
            "check port and security."
        ) from error
    except socket.gaierror as error:
        raise MailboxRefusedError(
            f"The host {endpoint.host} is unknown: check its name in the config, and this "
            "machine's name service."
        ) from error
    except TimeoutError as error:
        raise MailboxError(f"{endpoint} does not answer in time.") from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MailboxError(f"{endpoint} cannot be reached ({why}).") from error
