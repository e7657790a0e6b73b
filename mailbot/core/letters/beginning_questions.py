"""What staff are asked about a case that has begun, in every digest until they have said it.

The safety question stands in it for every case (process, section 2); the others where a form or
its sender left them open. Each comes with the line that answers it.
"""

from collections.abc import Iterator
from datetime import date, datetime

from mailbot.core.cases.beginnings import could_be, names_another_area
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.desk import Office
from mailbot.core.model import Beginning, Case, FactKind, Outcome
from mailbot.core.record.instructions import example
from mailbot.core.wording import listed


def beginning_questions(case: Case, office: Office, today: date) -> Iterator[dict[str, str]]:
    """Given an open case, yield what is still to be said about how it began, most urgent first."""
    if not case.first(FactKind.SAFETY_PROMPT_ANSWERED):
        yield _asked(
            case,
            "Are the other children safe, and has a referral been made? Ask the notifier and "
            "record the answer",
            example("safety"),
        )
    if both := could_be(case):
        what = f"Its form says both {listed(both)}: say which the case begins with"
        yield _asked(case, what, f"beginning: {both[0]}")
    if areas := names_another_area(case):
        what = f"Its notification names {listed(areas)}: say whose case it is"
        yield _asked(case, what, f"note: another area: ours, and {listed(areas)} knows of it")
    if case.beginning == Beginning.AUTHORITY_COPY and not _copy_is_confirmed(case):
        what = "Confirm that the criteria are met and that the authority has notified the Panel"
        yield _asked(case, what, "confirm copy: today / reference: ...")
    if case.beginning == Beginning.NON_SERIOUS:
        yield _of_non_serious(case, office, today)


def next_review_group(office: Office, today: date) -> date | None:
    """Given a day, return when the next Case Review Group after it is, if config lists one."""
    days = (
        office.calendar.day_of(group.at) if isinstance(group.at, datetime) else group.at
        for group in office.area.review_groups
    )
    return min((day for day in days if day > today), default=None)


def _copy_is_confirmed(case: Case) -> bool:
    decided = case.criteria in (Outcome.MET, Outcome.NOT_MET)
    return decided and (
        case.criteria is Outcome.NOT_MET or case.first(FactKind.PANEL_NOTIFIED) is not None
    )


def _of_non_serious(case: Case, office: Office, today: date) -> dict[str, str]:
    """What keeps a non-serious case open: it has no clock that would say so."""
    if case.decision is not None or case.first(FactKind.NO_FURTHER_ACTION):
        return _asked(case, "Its outcome is recorded: close it when nothing is left", "close: done")
    group = next_review_group(office, today)
    when = f" (the next is on {format_day(group)})" if group else ""
    what = f"Non-serious: put it before the next Case Review Group{when}, and record its decision"
    return _asked(case, what, "decision: no review / next: no further action / reasons: ...")


def _asked(case: Case, what: str, line: str) -> dict[str, str]:
    return {"case": case.ref, "what": what, "line": line}
