"""A private Postfix: takes mail in for the shared mailboxes, and relays all else to the far end.

It does what a careful mail host does with sender checks: Authentication-Results that come in are
removed, and its own are stamped on what outsiders deliver. The verdict depends on the domain of
MAIL FROM alone: `vouched_for` domains pass, all others fail.
"""

import secrets
import shutil
import smtplib
import ssl
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port, make_certificate, wait_for_greeting

AUTHSERV_ID = "mx.example.test"

_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/log/mail.log
maillog_file_prefixes = {home}
myhostname = {authserv_id}
mydomain = example.test
myorigin = $mydomain
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_bind_address = 127.0.0.1
mynetworks =
local_recipient_maps =
alias_maps =
alias_database =
smtputf8_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated reject_unauth_destination
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = static:everybody
virtual_transport = lmtp:[127.0.0.1]:{lmtp}
smtp_dns_support_level = disabled
smtp_host_lookup = native
default_transport = smtp:[127.0.0.1]:{nexthop}
relayhost = [127.0.0.1]:{nexthop}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_sasl_security_options = noanonymous
smtpd_data_restrictions = check_sender_access regexp:{home}/etc/stamps
header_checks = regexp:{home}/etc/headers
notify_classes =
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
smtpd_client_connection_rate_limit = 0
message_size_limit = 102400000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
"""

_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_data_restrictions=
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_data_restrictions=
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The ports of Dovecot and of the far end."""

    lmtp: int
    sasl: int
    nexthop: int


class Postfix:
    """A Postfix as a context manager; needs root."""

    def __init__(
        self, neighbours: Neighbours, *, domains: Sequence[str], vouched_for: Sequence[str]
    ) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mailbot-postfix-"))
        self.home.chmod(0o755)
        for name in ("spool", "data", "log", "etc"):
            (self.home / name).mkdir()
        shutil.chown(self.home / "data", "postfix", "root")
        self.certificate = make_certificate(self.home)
        self.smtp, self.submission, self.smtps = (free_port() for _ in range(3))
        (self.home / "etc" / "main.cf").write_text(
            _MAIN.format(
                home=self.home,
                authserv_id=AUTHSERV_ID,
                domains=", ".join(domains),
                certificate=self.certificate.certificate,
                key=self.certificate.key,
                lmtp=neighbours.lmtp,
                sasl=neighbours.sasl,
                nexthop=neighbours.nexthop,
            )
        )
        (self.home / "etc" / "master.cf").write_text(
            _MASTER.format(smtp=self.smtp, submission=self.submission, smtps=self.smtps)
        )
        self._write_stamps(vouched_for)

    def _write_stamps(self, vouched_for: Sequence[str]) -> None:
        # What PREPEND adds is checked like any header: it travels under a name that nobody can
        # guess, and the header check gives it its true one while it removes all others.
        carrier = f"X-Stamp-{secrets.token_hex(16)}"
        passed = "spf=pass smtp.mailfrom=$1; dkim=pass header.d=$1; dmarc=pass header.from=$1"
        failed = "spf=fail smtp.mailfrom=$1; dkim=none; dmarc=fail header.from=$1"
        lines = [
            f"/@({domain.replace('.', '[.]')})$/ PREPEND {carrier}: {AUTHSERV_ID}; {passed}"
            for domain in vouched_for
        ]
        lines.append(f"/@(.+)$/ PREPEND {carrier}: {AUTHSERV_ID}; {failed}")
        lines.append(f"/^/ PREPEND {carrier}: {AUTHSERV_ID}; spf=none; dkim=none; dmarc=none")
        (self.home / "etc" / "stamps").write_text("\n".join(lines) + "\n")
        (self.home / "etc" / "headers").write_text(
            f"/^{carrier}: (.*)$/ REPLACE Authentication-Results: $1\n"
            "/^Authentication-Results[[:space:]]*:/ IGNORE\n"
        )

    def start(self) -> None:
        """Start it and wait for its greeting."""
        subprocess.run(
            ["postfix", "-c", str(self.home / "etc"), "start"], check=True, capture_output=True
        )
        wait_for_greeting(self.smtp)

    def stop(self) -> None:
        """End it and its children."""
        subprocess.run(
            ["postfix", "-c", str(self.home / "etc"), "stop"], check=False, capture_output=True
        )

    def log(self) -> str:
        """Return what it logged."""
        return (self.home / "log" / "mail.log").read_text()

    def deliver(self, mime: bytes, *, sender: str, recipients: Sequence[str]) -> None:
        """Hand in mail from outside, as a partner's mail host does. `sender` "" is a bounce."""
        with smtplib.SMTP("127.0.0.1", self.smtp, "partner.test", 30) as client:
            client.sendmail(sender, list(recipients), mime, ["BODY=8BITMIME"])

    def submit(self, mime: bytes, *, user: str, password: str, recipients: Sequence[str]) -> None:
        """Hand in mail as a person whose mailbox is here does, from a mail program."""
        context = ssl.create_default_context(cafile=str(self.certificate.ca_file))
        with smtplib.SMTP("127.0.0.1", self.submission, "desk.test", 30) as client:
            client.starttls(context=context)
            client.login(user, password)
            client.sendmail(user, list(recipients), mime, ["BODY=8BITMIME"])

    def __enter__(self) -> "Postfix":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
