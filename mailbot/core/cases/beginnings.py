"""The ways in which a case begins, in words, and what each asks of whom (process, section 2).

How a case begins is said by its notification, or by staff; nothing here concludes it.
"""

import re

from mailbot.core.model import Beginning, Case, Fact, FactKind

DEATHS = frozenset({Beginning.LOOKED_AFTER_CHILD_DEATH.value, Beginning.CARE_LEAVER_DEATH.value})
#: The partners are called to decide on the criteria as soon as such a case opens. A copy of the
#: authority's own notification says that they have; a death by itself begins no rapid review; and
#: where a form says two things, a person says first which it is.
_CALLS = frozenset({Beginning.SERIOUS.value, Beginning.NEED_TO_KNOW.value})

BEGINNING_WORDS = {
    Beginning.SERIOUS.value: "serious incident",
    Beginning.NON_SERIOUS.value: "non-serious incident",
    Beginning.AUTHORITY_COPY.value: "copy of the authority's own notification",
    Beginning.NEED_TO_KNOW.value: "need-to-know briefing",
    Beginning.LOOKED_AFTER_CHILD_DEATH.value: "death of a looked-after child",
    Beginning.CARE_LEAVER_DEATH.value: "death of a care leaver",
}
#: What staff write for it in a line; tried in this order.
_WRITTEN = (
    (r"\b(looked[- ]after|lac|in care)\b", Beginning.LOOKED_AFTER_CHILD_DEATH),
    (r"\bcare[- ]leaver", Beginning.CARE_LEAVER_DEATH),
    (r"\b(copy|authority'?s?)\b", Beginning.AUTHORITY_COPY),
    (r"\bneed[- ]to[- ]know\b", Beginning.NEED_TO_KNOW),
    (r"\b(non[- ]?serious|not (a )?serious)\b", Beginning.NON_SERIOUS),
    (r"^(a )?serious( incident)?\W*$", Beginning.SERIOUS),
)


def calls_partners(case: Case) -> bool:
    """Given a case, return whether the three partners are called because it began."""
    return case.beginning in _CALLS


def beginning_in(text: str) -> Beginning | None:
    """Given what staff write after "beginning:", return it, or None when it is not plain."""
    plain = " ".join(text.casefold().replace("’", "'").split())
    found = [beginning for words, beginning in _WRITTEN if re.search(words, plain)]
    return found[0] if len(found) == 1 else None


def opening_of(case: Case) -> Fact | None:
    """Given a case, return the notification that opened it."""
    return case.first(FactKind.NOTIFICATION_RECEIVED)


def said_by_staff(case: Case) -> Fact | None:
    """Given a case, return the newest record by which staff said how it begins, or None."""
    notified = case.all(FactKind.NOTIFICATION_RECEIVED)
    return next((fact for fact in reversed(notified) if fact.detail.get("restates")), None)


def could_be(case: Case) -> tuple[str, ...]:
    """Given a case whose form says two things about how it begins, return both in words.

    None once staff have said which it is.
    """
    opening = opening_of(case)
    if case.beginning or opening is None:
        return ()
    return tuple(BEGINNING_WORDS[name] for name in opening.detail.get("could_be") or ())


def names_another_area(case: Case) -> tuple[str, ...]:
    """Given a case, return the other areas that its notifications name, until staff note whose.

    Any note of theirs about another area answers the question.
    """
    notes = [f for f in case.all(FactKind.NOTE) if f.detail.get("about") == "another-area"]
    if any(note.recorded_by != "mailbot" for note in notes):
        return ()
    named = [
        str(one["name"])
        for fact in case.all(FactKind.NOTIFICATION_RECEIVED)
        for one in fact.detail.get("other_areas") or ()
    ]
    return tuple(dict.fromkeys(named))
