"""The mails that speed is measured with are always the same, and of the kinds that are promised."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.model import Area
from mailbot.core.references import is_reference, tokens_in
from mailbot.documents.pdf import read_pdf
from mailbot.settings import load
from mailbot.shipped import init
from scripts.bench import Bench, _is_right
from scripts.bench_corpus import ALONE, CASES, NEW, SHARES, Corpus, Sample

KEY = b"k" * 32
A_HUNDRED = 100


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Area:
    home: Path = tmp_path_factory.mktemp("bench") / "home"
    init(home)
    return load(home, {}).areas[0].area


@pytest.fixture(scope="module")
def samples(area: Area) -> list[Sample]:
    return list(Corpus(area, KEY).mails(A_HUNDRED))


def test_the_same_seed_gives_the_same_bytes(area: Area, samples: list[Sample]) -> None:
    assert list(Corpus(area, KEY).mails(A_HUNDRED)) == samples
    assert list(Corpus(area, KEY, seed=2).mails(A_HUNDRED)) != samples


def test_the_kinds_stand_in_the_shares_that_are_promised(samples: list[Sample]) -> None:
    assert sum(SHARES.values()) == A_HUNDRED
    assert Counter(sample.kind for sample in samples) == SHARES


def test_the_files_of_strangers_can_be_read(area: Area, samples: list[Sample]) -> None:
    """One that cannot be read waits for a person, and would be measured as a wrong link."""
    how = Reading(own_address=area.address, trust=area.trust, authserv_id=area.authserv_id)
    strangers = [one for one in samples if one.becomes == ALONE]
    messages = [read_message(one.mime, one.received_at, reading=how) for one in strangers]
    files = [part.content for one in messages for part in one.attachments if ".pdf" in part.name]
    assert files
    for content in files:
        document = read_pdf(content, place="1st attachment, PDF")
        assert document.blocks
        assert not document.problems


def test_every_mail_has_an_identity_of_its_own_and_is_vouched_for(
    area: Area, samples: list[Sample]
) -> None:
    assert len({sample.message_id for sample in samples}) == A_HUNDRED
    how = Reading(own_address=area.address, trust=area.trust, authserv_id=area.authserv_id)
    for sample in samples:
        message = read_message(sample.mime, sample.received_at, reading=how)
        assert message.message_id == sample.message_id
        assert message.vouched_for


def test_what_must_become_of_a_mail_can_be_told_from_the_mail(
    area: Area, samples: list[Sample]
) -> None:
    how = Reading(own_address=area.address, trust=area.trust, authserv_id=area.authserv_id)
    for sample in samples:
        message = read_message(sample.mime, sample.received_at, reading=how)
        thread = "\n\n".join((*message.in_reply_to, *message.references, message.text))
        tokens = {str(t.case) for t in tokens_in(thread, KEY)}
        assert tokens <= {sample.becomes}
        assert bool(tokens) == (sample.kind in {"reply", "return", "out of office"})
        known = sample.becomes in {NEW, ALONE} or is_reference(sample.becomes)
        assert known


def test_cases_are_told_apart_by_reference_and_child(area: Area) -> None:
    cases = Corpus(area, KEY).cases
    assert len({case.ref for case in cases}) == len({case.child for case in cases}) == CASES


def test_a_huge_mail_has_the_size_that_was_asked_for(area: Area) -> None:
    size = len(Corpus(area, KEY).huge(5_000_000).mime)
    assert 4_000_000 < size < 6_000_000


def test_the_measurement_fails_when_a_single_mail_went_the_wrong_way(
    tmp_path: Path, samples: list[Sample]
) -> None:
    linked = next(sample for sample in samples if sample.kind == "reply")
    right = (linked.becomes, [], True, "read", None)
    other = replace(linked, becomes="BB-2026-999-X")
    assert _is_right(linked, *right)
    assert not _is_right(other, *right)
    assert not _is_right(linked, None, [linked.becomes], True, "read", None)
    assert not _is_right(linked, linked.becomes, [], True, "kept", None)
    bench = Bench(tmp_path, server=None)  # type: ignore[arg-type] - nothing is asked of it
    bench.check([linked], {"became": {linked.message_id: right}, "left in inbox": 1})
    assert bench.wrong == ["1 mails left in the inbox, not 0"]
