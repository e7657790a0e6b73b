"""Letters that decisions bring: Board told, invitation, checklist, submission, answer, outcome."""

from collections.abc import Iterator
from dataclasses import replace

from mailbot.core.cases.chronology import tells_of_events
from mailbot.core.cases.standing import reopened_after_withdrawal
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.checklist import checklist, newest_entry, recorded_since
from mailbot.core.letters.desk import (
    NON_SERIOUS,
    PANEL_NAME,
    Desk,
    asked_agencies,
    contacts_of,
    criteria_decided,
    each_once,
    found_met,
    key_of,
    staff_of,
)
from mailbot.core.letters.further_submission import asked_for_more, further_submission
from mailbot.core.letters.invitations import each_alone, invitations
from mailbot.core.letters.meeting_letters import meeting_letters
from mailbot.core.model import (
    Case,
    Fact,
    FactKind,
    Letter,
    LetterKey,
    LetterKind,
    Outcome,
    Person,
)
from mailbot.core.record.instructions import example
from mailbot.core.wording import day_words, decision_words, short_day, when_words

#: Answers of the Panel after which the outcome is known.
FINAL_ANSWERS = frozenset({"agrees", "disagrees"})


def decision_letters(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the letters that its decisions and meetings justify."""
    yield from _board_told(desk)
    yield from invitations(desk)
    yield from meeting_letters(desk)
    yield from _checklist(desk)
    yield from _submission(desk)
    yield from _panel_answer(desk)
    yield from further_submission(desk)
    yield from outcome_letters(desk)


def _board_told(desk: Desk) -> Iterator[Letter]:
    """Yield a draft to each Board member alone; members are told in both branches."""
    decided = criteria_decided(desk.case)
    opened = desk.case.first(FactKind.NOTIFICATION_RECEIVED)
    if decided is None or decided.detail.get("outcome") not in {"met", "not-met"}:
        return
    words = {
        "received": format_day(desk.calendar.day_of(desk.case.opened_at)),
        "serious": opened is not None and desk.case.beginning != NON_SERIOUS,
        "decided": day_words(decided.happened),
        "met": decided.detail["outcome"] == "met",
    }
    cause, members = _board_to_tell(desk, decided)
    yield from each_alone(desk, LetterKind.BOARD_TOLD, cause, to=members, words=words)


def _board_to_tell(desk: Desk, decided: Fact) -> tuple[int | str, tuple[Person, ...]]:
    """Return what makes the letters' keys, and the members: those of a case that is opened again.

    Their drafts were taken back when it was withdrawn; who had been told before is not told anew.
    """
    members = each_once(desk.area.board)
    reopened = reopened_after_withdrawal(desk.case.facts)
    if reopened is None or reopened.number < decided.number:
        return decided.number, members
    start = key_of(LetterKind.BOARD_TOLD, desk.case.ref, f"{decided.number}/")
    sent = desk.case.all(FactKind.LETTER_SENT)
    told = [f.detail.get("to") or () for f in sent if str(f.detail.get("letter")).startswith(start)]
    untold = [p for p in members if not any(p.email in to for to in told)]
    return f"{decided.number}/after-{reopened.number}", tuple(untold)


def submission_key(kind: LetterKind, case: Case) -> LetterKey | None:
    """Given a submission or its checklist, return the key under which it would be written now.

    It names the decision and the newest fact that the report rests on: whatever is recorded
    later brings a fresh draft. None without a decision.
    """
    if case.decision is None:
        return None
    return key_of(kind, case.ref, f"{case.decision.number}/{newest_entry(case)}")


def known_to(key: LetterKey) -> int:
    """Given the key of a submission or a checklist, return the newest fact that it knew."""
    number = key.rpartition("/")[2]
    return int(number) if number.isdigit() else 0


def _checklist(desk: Desk) -> Iterator[Letter]:
    """Yield, to staff, what the submission still lacks; it never blocks the sending.

    Written anew with each fresh draft, and then says what was recorded since the last one.
    """
    case, clock = desk.case, desk.clock("submission")
    key = submission_key(LetterKind.CHECKLIST, case)
    if case.decision is None or key is None or case.criteria is not Outcome.MET:
        return
    if _is_submitted(desk):
        return
    words = {
        **_submission_words(desk, case.decision),
        **_panel_first(desk),
        "late": bool(clock and clock.due_on < desk.today),
        "stands": case.decision_stands,
        "since": _since_the_last(desk),
        "chronology": tells_of_events(case),
        "example": example("submission sent" if case.decision_stands else "confirm", desk.today),
        **checklist(case, desk.clocks, desk.area, today=desk.today),
    }
    letter = desk.letter(LetterKind.CHECKLIST, "", to=staff_of(desk.area), words=words)
    # For staff alone: the Panel asks for what mattered, and for no full chronology.
    files = ("chronology", "chronology-table") if words["chronology"] else ()
    yield replace(letter, key=key, enclosures=files)


def _since_the_last(desk: Desk) -> list[str]:
    """Return what was recorded since the last checklist, nothing when this is the first."""
    start = key_of(LetterKind.CHECKLIST, desk.case.ref, "")
    known = [known_to(key) for key in desk.written.keys if key.startswith(start)]
    return recorded_since(desk.case, max(known), desk.area) if known else []


def _panel_first(desk: Desk) -> dict[str, object]:
    """Return whether the authority has yet to notify, and whether that begins the clock anew."""
    met = found_met(desk.case)
    return {
        "notify_first": desk.case.first(FactKind.PANEL_NOTIFIED) is None,
        "late_path": met is not None and met.kind is FactKind.REVIEW_DECIDED,
    }


def _submission(desk: Desk) -> Iterator[Letter]:
    """Yield the Panel submission, a draft always, once the decision stands and criteria are met."""
    case = desk.case
    key = submission_key(LetterKind.SUBMISSION, case)
    if case.decision is None or key is None or not case.decision_stands:
        return
    if case.criteria is not Outcome.MET or _is_submitted(desk):
        return
    panel = Person(name=PANEL_NAME, email=desk.area.panel_address)
    words = {**_submission_words(desk, case.decision), **_panel_reference(desk)}
    letter = desk.letter(LetterKind.SUBMISSION, "", to=(panel,), words=words)
    yield replace(letter, key=key, enclosures=("report",))


def _is_submitted(desk: Desk) -> bool:
    return desk.case.first(FactKind.SUBMISSION_SENT) is not None


def _submission_words(desk: Desk, decision: Fact) -> dict[str, object]:
    clock = desk.clock("submission")
    return {
        **decision_words(decision),
        "decided": day_words(decision.happened),
        "submit_by": format_day(clock.due_on) if clock else "",
        "submit_by_short": short_day(clock.due_on) if clock else "",
    }


def _panel_reference(desk: Desk) -> dict[str, object]:
    notified = desk.case.last(FactKind.PANEL_NOTIFIED)
    return {
        "panel_reference": str(notified.detail.get("reference") or "") if notified else "",
        "notified": day_words(notified.happened) if notified else "",
    }


def _panel_answer(desk: Desk) -> Iterator[Letter]:
    """Yield, to staff, that the Panel's answer is to be read, or what it asks for is to be sent."""
    answered = desk.case.last(FactKind.PANEL_ANSWERED)
    asks = asked_for_more(desk.case)
    if answered is None or (answered.detail.get("answer") != "unread" and answered != asks):
        return
    clock = desk.clock("panel-further-information") if answered == asks else None
    head = "further information sent" if answered == asks else "panel answer"
    words = {
        "received": when_words(answered.happened),
        "example": example(head, desk.today),
        "asks": answered == asks,
        "due": format_day(clock.due_on) if clock else "",
    }
    yield desk.letter(LetterKind.PANEL_ANSWER, answered.number, to=staff_of(desk.area), words=words)


def outcome_letters(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield what was decided, to each agency asked alone, once it is known."""
    decision = desk.case.decision
    if decision is None or not desk.case.decision_stands or not _outcome_is_known(desk):
        return
    words = {**decision_words(decision), "decided": day_words(decision.happened)}
    for code in asked_agencies(desk.case):
        agency = desk.area.agency(code)
        if agency is None:
            continue
        letter = desk.letter(
            LetterKind.OUTCOME,
            f"{decision.number}/{code}",
            to=contacts_of(agency),
            words={**words, "agency": agency.name},
        )
        yield replace(letter, agency=code, protection=agency.protection)


def _outcome_is_known(desk: Desk) -> bool:
    """Return whether the Panel has given its view, or was never to be asked.

    A review decided while the criteria stand as not met is a contradiction for a person.
    """
    case = desk.case
    if case.beginning == NON_SERIOUS:
        return True
    if case.criteria is Outcome.NOT_MET:
        detail = case.decision.detail if case.decision else {}
        return not detail.get("review") or bool(detail.get("criteria_found"))
    answered = case.last(FactKind.PANEL_ANSWERED)
    final = answered is not None and answered.detail.get("answer") in FINAL_ANSWERS
    return final or (case.closed and _is_submitted(desk))
