"""A private Dovecot: IMAP with TLS, LMTP to deliver, SASL for Postfix. As root or as anybody.

Every address is a user, and all have the same password: a test takes a fresh address as its own.
"""

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port, make_certificate, wait_for_greeting

PASSWORD = "correct-horse"

_CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
instance_name = mailbot-{imaps}
log_path = {home}/dovecot.log
auth_verbose = yes
auth_failure_delay = 0
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
default_vsz_limit = 0
first_valid_uid = 1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_dh =
disable_plaintext_auth = yes
auth_mechanisms = plain login
mail_location = maildir:~/Maildir:LAYOUT=fs
mailbox_idle_check_interval = 1 secs
imap_idle_notify_interval = 2 mins
mail_max_userip_connections = 50
{capability}

passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u allow_all_users=yes
}}

namespace inbox {{
  inbox = yes
  separator = {delimiter}
  prefix = {prefix}
{special_use}
}}

service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
  unix_listener lmtp {{
    mode = 0600
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {sasl}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
protocol lmtp {{
  postmaster_address = postmaster@example.test
}}
"""

_SPECIAL_USE = """
  mailbox {name} {{
    special_use = \\{role}
    auto = subscribe
  }}
"""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """In what a server may differ from another."""

    prefix: str = ""
    delimiter: str = "/"
    #: Role without its backslash -> name of the folder.
    special_use: tuple[tuple[str, str], ...] = (("Drafts", "Drafts"), ("Sent", "Sent Items"))
    #: What it says it can do after login; "" for all that Dovecot can.
    capability: str = ""


class Dovecot:
    """A Dovecot as a context manager. It may be stopped and started again on the same ports."""

    def __init__(self, habits: Habits | None = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mailbot-dovecot-"))
        self.home.chmod(0o755)
        for name in ("run", "state", "mail"):
            (self.home / name).mkdir()
        self.certificate = make_certificate(self.home)
        self.imap, self.imaps, self.lmtp, self.sasl = (free_port() for _ in range(4))
        self._config = self.home / "dovecot.conf"
        self._config.write_text(self._text(habits or Habits()))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait for its greeting."""
        self._process = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for_greeting(self.imap)

    def stop(self) -> None:
        """End it and its children, breaking all connections."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        process.wait(15)
        # Those that hold a connection outlive their master; the group is this server's own.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def log(self) -> str:
        """Return what it logged."""
        return (self.home / "dovecot.log").read_text()

    def __enter__(self) -> "Dovecot":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _text(self, habits: Habits) -> str:
        quoted = [(role, f'"{name}"') for role, name in habits.special_use]
        return _CONFIG.format(
            home=self.home,
            certificate=self.certificate.certificate,
            key=self.certificate.key,
            password=PASSWORD,
            imap=self.imap,
            imaps=self.imaps,
            lmtp=self.lmtp,
            sasl=self.sasl,
            prefix=habits.prefix,
            delimiter=habits.delimiter,
            capability=f"imap_capability = {habits.capability}" if habits.capability else "",
            special_use="".join(_SPECIAL_USE.format(name=n, role=r) for r, n in quoted),
            **self._owners(),
        )

    def _owners(self) -> dict[str, str | int]:
        """Say who runs what: as root mail belongs to nobody, else all is the user's own."""
        if os.getuid() == 0:
            uid, gid = pwd.getpwnam("nobody").pw_uid, grp.getgrnam("nogroup").gr_gid
            os.chown(self.home / "mail", uid, gid)
            user, group, login = "dovecot", "dovecot", "dovenull"
        else:
            uid, gid = os.getuid(), os.getgid()
            user = login = pwd.getpwuid(uid).pw_name
            group = grp.getgrgid(gid).gr_name
        return {
            "internal_user": user,
            "internal_group": group,
            "login_user": login,
            "uid": uid,
            "gid": gid,
        }
