"""A nil return stops a clock: it is understood in many wordings, and never where it is none."""

import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.forms.layouts import FormLayouts, Phrases, layouts_from
from mailbot.core.forms.words import own_statement, says_corrected, says_nil, says_partial

ROOT = Path(__file__).resolve().parents[2]


@cache
def layouts() -> FormLayouts:
    return layouts_from(tomllib.loads((ROOT / "config/forms.toml").read_text("utf-8")))


NIL = [
    "Not known to us",
    "not known to us.",
    "Nil return",
    "NIL RETURN - thanks",
    "Nil",
    "Not known.",
    "Unknown to this service",
    "Hi Robin,\n\nThis child is not known to our service.\n\nKind regards\nSol\nNurse",
    "No records held.",
    "We have no record of this child.",
    "We've checked our systems and have no record of this child or family.",
    "No involvement with this family",
    "The family is unknown to Bedford CAMHS.",
    "We do not hold any records for this child.",
    "I can confirm that we had no involvement with the family; they are not known to us.",
    "Thank you for your email. Unfortunately this child has never been known to our service.",
    "Please accept this email as a nil return from Larkspur Housing.",
    "Please take this as our nil return.",
    "Please see below our nil return. Neither the child nor the family are known to us.",
    (
        "I have checked our records and can confirm that neither the child nor the "
        "family is known to us."
    ),
    "Neither child nor parents are known to probation.",
    "We have searched our databases and there is no trace of the child or family.",
    "No trace on our systems.",
    "Nothing held by this service.",
    "Nothing known on SystmOne.",
    "We have no information to provide as the family are not known to us.",
    (
        "Following a search of our records, we can confirm that the child is not known "
        "to this service."
    ),
    "I can confirm no involvement from Youth Justice.",
    "Youth Justice Service has had no involvement with this child or the family.",
    "The Trust holds no records for this child.",
    "Our records show no contact with this child or family.",
    "We have checked SystmOne and EMIS: no records found.",
    "No records on Mosaic for the child, mother or father.",
    "This is a nil return: the child, parents and siblings are not known to Cafcass.",
    "There is no record of the child or any family member on our systems.",
    "The child and family have never been known to this agency.",
    "They have not been known to our service.",
    "He is not known to us.",
    "She has never been a patient of this practice.",
    "This child has never been registered at this practice.",
    "The child has never been registered with us.",
    "This child has never attended our school.",
    "Not on roll here and never has been.",
    "We don't know this family.",
    "We do not know this child or family.",
    "No knowledge of this child or family.",
    "We have no knowledge of this child.",
    "No known involvement with this child or the family.",
    "Nobody in the family is known to our service.",
    "None of the family are known to us.",
    "None of the names are known to us.",
    "No family members are known to our service.",
    "Probation: no trace.",
    "We've had no dealings with this family.",
    "We have nothing to report: the family are not known to us.",
    "Sorry for the delay. Not known to us.",
    "Not known to us. Please let me know if you need anything else.",
    "Not known to us. If you have any queries please do not hesitate to contact me.",
    "Apologies for the late reply. We have no record of this child or the family on our systems.",
    "We have searched by name and date of birth and hold no records.",
    "We searched using the names, dates of birth and address you gave and found no records.",
    (
        "Thanks for getting in touch. I have checked with all teams and the family is "
        "not known to any of them."
    ),
    "Nil return from the Housing Options team.",
    "NFI - not known",
    "The child does not appear on our system.",
    "Child does not appear in our records.",
    "Child not known. Parents not known.",
    "Mother, father and child all not known to us.",
    "No match found on our system.",
    "No matches were found for the child or the family.",
    "We can find no evidence of any involvement with this family.",
    "There has been no contact between our service and this family.",
    "Our agency has not worked with this child or family.",
    "We have not worked with this family.",
    "We have never worked with the child or the family.",
    "We've never had any contact with this family.",
    "Checked - no involvement.",
    "NIL RESPONSE",
    "Return: nil",
    "Hi, not known to us.",
    (
        "Dear Robin, I can confirm that Wren Alderby (dob 12/03/2015) is not known to "
        "our service. Kind regards, Sol"
    ),
    "Not known to us\n\nSol Winter\nNamed Nurse\nTel: 01234 567890",
    (
        "Good afternoon\nI have searched our system for Wren ALDERBY and no record was "
        "found.\nMany thanks"
    ),
    "I can confirm we hold no information on this child or their family.",
    "Bedfordshire Fire & Rescue has no record of contact with this family.",
    "We have checked our records and Wren Alderby has never been a pupil at Larkspur School.",
    "We've had no contact with either the child or any family member.",
    "Our service has not been involved with this family.",
    "There is nothing on our system for this child.",
    "RE: [SEC-123] - nil return",
    "Nil return - Housing",
    "Please record a nil return for Cafcass.",
    "Please record this as a nil return for the ambulance service.",
    "Nothing to report - family not known to us.",
    "We do not hold any information about Wren or the family.",
    "This is a nil return on behalf of Bedfordshire Probation.",
    (
        "NIL RETURN - Youth Justice Service. The child and family have not been known to "
        "this service."
    ),
    "Thanks for your request. I've looked on SystmOne and he isn't known to the 0-19 team.",
    "Child isn't known to us.",
    "The family aren't known to us.",
    "We weren't involved with this family.",
    "Not known to our team. Happy to discuss.",
    "The name does not come up on our systems.",
    "No footprint on our systems.",
    "There is no information held by our agency in relation to this child or family members.",
    "Thanks, not known to us",
    "Sorry, not known to us.",
    "The baby is not known to us.",
    "We have no record of contact with the child.",
    "No records of him.",
    "I have received your request. Not known to us.",
    "We have checked records for the child and family and no records were found.",
]

NOT_NIL = [
    "We do not know yet.",
    "Not known to us under that name, please confirm the spelling.",
    "Not known to us under that name",
    "Not known to us under that name, but there is a child with a similar name.",
    "If this child is not known to your agency, just reply in one line: not known to us",
    "> Not known to us",
    "Thanks, will do.\n\n> If not known, reply: not known to us",
    "This child is not known to us but the mother is.",
    "The child is known to us. No involvement with the father.",
    "No longer known to us.",
    "Not currently known to us",
    "Is this child not known to you?",
    "It is not known to what extent we were involved, more will follow.",
    "We have no record of receiving your request, could you send it again",
    "An initial search shows no records.",
    "No record so far.",
    "We have no information to share until the police agree.",
    "Thank you",
    "There is no record of any concerns.",
    "We have no record of this child being on a plan.",
    "The father is not known to us.",
    "The child is registered with us, no involvement.",
    "He attends our school; no records of absence.",
    "We have no information to share.",
    "We had no contact with the child on the day.",
    "On Mon, 23 Nov 2026, Reviews wrote:\nnot known to us",
    "Father is not known to us.",
    "Mother's new partner is not known to us.",
    "The uncle is not known to our service.",
    "The siblings are not known to us.",
    "The child is not known to us; the sibling attends our nursery.",
    "Not known to CAMHS, open to school nursing.",
    "We have no record of any concerns.",
    "No concerns known.",
    "No record of concerns.",
    "The child is known. No concerns.",
    "No involvement since 2019.",
    "No involvement in the last two years.",
    "No involvement prior to the birth.",
    "Not known before the incident.",
    "There was no contact after the move.",
    "We had no contact during the period.",
    "Not known to us at this address.",
    "Not known to us at this stage.",
    "We have not been able to check our records.",
    "We are checking our records.",
    "We could find no record as our system is down.",
    "Our system is down so we hold no records today.",
    "We hold no records here, they were sent to the new school.",
    "Records have been transferred, we hold no records.",
    "The child left in July; no records held.",
    "We no longer hold records for this child.",
    "No information held apart from the attached.",
    "No record other than one attendance in 2021.",
    "Please see attached. No involvement with the family.",
    "We have no involvement at present.",
    "I don't know who should answer this.",
    "I do not know this child, please ask my colleague in the MASH.",
    "I have no record of your earlier email.",
    "There is no record of this meeting in my diary.",
    "No contact made with the family despite three visits.",
    "We had no contact from the family.",
    "Unable to contact the family, no response.",
    "It's unknown to me whether a return is needed.",
    "The cause is unknown to us.",
    "The whereabouts of the child are not known to us.",
    "The outcome is not known to us.",
    "His date of birth is not known to us.",
    "We are not known for late returns.",
    "Nothing known of the incident.",
    "No records of injury.",
    "Not known to us. Sister is known to the team.",
    "Child not known. Mother known to us 2015-2018.",
    "Not known to us, was known as a baby.",
    "Not known to us but I will double check.",
    "I will check whether the child is not known to us.",
    "Mum is known, child not known to us.",
    "The child is not known to us as a looked after child.",
    "The child was not known to be at risk.",
    "We have no record of a referral.",
    "Not known to us since he moved.",
    "Nil return? I thought we had sent ours.",
    "Is a nil return enough?",
    "Should I send a nil return?",
    "Can we do a nil return by email?",
    "How do I submit a nil return",
    "I will send a nil return tomorrow.",
    "Please do not treat this as a nil return.",
    "This is not a nil return.",
    "We cannot give a nil return.",
    "Why did you record a nil return for us?",
    "The nil return was sent in error.",
    "Please disregard our nil return.",
    "There are no records of violence.",
    "No records of domestic abuse.",
    "No contact with police.",
    "School has no record of bruising.",
    "GP has no record of immunisations.",
    "The child has no record of offending.",
    "Not known to have any disability.",
    "We only hold a nursery record, nothing known since.",
    "Not known to us. Thanks, sister is known.",
    "Thanks, the mother is known to us",
    "Thank you but the mother is known. Nil return.",
    "I hope this helps, mum is open to us. Child not known.",
    "Not known to us. The school may know more.",
    "Not known to us, please try the health visitor.",
    "The family were known in 2015. Child not known to us.",
    "Nil return. See attached.",
    "Colm Reeth (father) is not known to us.",
    "Neither the mother nor the father is known to us.",
    "The parents are not known to us.",
    "Not known to us. We saw the sister in clinic.",
    "No record of the child's attendance.",
    "We have no record of the child attending.",
    "No information held about the father.",
    "No involvement with mother.",
    "The child is not known to us. His mother was a patient.",
    "No record of this.",
    "We have no record of this incident.",
    "Information not known.",
    "The name is not known",
    "Name of child: Wren Alderby\nKnown to agency: no",
    "Child not known. We had contact with the mother.",
    "We hold records for the mother. Child not known to us.",
    "Child not known to us and we hold records for the mother.",
    "The child is not known to us and his mother was a patient.",
    "Child not known to us, mother open to our team.",
    "Nil return for the child. The family attended our service.",
    "Not known to us. We have involvement with another family of that address.",
]


@pytest.mark.parametrize("text", NIL)
def test_a_nil_return_is_understood(text: str) -> None:
    assert says_nil(text, layouts().nil)


@pytest.mark.parametrize("text", NOT_NIL)
def test_what_is_no_nil_return_is_left_to_a_person(text: str) -> None:
    assert not says_nil(text, layouts().nil)


@given(st.sampled_from(NIL), st.sampled_from(["zebra", "quarrel", "whether", "bruise", "although"]))
def test_one_word_that_no_nil_return_has_leaves_it_to_a_person(text: str, word: str) -> None:
    first, _, rest = text.partition("known")
    assert not says_nil(f"{first} {word} known{rest}" if rest else f"{word} {text}", layouts().nil)


@given(st.sampled_from(NIL), st.sampled_from(["The mother is known to us.", "See attached."]))
def test_what_is_told_besides_leaves_it_to_a_person(text: str, more: str) -> None:
    assert not says_nil(f"{more}\n{text}", layouts().nil)


def test_without_phrases_nothing_but_the_bare_words_is_a_nil_return() -> None:
    nothing = Phrases(says=())
    assert says_nil("Nil", nothing)
    assert not says_nil("We have no record of this child.", nothing)


@given(st.text(max_size=300))
def test_no_message_is_too_odd_to_be_heard(text: str) -> None:
    says_nil(text, layouts().nil)
    own_statement(text)


@pytest.mark.parametrize("piece", ["not known to us. ", "thank you for ", "if you ", "a, "])
def test_a_long_message_is_heard_in_no_time(piece: str) -> None:
    assert not says_nil(piece * 5_000 + "and so on", layouts().nil)


# --- a greeting, a farewell -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Hi Robin, not known to us", "not known to us"),
        ("Dear colleague\nNot known to us\nKind regards\nSol", "Not known to us"),
        ("Good afternoon all - nil return", "nil return"),
        ("Not known to us\nSol Winter\nTel: 01234 567890\nRoom 4", "Not known to us Sol Winter"),
        ("Nil\n\nFrom: Reviews\nnot this", "Nil"),
        ("> Nil", ""),
    ],
)
def test_a_statement_is_heard_without_greeting_and_farewell(text: str, own: str) -> None:
    assert own_statement(text) == own


# --- partial and corrected --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Please find our return attached; chronology to come next week.",
        "More to follow",
        "This is an interim response, we are still awaiting records from our archive.",
        "Attached is part 1 of 2.",
        "Our return is not yet complete.",
        "The full report will follow on Friday.",
        "I will send the chronology tomorrow.",
        "Awaiting records from the health visitor; the rest is to come.",
    ],
)
def test_a_return_that_is_not_all_says_so(text: str) -> None:
    assert says_partial(text, layouts().partial)


@pytest.mark.parametrize(
    "text",
    [
        "Our return is attached.",
        "There is nothing more to follow.",
        "Chronology attached.",
        "She was awaiting an assessment by CAMHS.",
        "He is a follow-up patient; awaiting results.",
        "This is not an interim return.",
        "Part of the family moved in 2019.",
    ],
)
def test_a_return_that_is_all_does_not_say_that_more_will_come(text: str) -> None:
    assert not says_partial(text, layouts().partial)


@pytest.mark.parametrize(
    "text",
    [
        "Corrected return attached, v2, please ignore earlier.",
        "Please disregard my earlier email and use this version.",
        "Attached is our amended return.",
        "This replaces the one I sent on Monday.",
        "REVISED RETURN",
        "Updated version attached",
        "This supersedes our return of 3 May.",
        "Second version, with corrections in section 3",
    ],
)
def test_a_return_that_replaces_another_says_so(text: str) -> None:
    assert says_corrected(text, layouts().corrected)


@pytest.mark.parametrize(
    "text",
    [
        "Our return is attached.",
        "We will send a corrected version next week.",
        "A revised version to follow.",
        "Please correct us if we are wrong.",
        "I missed your earlier email, our return is attached.",
        "The plan was revised in 2019.",
    ],
)
def test_a_first_return_does_not_say_that_it_replaces_another(text: str) -> None:
    assert not says_corrected(text, layouts().corrected)
