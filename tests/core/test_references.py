"""References survive typing slips and reject wrong ones; tokens cannot be forged or moved."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailbot.core.model import AgencyCode, CaseRef, LetterKey
from mailbot.core.references import (
    form_token,
    is_reference,
    letter_token,
    message_id_for,
    new_reference,
    nonce_for,
    read_form_token,
    read_report_token,
    references_in,
    report_token,
    token_line,
    tokens_in,
)
from tests.core.builders import CASE, KEY, OTHER_CASE

areas = st.text(string.ascii_uppercase, min_size=2, max_size=4)
references = st.builds(new_reference, areas, st.integers(2000, 2099), st.integers(1, 999))
nonces = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=6, max_size=12)
OTHER_KEY = b"the key of another area, as long"


# --- references ---


def test_the_example_in_every_document_is_genuine() -> None:
    assert new_reference("BB", 2026, 14) == "BB-2026-014-K"
    assert is_reference("BB-2026-014-K")


@pytest.mark.parametrize(
    ("area", "year", "number"),
    [
        ("b", 2026, 1),
        ("bb", 2026, 1),
        ("BEDFO", 2026, 1),
        ("BB", 1999, 1),
        ("BB", 2026, 0),
        ("BB", 2026, 1000),
        ("B1", 2026, 1),
    ],
)
def test_what_cannot_be_a_reference_is_refused(area: str, year: int, number: int) -> None:
    with pytest.raises(ValueError, match=r"reference|area"):
        new_reference(area, year, number)


@given(references, st.data())
def test_any_single_wrong_character_is_noticed(ref: CaseRef, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(ref) - 1))
    wrong = data.draw(st.sampled_from(string.ascii_uppercase + string.digits + "-"))
    assume(ref[place] != wrong)
    assert not is_reference(ref[:place] + wrong + ref[place + 1 :])


@given(references, st.data())
def test_any_swap_of_neighbours_is_noticed(ref: CaseRef, data: st.DataObject) -> None:
    # The hyphens are ours: neighbours are characters that stand side by side without them.
    bare = ref.replace("-", "")
    place = data.draw(st.integers(0, len(bare) - 2))
    swapped = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
    assume(swapped != bare)
    area = len(bare) - 8
    parts = (swapped[:area], swapped[area : area + 4], swapped[area + 4 : -1], swapped[-1])
    assert not is_reference("-".join(parts))


@pytest.mark.parametrize(
    "text",
    [
        "RE: [EXTERNAL] [BB-2026-014-K] request",
        "re: bb-2026-014-k",
        "BB 2026 014 K",
        "BB2026014K",
        "BB-2O26-O14-K",
        "BB-2026-0I4-K",
        "BB–2026–014–K",
        "BB\u20112026\u2011014\u2011K",
        "BB-\u200b2026-014-K",
        "our ref:BB-2026-014-K.",
        "BB_2026_014_K.docx",
        "[BB-2026-\n 014-K]",
        "ＢＢ-2026-014-K",
    ],
)
def test_a_reference_is_found_as_people_write_it(text: str) -> None:
    assert references_in(text) == (CASE,)


@pytest.mark.parametrize(
    "text",
    [
        "ABB-2026-014-K1",
        "xBB-2026-014-Kx",
        "XBB-2026-014-K",
        "BB-2026-014-KEY",
        "BB-2026-014-J",
        "BB-2026-015-K",
        "2026-014-K",
        "on 2026-01-14 at 10",
        "éBB-2026-014-K",
    ],
)
def test_nothing_is_found_in_longer_words_or_with_a_wrong_check_character(text: str) -> None:
    assert references_in(text) == ()


@given(references, st.sampled_from(["", " ", "-", " - ", "/", "."]), st.booleans())
def test_separators_and_case_do_not_matter(ref: CaseRef, gap: str, lower: bool) -> None:
    written = ref.replace("-", gap)
    assert references_in(f"see {written.lower() if lower else written}, thanks") == (ref,)


def test_two_references_are_both_found_once() -> None:
    text = f"{CASE} and {OTHER_CASE} and again {CASE.lower()}"
    assert references_in(text) == (CASE, OTHER_CASE)


@given(st.text())
def test_reading_references_and_tokens_survives_any_text(text: str) -> None:
    assert all(is_reference(ref) for ref in references_in(text))
    assert tokens_in(text, KEY) == ()


def test_a_huge_hostile_text_is_read_in_linear_time() -> None:
    for piece in ("BB-2026-014-", " ", ".ABCDEFGH.0123456789ABC", "> \n", "BB 2026 "):
        text = piece * (400_000 // len(piece))
        assert references_in(text) == ()
        assert tokens_in(text, KEY) == ()


# --- tokens ---


@given(references, nonces)
def test_a_token_is_found_in_the_headers_of_an_answer(ref: CaseRef, nonce: str) -> None:
    token = letter_token(KEY, ref, nonce)
    (found,) = tokens_in(f"<x@y.example> {message_id_for(token, 'bedford.example')}", KEY)
    assert (found.case, found.nonce, found.text) == (ref, nonce, token)


@given(references, nonces, st.integers(1, 40), st.sampled_from(["\n", "\r\n> ", "\n > > ", "\n| "]))
def test_a_token_is_found_wrapped_and_quoted(ref: CaseRef, nonce: str, at: int, gap: str) -> None:
    line = token_line(letter_token(KEY, ref, nonce))
    at += len("Our reference: ")
    text = f"Thanks, attached.\n\n> Yours\n> {line[:at]}{gap}{line[at:]}\n> end"
    assert [token.case for token in tokens_in(text, KEY)] == [ref]


def test_a_token_is_found_in_lower_case_and_glued_to_the_line_before() -> None:
    token = letter_token(KEY, CASE, "4F7Q2M").lower()
    assert [t.case for t in tokens_in(f"the end\n{token}\nnext", KEY)] == [CASE]


def test_a_digest_has_the_area_in_the_references_place() -> None:
    token = letter_token(KEY, "BB", "4F7Q2M")
    (found,) = tokens_in(token_line(token), KEY)
    assert (found.case, found.area) == (None, "BB")


@given(references, nonces, st.data())
def test_a_token_with_one_character_changed_is_not_ours(
    ref: CaseRef, nonce: str, data: st.DataObject
) -> None:
    token = letter_token(KEY, ref, nonce)
    place = data.draw(st.integers(0, len(token) - 1))
    wrong = data.draw(st.sampled_from("23456789ABCDEFGHJKMNPQRSTVWXYZ"))
    assume(token[place] != wrong)
    changed = token[:place] + wrong + token[place + 1 :]
    assert not [t for t in tokens_in(changed, KEY) if t.case == ref and t.nonce == nonce]


def test_a_token_of_another_area_means_nothing_here() -> None:
    assert tokens_in(letter_token(OTHER_KEY, CASE, "4F7Q2M"), KEY) == ()


def test_a_token_cannot_be_moved_to_another_case() -> None:
    moved = letter_token(KEY, CASE, "4F7Q2M").replace(CASE, OTHER_CASE)
    assert tokens_in(moved, KEY) == ()


def test_the_mac_is_at_least_sixty_bits() -> None:
    assert len(letter_token(KEY, CASE, "4F7Q2M").rpartition(".")[2]) * 5 >= 60


def test_a_letter_always_gets_the_same_nonce_and_no_two_letters_share_one() -> None:
    keys = [LetterKey(f"reminder/{CASE}/{n}") for n in range(2000)]
    assert len({nonce_for(key) for key in keys}) == len(keys)
    assert nonce_for(keys[0]) == nonce_for(keys[0])
    assert letter_token(KEY, CASE, nonce_for(keys[0]))


def test_a_wrong_nonce_or_subject_is_refused() -> None:
    with pytest.raises(ValueError, match="nonce"):
        letter_token(KEY, CASE, "no")
    with pytest.raises(ValueError, match="reference"):
        letter_token(KEY, "BB-2026-014-J", "4F7Q2M")


# --- forms and reports ---


def test_a_form_says_for_which_request_it_was_made() -> None:
    token = form_token(KEY, CASE, AgencyCode("east-nhs"), 2)
    assert read_form_token(KEY, f" {token}\n") == (CASE, "east-nhs", 2)
    assert read_form_token(OTHER_KEY, token) is None


@pytest.mark.parametrize("old", [".police.", ".1.", CASE])
def test_a_form_cannot_be_made_over_to_another_request(old: str) -> None:
    token = form_token(KEY, CASE, AgencyCode("police"), 1)
    new = {".police.": ".hospital.", ".1.": ".2.", CASE: OTHER_CASE}[old]
    assert read_form_token(KEY, token.replace(old, new)) is None


def test_tokens_of_letters_forms_and_reports_cannot_stand_for_each_other() -> None:
    report = report_token(KEY, CASE)
    form = form_token(KEY, CASE, AgencyCode("police"), 1)
    letter = letter_token(KEY, CASE, "4F7Q2M")
    assert read_report_token(KEY, report) == CASE
    assert read_report_token(OTHER_KEY, report) is None
    for stranger in (form, letter, CASE, "", "BB-2026-014-K.report.é"):
        assert read_report_token(KEY, stranger) is None
    for stranger in (report, letter, f"{letter}.1", "", "é.é.é.é"):
        assert read_form_token(KEY, stranger) is None
    assert tokens_in(f"{form} {report}", KEY) == ()
