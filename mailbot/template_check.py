"""Checks the templates, which staff may edit, before a letter depends on them.

Each is filled with sample words, once with everything there and once with as little as can be,
so that a fault shows on the day of the edit and not on the day of the case.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, TemplateError, TemplateNotFound, TemplateSyntaxError, meta, nodes

from mailbot.core.model import (
    AgencyCode,
    Area,
    CaseRef,
    Delivery,
    Letter,
    LetterKey,
    LetterKind,
    Person,
)
from mailbot.rendering import LAYOUT, SUBJECT_MARK, common_words, page_from, words_of

Words = Mapping[str, Any]

_DAY, _SHORT = "Mon 30 Nov 2026", "Mon 30 Nov"
_FIELDS = ["the child's ethnicity"]
_DECISION: Words = {"review": False, "next": "an audit", "national": True, "decided": _DAY}
_SUBMIT: Words = {"submit_by": _DAY, "submit_by_short": _SHORT}
_CLOCK: Words = {
    "title": "The partners decide",
    "due": _DAY,
    "counted_from": _DAY,
    "gone": "2 working days",
    "overdue": "yes",
    "earliest": _DAY,
    "why": "calendar days",
    "note": "a note",
}
_ITEM: Words = {
    "clock": "agency-return",
    "title": "The agency returns its information",
    "agency": "Police",
    "what": "information",
    "contact": "its safeguarding lead, 01632 960000",
    "due": _DAY,
    "by": "17:00",
    "today": False,
    "late": True,
    "late_by": "1 working day",
    "as_soon": True,
    "ring": True,
    "meeting_near": True,
    "meeting": _DAY,
    "after_panel": True,
    "if_met": True,
    "partial": True,
}
_HEALTH: Words = {
    "what": "72-hour report",
    "trust": "Hospital",
    "due": _DAY,
    "today": False,
    "late": True,
    "as_soon": False,
}
_MENTION: Words = {
    "case": "BB-2026-014-K",
    "what": "Reminder",
    "to": "Police",
    "count": "2 letters",
    "at": "09:00",
}
_OWED: Words = {
    "on": _SHORT,
    "what": "A report",
    "owner": "staff",
    "earliest": f"{_SHORT}, calendar days",
    "note": "late",
}
_WAITING: Words = {
    "case": "BB-2026-014-K",
    "agency": "Police",
    "since": _DAY,
    "reason": "It asks a question.",
    "message": "3fa81c22",
}

#: The words of each kind of letter, as core writes them; a test keeps the two alike.
SAMPLES: Mapping[LetterKind, Words] = {
    LetterKind.ACKNOWLEDGEMENT: {"received": _DAY, "death": True, "copy": True},
    LetterKind.MISSING_FIELDS: {"due": _DAY, "blank": _FIELDS, "unclear": _FIELDS},
    LetterKind.NEW_CASE: {
        "due": _DAY,
        "received": _DAY,
        "beginning": "serious",
        "begins": "serious incident",
        "could_be": ["serious incident", "death of a care leaver"],
        "restated": True,
        "serious": True,
        "death": True,
        "elsewhere": "Luton",
        "decide_by": _DAY,
        "dfe_by": _DAY,
        "copy_day": "today",
        "next_group": _DAY,
        "decided_on": "today",
        "clocks": [_CLOCK],
        "proposed": ["Police"],
        "unknown": 1,
        "incomplete": _FIELDS,
        "requests_until": "15:00",
        "later": ["held: today"],
        "call": "call: tomorrow 10:00",
        "aware": "authority aware: 30 November 2026",
        "nhs": "nhs: hospital",
        "nhs_ticked": True,
    },
    LetterKind.NOTIFICATION_WAITS: {
        "received": _DAY,
        "message": "3fa81c22",
        "vouched": False,
        "reason": "Its form names a child of an open case.",
        "candidates": "BB-2026-014-K",
        "filed": True,
        "blank": _FIELDS,
        "how": "Open the case.",
    },
    LetterKind.CALL_OF_PARTNERS: {
        "due": _DAY,
        "due_short": _SHORT,
        "proposed": _DAY,
        "day_short": _SHORT,
        "arranged": True,
        "chair": True,
        "briefing": True,
    },
    LetterKind.BOARD_TOLD: {"received": _DAY, "serious": True, "decided": _DAY, "met": True},
    LetterKind.INFORMATION_REQUEST: {
        "agency": "Police",
        "due": _DAY,
        "due_short": _SHORT,
        "due_on": "2026-11-30",
        "met": True,
        "by_phone": True,
        "children": 3,
        "round": 2,
        "again": "further",
        "through_nurse": True,
    },
    LetterKind.WORKSHEET: {"due": _DAY, "due_short": _SHORT, "late": True},
    LetterKind.DEATH_WORKSHEET: {
        "due": _DAY,
        "due_short": _SHORT,
        "late": True,
        "care_leaver": True,
    },
    LetterKind.RETURN_ACKNOWLEDGED: {
        "agency": "Police",
        "kind": "partial",
        "blank": _FIELDS,
        "unclear": _FIELDS,
        "expected_by": _DAY,
        "late": True,
    },
    LetterKind.HEALTH_REPORT_REQUEST: {
        "items": [{"trust": "Hospital", "report": "72-hour report", "due": _DAY}],
        "trusts": "Hospital",
        "due_short": _SHORT,
        "psirf": True,
        "agreed": True,
    },
    LetterKind.HEALTH_SUMMARY: {
        "today": _DAY,
        "number": "2 things",
        "cases": [{"case": "BB-2026-014-K", "entries": [_HEALTH]}],
    },
    LetterKind.HEALTH_REPORT_ARRIVED: {
        "trust": "Hospital",
        "report": "30-day report",
        "received": f"at 09:30 on {_DAY}",
        "group": _DAY,
        "decided": True,
    },
    LetterKind.REMINDER: {
        "items": [_ITEM],
        "late": True,
        "ring": False,
        "last": True,
        "by_agency": True,
        "due": _DAY,
        "due_short": _SHORT,
        "agency": "Police",
        "about": "submission to the Panel",
        "examples": ["held: today"],
    },
    LetterKind.INVITATION: {
        "label": "rapid review",
        "due_short": _SHORT,
        "at": _DAY,
        "where": "by video",
        "hour": True,
        "moved": True,
        "cancelled": True,
    },
    LetterKind.MEETING_TO_ARRANGE: {
        "serious": True,
        "due": _DAY,
        "due_short": _SHORT,
        "group": _DAY,
        "group_short": _SHORT,
        "where": "by video",
        "before_returns": True,
        "why_not": "Information is due too late",
        "least_bad": _DAY,
        "days": [{"day": _DAY, "closed": "Education"}],
        "lines": ["meeting: tomorrow 10:00 / kind: CRG"],
    },
    LetterKind.QUORUM_IN_DOUBT: {
        "label": "rapid review",
        "at": _DAY,
        "due_short": _SHORT,
        "missing": [{"role": "the police", "answer": "declined"}],
        "who": "the police",
        "first": "police",
    },
    LetterKind.DIGEST: {
        "today": _DAY,
        "quiet": False,
        "open_cases": "1 open case",
        "needs": "4 things",
        "number": 4,
        "waiting": [_WAITING],
        "to_decide": [{"case": "BB-2026-014-K", "what": "Choose", "line": "agencies: police"}],
        "filed": True,
        "later": "30 November 2026",
        "problems": ["A letter was refused."],
        "late": [{"case": "BB-2026-014-K", "what": "A report. Due Mon 30 Nov, late."}],
        "drafts": [_MENTION],
        "going": [_MENTION],
        "sent": [_MENTION],
        "owing": [{"of": "BB-2026-014-K", "entries": [_OWED]}],
        "ahead": [
            {"day": _SHORT, "entries": [{"case": "BB-2026-014-K", "what": "A report"}], "more": 1}
        ],
        "stops": {"requests": True, "reminder_to": "police", "all": True},
        "more": dict.fromkeys(("waiting", "to_decide", "late", "problems", "going", "owing"), 1),
    },
    LetterKind.ALERT: {"what": "A request was not delivered", "do": "Ring the agency."},
    LetterKind.SUBMISSION: {**_DECISION, **_SUBMIT, "panel_reference": "1", "notified": _DAY},
    LetterKind.CHECKLIST: {
        **_DECISION,
        **_SUBMIT,
        "late": True,
        "stands": True,
        "since": ["a return (Police)"],
        "chronology": True,
        "notify_first": True,
        "late_path": True,
        "example": "confirm: who, why",
        "there": ["The decision"],
        "missing": ["The reasons"],
        "check": ["The family"],
    },
    LetterKind.PANEL_ANSWER: {
        "received": _DAY,
        "example": "panel answer: agrees",
        "asks": True,
        "due": _DAY,
    },
    LetterKind.FURTHER_SUBMISSION: {
        "asked": _DAY,
        "submitted": _DAY,
        "due": _DAY,
        "due_short": _SHORT,
    },
    LetterKind.OUTCOME: {**_DECISION, "agency": "Police"},
    LetterKind.CHANGE_NOTE: {
        "agency": "Police",
        "change": "extended",
        "until": _DAY,
        "withdrawn": True,
        "due": _DAY,
    },
    LetterKind.SAME_INCIDENT: {
        "other": "BB-2026-013-X",
        "opened": _DAY,
        "evidence": "the same day of the incident",
        "against": "the days differ",
        "goes_on": "BB-2026-013-X",
        "example": "merge: BB-2026-013-X, why",
    },
    LetterKind.SAFETY_REPLY: {},
    LetterKind.INSTRUCTION_ANSWER: {
        "explained": [{"what": "A report: due Mon 30 Nov 2026", "lines": ["Day 0"]}],
        "recorded": ["The criteria are met."],
        "not_understood": ["One line."],
        "examples": ["criteria: met"],
    },
}

_ANYBODY = Person(name="Sample", email="sample@example.org")
_AREA = Area(
    slug="sample",
    code="BB",
    name="Sample area",
    address="sample@example.org",
    phone="01632 960000",
    staff=(_ANYBODY,),
    manager=_ANYBODY,
    duty=_ANYBODY,
    chair=_ANYBODY,
    board=(_ANYBODY,),
    authority=AgencyCode("council"),
    notifier=_ANYBODY,
    agencies=(),
    panel_address="panel@example.org",
    front_door="the front door",
)


def check_templates(templates: Environment) -> list[str]:
    """Given the templates, return a sentence for each fault, with its file and line if known."""
    faults: list[str] = []
    for kind in LetterKind:
        faults += _faults_of(kind, templates)
    try:
        page_from("Sample", letter=_sample(LetterKind.ALERT, {}), token="", templates=templates)
    except TemplateError as error:
        faults.append(_sentence(LAYOUT, error))
    return faults


def _faults_of(kind: LetterKind, templates: Environment) -> Iterator[str]:
    name = f"{kind.value}.md.j2"
    try:
        yield from _unwanted(kind, name, templates)
        for words in (SAMPLES[kind], _bare(SAMPLES[kind])):
            subject, body = words_of(_sample(kind, words), area=_AREA, templates=templates)
            if not subject or not body.strip():
                yield f"templates/{name}: begins with “{SUBJECT_MARK} ...”, and its body follows."
                return
    except TemplateError as error:
        yield _sentence(name, error)


def _unwanted(kind: LetterKind, name: str, templates: Environment) -> Iterator[str]:
    """Yield words that the kind has not, also where the samples do not lead, and `safe`."""
    if templates.loader is None:
        raise TemplateNotFound(name)
    source = templates.loader.get_source(templates, name)[0]
    tree = templates.parse(source, name)
    known = {*SAMPLES[kind], *common_words(_sample(kind, {}), _AREA)}
    for word in sorted(meta.find_undeclared_variables(tree) - known):
        has = ", ".join(sorted(known))
        yield f"templates/{name}: this letter has no word “{word}”; it has {has}."
    if SUBJECT_MARK not in source:
        yield f"templates/{name}: has no line “{SUBJECT_MARK} ...”."
    for found in tree.find_all(nodes.Filter):
        if found.name == "safe":
            yield f"templates/{name}, line {found.lineno}: “safe” would let a value add markup."


def _bare(words: Words) -> dict[str, Any]:
    """Return the same words with nothing in them: the other branches of the template."""
    return {name: type(value)() for name, value in words.items()}


def _sample(kind: LetterKind, words: Words) -> Letter:
    return Letter(
        key=LetterKey(f"{kind.value}/sample/1"),
        kind=kind,
        case=CaseRef("BB-2026-014-K"),
        to=(_ANYBODY,),
        delivery=Delivery.SEND,
        not_before=datetime(2026, 11, 23, tzinfo=UTC),
        words=words,
    )


def _sentence(name: str, error: TemplateError) -> str:
    if isinstance(error, TemplateNotFound):
        return f"templates/{error.name or name}: is missing."
    line = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
    return f"templates/{name}{line}: {error.message}"
