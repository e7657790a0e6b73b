"""The servers as pytest fixtures, one of each per session; import them in conftest.py.

`address` gives a test a mailbox of its own.
"""

import itertools
import os
from collections.abc import Iterator

import pytest

from tests.servers import require
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Neighbours, Postfix
from tests.servers.sink import Sink

#: Mailboxes are in these domains; every name there exists.
MAILBOX_DOMAINS = ("example.test", "bedford.test")
#: Postfix stamps mail from these as genuine, and mail from any other as failed.
VOUCHED_FOR = (
    "police.test",
    "icb.test",
    "council.test",
    "health.test",
    "school.test",
    "probation.test",
    "housing.test",
    "hospital.test",
    "partner.test",
    "panel.test",
    *MAILBOX_DOMAINS,
)

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot that has every address as a user."""
    require("dovecot-imapd", "dovecot-lmtpd", "openssl")
    with Dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def session_sink() -> Iterator[Sink]:
    """The far end, running."""
    with Sink() as server:
        yield server


@pytest.fixture
def sink(session_sink: Sink) -> Iterator[Sink]:
    """The far end, having received nothing yet and in no mood."""
    session_sink.clear()
    yield session_sink
    session_sink.clear()


@pytest.fixture(scope="session")
def postfix(dovecot: Dovecot, session_sink: Sink) -> Iterator[Postfix]:
    """A running Postfix between the far end and Dovecot."""
    require("postfix", "openssl")
    neighbours = Neighbours(lmtp=dovecot.lmtp, sasl=dovecot.sasl, nexthop=session_sink.port)
    with Postfix(neighbours, domains=MAILBOX_DOMAINS, vouched_for=VOUCHED_FOR) as server:
        yield server


@pytest.fixture
def address() -> str:
    """An address whose mailbox nobody has used before."""
    return f"inbox-{os.getpid()}-{next(_numbers)}@example.test"
