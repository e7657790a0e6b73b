"""Who a mail is from and whether our server vouches for it, friendly and hostile."""

import pytest

from mailbot.core.mail.headers import headers_from
from mailbot.core.mail.senders import aligned, is_vouched_for, sender_of
from mailbot.core.model import TrustMode

OURS = "mx.lscp.example.org"
POLICE = "police.example.org"


def _vouched(*results: str, sender: str = f"a@{POLICE}", trust: TrustMode | None = None) -> bool:
    block = "".join(f"Authentication-Results: {result}\r\n" for result in results)
    headers, _ = headers_from(f"{block}From: {sender}\r\n".encode())
    return is_vouched_for(
        headers,
        sender_of(headers).address,
        trust=trust or TrustMode.AUTHSERV_ID,
        authserv_id=OURS,
    )


@pytest.mark.parametrize(
    "results",
    [
        f"{OURS}; dmarc=pass header.from={POLICE}",
        f"{OURS} 1; dmarc=pass (p=reject; sp=none) header.from={POLICE.upper()}",
        f"MX.LSCP.example.org;\r\n spf=fail;\r\n\tdmarc=pass header.from={POLICE}",
        f"{OURS}; dkim=pass header.d={POLICE}",
        f"{OURS}; dkim=fail header.d={POLICE}; dkim=pass header.i=@{POLICE} header.s=k1",
        f"{OURS}; dkim=pass header.d=example.org",
        f"{OURS}; dmarc=none header.from={POLICE}; spf=pass smtp.mailfrom=x@{POLICE}",
        f'{OURS}; spf=pass reason="fine; dmarc=fail" smtp.mailfrom="{POLICE}"',
        f"(a (nested) comment) {OURS}; dmarc/1=pass header.from={POLICE}",
    ],
)
def test_our_server_vouches_for_an_aligned_pass(results: str) -> None:
    assert _vouched(results)


@pytest.mark.parametrize(
    "results",
    [
        (),
        (f"{OURS}; none",),
        (f"mx.elsewhere.example.net; dmarc=pass header.from={POLICE}",),
        (f"{OURS}.evil.example.net; dmarc=pass header.from={POLICE}",),
        # DMARC has failed: nothing else helps.
        (f"{OURS}; dkim=pass header.d={POLICE}; dmarc=fail header.from={POLICE}",),
        (f"{OURS}; dmarc=pass header.from={POLICE}; dmarc=fail header.from={POLICE}",),
        # passed, but for another domain
        (f"{OURS}; dmarc=pass header.from=evil.example.net",),
        (f"{OURS}; dmarc=pass header.from={POLICE} header.from=evil.example.net",),
        (f"{OURS}; dmarc=pass header.from=evil.example.net; dkim=pass header.d={POLICE}",),
        (f"{OURS}; dkim=pass header.d=evil-{POLICE}",),
        (f"{OURS}; dkim=pass header.d=sub.{POLICE}",),
        (f"{OURS}; dkim=pass header.d=org",),
        (f"{OURS}; dkim=pass; spf=pass",),
        # results that hide in comments, quoted strings and reasons
        (f"{OURS}; spf=fail (dmarc=pass header.from={POLICE})",),
        (f"{OURS}; spf=fail ; x=y (; dmarc=pass header.from={POLICE} ;)",),
        (f'{OURS}; spf=fail reason="; dmarc=pass header.from={POLICE}"',),
        (f'{OURS}; spf=pass reason="smtp.mailfrom={POLICE}" smtp.mailfrom=evil.example.net',),
        (f'{OURS}; spf=pass smtp.mailfrom="x@{POLICE}"@evil.example.net',),
        # a comment that is never closed may hide the rest
        (f"{OURS}; spf=fail (oops; dmarc=pass header.from={POLICE}",),
        # a forgery of our name below what our server wrote, and below what cannot be read
        (f"{OURS}; dmarc=fail header.from={POLICE}", f"{OURS}; dmarc=pass header.from={POLICE}"),
        (f"{OURS}; spf=none (", f"{OURS}; dmarc=pass header.from={POLICE}"),
        (f"{OURS}; x={'y' * 9000}", f"{OURS}; dmarc=pass header.from={POLICE}"),
        (f"{OURS}; none", f"{OURS}; dmarc=pass header.from={POLICE}"),
        # an envelope sender with semicolons, written without quotation marks
        (f"{OURS}; spf=pass smtp.mailfrom=a;dmarc=pass header.from={POLICE};@evil.example",),
        (f"{OURS}; spf=pass smtp.mailfrom=a;dkim=pass header.d={POLICE};x=y@evil.example",),
        (f"{OURS}; spf=pass smtp.mailfrom=a;dmarc=pass header.from={POLICE} x=@e.org;dmarc=none",),
        (f"{OURS}; spf=pass smtp.mailfrom={POLICE};spf=none smtp.mailfrom=@evil.example",),
    ],
)
def test_nothing_else_makes_a_sender_vouched_for(results: tuple[str, ...]) -> None:
    assert not _vouched(*results)


@pytest.mark.parametrize(
    "begin",
    [
        b"X-Note: y\rAuthentication-Results: ",
        b"X-Note: y\r\rAuthentication-Results: ",
        b"Authentication-Results : ",
        b"Authentication-Results\t: ",
    ],
)
def test_what_no_server_takes_for_its_header_is_none(begin: bytes) -> None:
    result = f"{OURS}; dmarc=pass header.from={POLICE}\r\nFrom: a@{POLICE}\r\n".encode()
    headers, _ = headers_from(begin + result)
    assert sender_of(headers).address == f"a@{POLICE}"
    assert not is_vouched_for(headers, f"a@{POLICE}", trust=TrustMode.AUTHSERV_ID, authserv_id=OURS)


def test_another_servers_results_above_ours_do_not_count_and_do_not_hide_ours() -> None:
    assert _vouched(
        f"other.example.net; dmarc=fail header.from={POLICE}",
        f"{OURS}; dmarc=pass header.from={POLICE}",
    )


def test_an_area_that_trusts_nothing_is_never_vouched_for() -> None:
    assert not _vouched(f"{OURS}; dmarc=pass header.from={POLICE}", trust=TrustMode.NONE)


def test_an_unreadable_sender_is_never_vouched_for() -> None:
    results = f"{OURS}; dmarc=pass header.from={POLICE}; dkim=pass header.d={POLICE}"
    for sender in (f"a@{POLICE}, b@{POLICE}", f"x <a@{POLICE}", f"police: a@{POLICE};", ""):
        assert not _vouched(results, sender=sender)


@pytest.mark.parametrize("suffix", ["gov.uk", "nhs.uk", "police.uk", "sch.uk", "co.uk", "org.uk"])
def test_a_public_suffix_vouches_for_nobody_below_it(suffix: str) -> None:
    assert not aligned(f"someone.{suffix}", suffix)
    assert aligned(f"mail.someone.{suffix}", f"someone.{suffix}")


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("Morwen Hale <M.Hale@Police.Example.org>", "m.hale@police.example.org"),
        ('"Hale, Morwen (Police)" <m@police.example.org>', "m@police.example.org"),
        ("m@police.example.org (Morwen)", "m@police.example.org"),
        ("=?utf-8?q?M=C3=B6?= <m@police.example.org>", "m@police.example.org"),
        ('"a@police.example.org" <b@evil.example.net>', "b@evil.example.net"),
        ("x <a@b", None),
        ("a@b.example, c@d.example", None),
        ("<a@b.example> <c@d.example>", None),
        ("x <a@b.example>c@d.example", None),
        ("a@b@c.example", None),
        ("undisclosed-recipients:;", None),
        ("group: a@b.example;", None),
        ("=?utf-8?q?a=40b.example?=", None),
        ("", None),
        ("<>", None),
    ],
)
def test_the_sender_is_the_one_address_taken_literally(value: str, address: str | None) -> None:
    headers, _ = headers_from(f"From: {value}\n".encode())
    assert sender_of(headers).address == address


def test_two_from_headers_name_nobody() -> None:
    headers, _ = headers_from(b"From: a@b.example\nFrom: a@b.example\n")
    assert sender_of(headers).address is None
