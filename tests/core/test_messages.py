"""Any bytes become a message: nothing raises, nothing is lost, limits hold."""

import json
import random
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.core.mail.messages import Reading, headers_of, message_key, read_message
from mailbot.core.mail.trimming import own_words, typed_words
from mailbot.core.model import Message, MessageClass, TrustMode

MAILS = sorted((Path(__file__).resolve().parent.parent / "mail").glob("*.eml"))
RECEIVED = datetime(2026, 11, 23, 10, 16, tzinfo=UTC)  # a Monday
READING = Reading(
    own_address="unit@lscp.example.org", trust=TrustMode.AUTHSERV_ID, authserv_id="mx.example.org"
)
PLAIN = b"From: a@b.example\nSubject: s\nMessage-ID: <1@b.example>\n"


def _read(mime: bytes) -> Message:
    message = read_message(mime, RECEIVED, reading=READING)
    storable = {key: value for key, value in asdict(message).items() if key != "attachments"}
    json.dumps(storable, default=str, ensure_ascii=False).encode("utf-8")  # no lone surrogates
    assert "\0" not in message.text + message.subject + message.sender_name
    assert bool(message.own_text.strip()) == bool(message.text.strip())
    assert message.sent_at is None or message.sent_at.tzinfo is UTC
    headers_of(mime)
    return message


# --- whatever the bytes -----------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(mime: bytes) -> None:
    _read(mime)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MAILS), st.integers(0, 2**32))
def test_real_structures_are_read_however_they_are_broken(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    mime = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(mime) or 1)
        match chance.randrange(5):
            case 0:
                mime[at : at + chance.randrange(40)] = b""
            case 1:
                mime[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(8)))
            case 2:
                mime[at:at] = mime[: chance.randrange(len(mime) or 1)][:300]
            case 3:
                mime = bytearray(bytes(mime).replace(b"\n", b"\r\n", chance.randrange(30)))
            case _:
                pieces = [b'"', b";", b"=?", b"?=", b"*0*=utf-7''%", b"--", b"\n\n", b"<", b"("]
                mime[at:at] = chance.choice(pieces)
    _read(bytes(mime))


@pytest.mark.parametrize("label", ["x-unknown", "utf-16", "idna", "a\0b", "utf-7", "é", "'"])
def test_a_charset_that_lies_loses_nothing(label: str) -> None:
    head = f"From: a@b.example\nContent-Type: text/plain; charset={label}\n\n".encode()
    assert "nil return" in _read(head + b"This is a nil return \xe9.").text


# --- limits -----------------------------------------------------------------------------------


def test_ten_thousand_recipients_are_read() -> None:
    many = ", ".join(f'"P {n}" <p{n}@b.example>' for n in range(10_000)).encode()
    assert len(_read(PLAIN + b"To: " + many + b"\n\nhello").to) == 10_000


def test_a_header_of_a_megabyte_does_not_hide_the_text() -> None:
    message = _read(PLAIN + b"X-Long: " + b"y" * 1_200_000 + b"\n\nhello")
    assert message.text == "hello"
    assert message.sender == "a@b.example"
    assert [problem.place for problem in message.problems] == ["message"]


def test_three_hundred_nested_levels_are_a_problem_and_no_crash() -> None:
    mime = PLAIN
    for level in range(300):
        mime += f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'.encode()
    message = _read(mime + b"Content-Type: text/plain\n\ninnermost")
    assert any("nested" in problem.what for problem in message.problems)


def test_mails_nested_in_mails_are_opened_to_a_sane_depth() -> None:
    mime = PLAIN + b"Content-Type: message/rfc822\n\n" * 400 + b"Subject: x\n\ninnermost"
    assert any("nested" in problem.what for problem in _read(mime).problems)


def test_thousands_of_parts_are_a_problem_and_no_crash() -> None:
    mime = PLAIN + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5_000
    assert any("parts" in problem.what for problem in _read(mime).problems)


def test_a_hundred_thousand_nested_elements_give_their_text() -> None:
    html = b"<div>" * 100_000 + b"nil return" + b"</div>" * 100_000
    message = _read(PLAIN + b"Content-Type: text/html\n\n" + html)
    assert message.text == "nil return"
    assert message.problems


def test_a_wide_cell_costs_other_rows_nothing() -> None:
    rows = b"<tr><td>a</td><td>b</td></tr>" * 2_000
    html = b"<table><tr><td>" + b"w" * 300_000 + b"</td></tr>" + rows + b"</table>"
    assert len(_read(PLAIN + b"Content-Type: text/html\n\n" + html).text) < 400_000


@pytest.mark.parametrize(
    "body",
    [
        *(b" " * 1_000_000, b">" * 500_000, b"On 1 2:00 " * 50_000, b"_" * 500_000),
        *(b"a@" * 200_000, b"From: x\n" * 60_000, b"*" * 500_000, b"\n" * 500_000),
        *(b"begin 644 x\n" * 50_000, b"-" * 500_000),
    ],
    ids=range(10),
)
def test_hostile_texts_are_read_in_linear_time(body: bytes) -> None:
    _read(PLAIN + b"\n" + body)
    _read(b"Return-Path: <>\nFrom: mailer-daemon@b.example\n\n" + body)


# --- known by content -------------------------------------------------------------------------


def test_the_same_mail_delivered_twice_has_one_key() -> None:
    once = PLAIN + b"\nline one\nline two\n"
    again = b"Received: by x\nAuthentication-Results: y; none\n" + once.replace(b"\n", b"\r\n")
    assert message_key(once) == message_key(again.rstrip() + b"\r\n\r\n")
    assert message_key(once) == read_message(again, RECEIVED, reading=READING).key


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(b"<1@", b"<2@") + b"\nline",
        PLAIN.replace(b"a@b", b"c@b") + b"\nline",
        PLAIN + b"\nlines",
        b"From: a@b.example\nSubject: s\n\nline",
    ],
)
def test_another_mail_has_another_key(other: bytes) -> None:
    assert message_key(other) != message_key(PLAIN + b"\nline")


def test_line_ends_are_alike_across_the_pieces_in_which_a_long_mail_is_hashed() -> None:
    body = b"x" * (1_048_576 - 1) + b"\r\n" * 5 + b"y" * 100
    mime = PLAIN + b"\n" + body
    assert message_key(mime) == message_key(mime.replace(b"\r\n", b"\n"))


def test_a_mail_without_message_id_is_known_all_the_same() -> None:
    assert len(message_key(b"\n\nhello")) == 64
    assert message_key(b"") != message_key(b"\nhello")


@pytest.mark.parametrize(
    "claim", ["", "yesterday", "Mon, 32 Nov 2026", "Mon, 1 Jan 1900 00:00:00 +0000", "0", "( ("]
)
def test_a_date_that_makes_no_sense_is_no_date(claim: str) -> None:
    assert _read(f"Date: {claim}\nFrom: a@b.example\n\nx".encode()).sent_at is None


def test_a_date_is_told_in_utc() -> None:
    sent = _read(b"Date: Mon, 23 Nov 2026 11:15:00 +0100 (CET)\n\nx").sent_at
    assert sent == datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


def test_a_glance_reads_what_the_whole_reading_reads() -> None:
    for path in MAILS:
        mime = path.read_bytes()
        glance, message = headers_of(mime), read_message(mime, RECEIVED, reading=READING)
        assert glance.message_id == message.message_id
        assert (glance.sender, glance.subject) == (message.sender, message.subject)


# --- own words --------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_own_words_are_never_empty_when_the_text_is_not(text: str) -> None:
    assert bool(own_words(text)) == bool(text.strip())


LETTER = "criteria: met\nOur reference: BB-2026-014-K.4F7Q2M9A.9XKTJ3WQ5B7ZC"
HEAD = "From: Reviews <unit@lscp.example.org>\nSent: Monday\nTo: a\nSubject: b"


@pytest.mark.parametrize(
    ("above", "quoted"),
    [
        ("", f"{HEAD}\n\n{LETTER}"),
        ("Sent from my iPhone", f"{HEAD}\n\n{LETTER}"),
        ("note: rang", f"{HEAD}\n\n{LETTER}"),
        ("note: rang", "On 23 Nov 2026, at 09:30, Reviews <u@l.example> wrote:\n> criteria: met"),
        ("note: rang", "On 23 Nov 2026, at 09:30, Reviews <u@l.example> wrote:\n\ncriteria: met"),
        ("", "> criteria: met\n\nwithdraw: below the quote"),
        ("", f"---------- Forwarded message ---------\n{HEAD}\n\nwithdraw: not mine"),
        ("Begun", "Begin forwarded message:\n\nwithdraw: not mine"),
        ("", "From: unit@lscp.example.org\n\nwithdraw: not mine"),
        ("note: rang", "Date: Monday\nFrom: Reviews\n\nwithdraw: not mine"),
        ("", LETTER),
    ],
)
def test_only_what_stands_above_any_quote_is_typed(above: str, quoted: str) -> None:
    typed = typed_words(f"{above}\n\n{quoted}")
    assert "withdraw" not in typed
    assert "criteria" not in typed
    assert ("note: rang" in typed) == ("note: rang" in above)
    if above == "":
        assert typed == ""


def test_an_empty_reply_in_html_has_nothing_typed() -> None:
    html = '<div><br></div><div class="gmail_quote">criteria: met</div>'
    mime = PLAIN + b"Content-Type: text/html\n\n"
    message = _read(mime + html.encode())
    assert message.typed_text == ""
    assert "criteria: met" in message.own_text
    assert _read(mime + b"note: rang" + html.encode()).typed_text == "note: rang"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_what_is_typed_stands_in_the_text(text: str) -> None:
    lines = {line.strip() for line in text.split("\n")}
    assert all(line.strip() in lines for line in typed_words(text).split("\n") if line.strip())


def test_a_story_with_a_date_is_no_quote() -> None:
    text = "On 12 November 2026 the school nurse wrote:\nhe seemed well.\n\nNothing since."
    assert own_words(text) == text


def test_a_request_with_a_form_does_not_come_back_as_its_bounces_attachment() -> None:
    message = _read((MAILS[0].parent / "bounce-postfix.eml").read_bytes())
    assert message.message_class is MessageClass.BOUNCE
    assert message.attachments == ()


def test_control_characters_in_html_do_no_harm() -> None:
    html = b"<p>nil\x08 <script>x</script>return\x0c</p>&#8;&#xFFFE;\x1f<b hidden>b</b>\x02"
    assert _read(PLAIN + b"Content-Type: text/html\n\n" + html).text.split() == ["nil", "return"]
