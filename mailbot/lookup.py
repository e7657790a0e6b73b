"""What linking asks of the store (`core.cases.link_evidence.CaseIndex`), answered for one area."""

import hashlib
from collections.abc import Iterable, Sequence

from mailbot.casework import case_of
from mailbot.core.model import Area, Case, CaseRef, Fact, FactKind
from mailbot.core.parties import NOBODY_YET, Asked, CaseParties, children_of
from mailbot.unit import Unit


def uid_mark(uid: str) -> str:
    """Given the identity of a calendar event, return the name under which its case is kept."""
    return f"calendar-event/{hashlib.sha256(uid.strip().encode()).hexdigest()[:32]}"


class Lookup:
    """The cases of one area, as linking sees them while it looks at one message."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._cases: dict[CaseRef, Case] = {}
        self._parties: dict[CaseRef, CaseParties] = {}

    def case(self, ref: CaseRef) -> Case:
        """Return a case as its facts stand; they are read and folded once."""
        if ref not in self._cases:
            self._cases[ref] = case_of(self._unit, ref)
        return self._cases[ref]

    def exists(self, ref: CaseRef) -> bool:
        """Say whether the case is in this store, open or closed."""
        return ref in self._cases or self._unit.store.cases.exists(ref)

    def current(self, ref: CaseRef) -> CaseRef:
        """Return the case that goes on in its place, if it was merged; else itself."""
        seen: set[CaseRef] = set()
        while ref not in seen and self.exists(ref):
            seen.add(ref)
            ref = self.case(ref).merged_into or ref
        return ref

    def is_open(self, ref: CaseRef) -> bool:
        """Say whether the case is neither closed nor withdrawn."""
        case = self.case(ref)
        return not case.closed and not case.withdrawn

    def parties(self, ref: CaseRef) -> CaseParties:
        """Return who belongs to the case."""
        if ref not in self._parties:
            known = self.exists(ref)
            found = _parties_of(self.case(ref), self._unit.area) if known else NOBODY_YET
            self._parties[ref] = found
        return self._parties[ref]

    def by_child(self, name_key: str, date_of_birth: str) -> tuple[CaseRef, ...]:
        """Return the open cases of a child."""
        return self._unit.store.cases.by_child(name_key, date_of_birth)

    def by_message_ids(self, ids: Sequence[str]) -> tuple[CaseRef, ...]:
        """Return the cases that hold a mail with one of these Message-IDs."""
        return self._unit.store.messages.cases_by_message_ids(ids)

    def by_calendar_uid(self, uid: str) -> tuple[CaseRef, ...]:
        """Return the cases to whose meeting staff invited people by this calendar event."""
        kept = self._unit.store.outbox.mark(uid_mark(uid)) if uid else ""
        return tuple(CaseRef(ref) for ref in kept.split())

    def asked_at(self, address: str) -> tuple[CaseRef, ...]:
        """Return the open cases in which an agency was asked at this address."""
        area = self._unit.area
        if not any(address in agency.contacts for agency in area.agencies):
            return ()  # strangers' bounces are many, and looking at every case is slow
        return tuple(
            ref
            for ref in self._unit.store.cases.refs(only_open=True)
            if any(address in one.addresses and one.round for one in self._asked(ref))
        )

    def _asked(self, ref: CaseRef) -> Iterable[Asked]:
        return self.parties(ref).agencies.values()


def _parties_of(case: Case, area: Area) -> CaseParties:
    agencies = {}
    for code, one in case.agencies.items():
        agency = area.agency(code)
        agencies[code] = Asked(addresses=agency.contacts if agency else (), round=one.round)
    return CaseParties(
        notifier=_notifier_of(case),
        also_notified=_also_notified(case),
        agencies=agencies,
        trusts=case.nhs.trusts if case.nhs else (),
        children=children_of(case),
    )


def _notifier_of(case: Case) -> str:
    """The address that the case's notification came from, vouched for or not."""
    opening = case.first(FactKind.NOTIFICATION_RECEIVED)
    return case.notifier_address or (_sender_of(opening) if opening else "")


def _also_notified(case: Case) -> tuple[str, ...]:
    found = (_sender_of(fact) for fact in case.all(FactKind.NOTIFICATION_RECEIVED)[1:])
    return tuple(dict.fromkeys(filter(None, found)))


def _sender_of(notification: Fact) -> str:
    named = notification.detail.get("notifier") or {}
    return str(named.get("address") or named.get("claimed") or "")
