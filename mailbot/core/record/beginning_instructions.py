"""What staff say about how a case begins: which way, the copy's confirmation, the call, the DfE."""

from collections.abc import Mapping
from datetime import date, datetime

from mailbot.core.cases.beginnings import BEGINNING_WORDS, DEATHS, beginning_in, opening_of
from mailbot.core.model import Beginning, FactKind, Json, Outcome
from mailbot.core.moments import LONDON
from mailbot.core.record.instruction_words import Answer, Desk, Entry, Unclear, day_or_fault
from mailbot.core.record.labelled_lines import Block
from mailbot.core.record.settling import answer_with, of_the_notifier
from mailbot.core.record.small_instructions import dated
from mailbot.core.wording import full_day
from mailbot.core.written_days import at_in_london, read_day, read_time

_CHOICES = "serious, non-serious, copy, need to know, looked-after child death or care leaver death"


def beginning(block: Block, desk: Desk) -> Answer | Unclear:
    """Record how the case begins, where the form says two things or the wrong one.

    It is a further record of the same notification: receipt stays day 0, and what has been
    acknowledged is not acknowledged again. The next such line replaces it.
    """
    said = beginning_in(block.value)
    opening = opening_of(desk.case)
    if said is None:
        return Unclear(f"say which: {_CHOICES}")
    if opening is None:
        return Unclear("no notification is recorded in this case")
    if said == desk.case.beginning:
        return Unclear(f"the case is recorded as {BEGINNING_WORDS[said]} already")
    detail = {"beginning": said.value, "restates": opening.number}
    fact = desk.fact(
        FactKind.NOTIFICATION_RECEIVED, detail, happened=opening.happened, words=block.words
    )
    text = f"the case begins with: {BEGINNING_WORDS[said]}; receipt stays day 0"
    waits = [mail for mail in desk.mails if mail.key == opening.message]
    return answer_with((fact,), text, tuple(waits), desk)


def confirm_copy(block: Block, desk: Desk) -> Answer | Unclear:
    """Record in one step that the criteria are met and the Panel was notified, on which day."""
    case = desk.case
    if case.beginning != Beginning.AUTHORITY_COPY:
        return Unclear(
            "this case did not begin with a copy of the authority's own notification; if it did, "
            "say “beginning: copy” first"
        )
    if case.criteria is Outcome.NOT_MET:
        return Unclear(
            "the criteria are recorded as not met; if that is wrong, say “correct: criteria / "
            "why: ...” first"
        )
    day = day_or_fault(block.value, desk, ahead=False)
    if isinstance(day, Unclear):
        return Unclear(f"{day.why}: name the day on which the authority notified the Panel")
    reference = block.details.get("reference") or str(case.fields.get("panel.reference") or "")
    criteria: dict[str, Json] = {
        "outcome": "met",
        "reasons": "",
        "present": [],
        "chair_consulted": None,
    }
    facts = [
        desk.fact(FactKind.CRITERIA_DECIDED, criteria, happened=day, words=block.words),
        desk.fact(
            FactKind.PANEL_NOTIFIED, {"reference": reference}, happened=day, words=block.words
        ),
    ]
    met, notified = case.criteria is Outcome.MET, case.first(FactKind.PANEL_NOTIFIED) is not None
    if met and notified:
        return Unclear("the criteria and the notification of the Panel are recorded already")
    wanted = tuple(fact for fact, known in zip(facts, (met, notified), strict=True) if not known)
    said = f"criteria met, and Panel notified by the authority on {full_day(day)}"
    said += ", with its reference" if reference else "; its reference is still missing"
    return answer_with(wanted, said, of_the_notifier(desk), desk)


def dfe_notified(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the authority has notified the death, with the reference it was given."""
    if desk.case.beginning not in DEATHS:
        return Unclear(
            "this case is not recorded as the death of a looked-after child or a care leaver; if "
            "it is, say “beginning: looked-after child death” or “beginning: care leaver death”"
        )
    reference = block.details.get("reference", "")
    said = "death notified by the authority on {}" + (", with its reference" if reference else "")
    answer = dated(FactKind.DFE_NOTIFIED, block, desk, said=said, detail={"reference": reference})
    if isinstance(answer, Unclear):
        return answer
    return answer_with(answer.facts, answer.said, of_the_notifier(desk), desk)


def call(block: Block, desk: Desk) -> Answer | Unclear:
    """Record when the partners' call is, so that they are told."""
    if desk.case.criteria in (Outcome.MET, Outcome.NOT_MET):
        return Unclear("the criteria are decided already")
    if desk.case.beginning == Beginning.NON_SERIOUS:
        return Unclear(
            "the case is recorded as non-serious, for which the partners are not called; if it is "
            "serious, say “beginning: serious” first"
        )
    at = _moment(block.value, desk)
    if isinstance(at, Unclear):
        return at
    detail = {"at": at.isoformat(), "where": block.details.get("where", "")}
    fact = desk.fact(FactKind.CRITERIA_CALL_ARRANGED, detail, words=block.words)
    local = at.astimezone(LONDON)
    said = f"call of the partners on {full_day(local.date())} at {local:%H:%M}; they are told"
    return Answer((fact,), said)


def _moment(text: str, desk: Desk) -> datetime | Unclear:
    """The day and hour of a call, which lies ahead."""
    day: date | Unclear = day_or_fault(text, desk, ahead=True)
    if isinstance(day, Unclear):
        return day
    at, _ = read_time(read_day(text, today=desk.today).rest)
    if at is None:
        return Unclear("say at what time")
    moment = at_in_london(day, at).astimezone(desk.now.tzinfo)
    return Unclear("that hour has passed") if moment < desk.now else moment


TABLE: Mapping[str, Entry] = {
    "beginning": Entry(read=beginning, example="beginning: looked-after child death"),
    "confirm copy": Entry(read=confirm_copy, example="confirm copy: {past} / reference: ..."),
    "dfe notified": Entry(
        read=dfe_notified,
        example="dfe notified: {past} / reference: ...",
        records=(FactKind.DFE_NOTIFIED,),
    ),
    "call": Entry(
        read=call,
        example="call: {ahead} 10:00 / where: ...",
        records=(FactKind.CRITERIA_CALL_ARRANGED,),
    ),
}
