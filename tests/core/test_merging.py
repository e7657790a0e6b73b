"""Two cases made one and two again, over any facts: what is carried, and that it can be undone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.facts import case_from
from mailbot.core.cases.merging import (
    CARRIED,
    Act,
    agencies_taken_over,
    joining_facts,
    objection,
    separating_facts,
    stays_behind,
    which_goes_on,
)
from mailbot.core.model import AgencyCode, Case, CaseRef, Fact, FactKind, Json, MessageKey
from tests.core.builders import CASE, MONDAY, OTHER_CASE, a_fact

K = FactKind
ACT = Act(by="robin.hale@bedford.example", why="one incident", now=MONDAY + timedelta(days=1))
CODES = ("police", "hospital", "school")
_AT_ALL_TIMES: dict[FactKind, dict[str, Json]] = {
    K.INCIDENT_OCCURRED: {"nature": "death", "place": ""},
    K.NOTE: {"text": "x"},
    K.PANEL_NOTIFIED: {"reference": "1"},
    K.CRITERIA_DECIDED: {"outcome": "met", "present": []},
    K.AGENCIES_CHOSEN: {"agencies": ["police", "school"]},
    K.MESSAGE_LINKED: {"basis": "token", "evidence": "", "message_class": "personal"},
}
_OF_AGENCIES: dict[FactKind, dict[str, Json]] = {
    K.AGENCY_ADDED: {},
    K.INFORMATION_REQUESTED: {"round": 1, "due_on": "2026-11-30"},
    K.RETURN_RECEIVED: {"return": "findings", "round": 1, "document": {}},
    K.AGENCY_EXCUSED: {"why": "x"},
    K.EXTENSION_GRANTED: {"until": "2026-12-04", "who": "x", "why": "x"},
}
_EVENTS = st.one_of(
    st.tuples(st.sampled_from(sorted(_AT_ALL_TIMES)), st.none()),
    st.tuples(st.sampled_from(sorted(_OF_AGENCIES)), st.sampled_from(CODES)),
)


def facts_of(ref: CaseRef, events: Sequence[tuple[FactKind, str | None]], start: int) -> list[Fact]:
    """A notification and these events, numbered and each with a mail of its own."""
    opened = {"beginning": "serious", "fields": {"child.name": str(start)}, "children": []}
    found = [a_fact(K.NOTIFICATION_RECEIVED, start, case=ref, detail=opened)]
    details = _AT_ALL_TIMES | _OF_AGENCIES
    for number, (kind, code) in enumerate(events, start=start + 1):
        agency = AgencyCode(code) if code else None
        fact = a_fact(kind, number, case=ref, detail=details[kind], agency=agency)
        found.append(replace(fact, message=MessageKey(f"m{number}")))
    return found


class Store:
    """Facts of both cases, numbered as a store does."""

    def __init__(self, first: list[Fact], second: list[Fact]) -> None:
        self.facts = [*first, *second]
        self.numbers = count(1_000)

    def add(self, new: Sequence[Fact]) -> None:
        self.facts += [replace(fact, number=next(self.numbers)) for fact in new]

    def case(self, ref: CaseRef) -> Case:
        return case_from([fact for fact in self.facts if fact.case == ref])


def a_store(first: Sequence[tuple[FactKind, str | None]], second: object) -> Store:
    return Store(facts_of(CASE, first, 1), facts_of(OTHER_CASE, second, 100))  # type: ignore[arg-type]


def standing(case: Case) -> list[Fact]:
    told = {K.CASES_MERGED, K.CASES_SEPARATED, K.CORRECTION}
    return [fact for fact in case.facts if fact.kind not in told]


@given(st.lists(_EVENTS, max_size=8), st.lists(_EVENTS, max_size=8))
def test_whatever_two_cases_hold_separating_them_leaves_them_as_they_were(
    first: list[tuple[FactKind, str | None]], second: list[tuple[FactKind, str | None]]
) -> None:
    store = a_store(first, second)
    before = {ref: store.case(ref) for ref in (CASE, OTHER_CASE)}
    store.add(joining_facts(store.case(CASE), store.case(OTHER_CASE), ACT, written={}))
    joined = store.case(CASE)
    assert joined.took_in == (OTHER_CASE,)
    assert store.case(OTHER_CASE).merged_into == CASE
    # Who had answered in either has answered; who was asked in either is asked.
    for case in before.values():
        for code, part in case.agencies.items():
            if part.answered and not joined.agencies.get(code, part).excused:
                assert joined.agencies[code].answered, code
    store.add(separating_facts(joined, OTHER_CASE, ACT))
    for ref, case in before.items():
        after = store.case(ref)
        assert standing(after) == standing(case)
        assert after.agencies == case.agencies
        assert (after.closed, after.merged_into, after.took_in) == (False, None, ())


@given(st.lists(_EVENTS, max_size=8), st.lists(_EVENTS, max_size=8))
def test_nothing_that_the_older_had_recorded_is_changed_by_what_it_takes_in(
    first: list[tuple[FactKind, str | None]], second: list[tuple[FactKind, str | None]]
) -> None:
    store = a_store(first, second)
    older, younger = store.case(CASE), store.case(OTHER_CASE)
    over = set(agencies_taken_over(older, younger))
    store.add(joining_facts(older, younger, ACT, written={}))
    joined = store.case(CASE)
    assert joined.opened_at == older.opened_at
    assert joined.criteria is older.criteria
    assert joined.incident_on == (older.incident_on or younger.incident_on)
    for code, part in older.agencies.items():
        if code not in over:
            now = joined.agencies[code]
            assert (now.round, now.excused) == (part.round, part.excused)
    carried = [fact for fact in joined.facts if CARRIED in fact.detail]
    assert {fact.recorded_by for fact in carried} <= {ACT.by}
    assert not any(fact.kind is K.CRITERIA_DECIDED for fact in carried)


def test_the_older_goes_on_whichever_is_named_first() -> None:
    store = a_store([], [])
    older, younger = store.case(CASE), store.case(OTHER_CASE)
    older = replace(older, opened_at=MONDAY)
    younger = replace(younger, opened_at=MONDAY + timedelta(hours=1))
    assert which_goes_on(older, younger) == which_goes_on(younger, older) == (older, younger)


def test_what_partners_decided_in_the_younger_stays_there_and_is_named() -> None:
    store = a_store([], [(K.CRITERIA_DECIDED, None)])
    assert stays_behind(store.case(OTHER_CASE)) == ("the decision on the criteria",)


def test_a_non_serious_case_takes_in_no_serious_one() -> None:
    store = a_store([], [])
    older, younger = store.case(CASE), store.case(OTHER_CASE)
    quiet = replace(older, beginning="non-serious")
    assert "no statutory clock would run" in objection(quiet, younger)
    assert objection(older, replace(younger, beginning="non-serious")) == ""
    assert objection(older, younger) == ""
