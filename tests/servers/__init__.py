"""Real servers on loopback for the tests: Dovecot, Postfix, and a far end that plays the world.

Each takes free ports and a directory of its own, and ends what it started.
"""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

_PROGRAMS = {
    "/usr/lib/dovecot/imap": "dovecot-imapd",
    "/usr/lib/dovecot/lmtp": "dovecot-lmtpd",
    "/usr/sbin/dovecot": "dovecot-imapd",
    "/usr/sbin/postfix": "postfix",
}


def missing() -> tuple[str, ...]:
    """Return the apt packages that the servers need and this machine has not, sorted."""
    packages = {package for program, package in _PROGRAMS.items() if not Path(program).exists()}
    if not shutil.which("openssl"):
        packages.add("openssl")
    return tuple(sorted(packages))


def require(*packages: str) -> None:
    """Skip the test, or fail it when CI=true, where one of the apt packages is missing."""
    lacking = sorted(set(packages) & set(missing()))
    if lacking:
        _unable(f"apt-get install --no-install-recommends {' '.join(lacking)}")
    if "postfix" in packages and os.getuid() != 0:
        _unable("Postfix starts only as root")


def _unable(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"a suite did not run: {why}")
    pytest.skip(why)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_greeting(port: int, *, seconds: float = 20) -> None:
    """Wait until a server on 127.0.0.1 greets its clients."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                connection.settimeout(5)
                if connection.recv(100):
                    return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"no greeting on port {port} within {seconds} seconds")


@dataclass(frozen=True)
class Certificate:
    """A certificate for localhost and 127.0.0.1, its key, and the authority that signed it."""

    ca_file: Path
    certificate: Path
    key: Path


def make_certificate(directory: Path) -> Certificate:
    """Make an authority and, signed by it, a certificate for this machine; valid two days."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, cwd=directory, capture_output=True)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    authority = ("-addext", "basicConstraints=critical,CA:TRUE")
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    (directory / "extensions").write_text(
        "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
        "extendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
    )
    openssl(
        *("req", "-x509", *new_key, "-days", "2", "-subj", "/CN=mailbot test authority"),
        *(*authority, *usage, "-keyout", "ca.key", "-out", "ca.pem"),
    )
    openssl(
        "req", *new_key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"
    )
    openssl(
        *("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-days", "2", "-extfile", "extensions", "-out", "server.pem"),
    )
    return Certificate(directory / "ca.pem", directory / "server.pem", directory / "server.key")
