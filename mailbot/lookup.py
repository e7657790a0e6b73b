"""What linking asks of the store (`core.links.CaseIndex`), answered for one area."""

from collections.abc import Iterable, Sequence

from mailbot.casework import case_of
from mailbot.core.model import Area, Case, CaseRef, FactKind
from mailbot.core.parties import NOBODY_YET, Asked, CaseParties, Child, name_key
from mailbot.unit import Unit


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
    children = [dict(row) for row in case.fields.get("children", ())]
    children.append(
        {
            "name": case.fields.get("child.name"),
            "date_of_birth": case.fields.get("child.date_of_birth"),
        }
    )
    return CaseParties(
        notifier=_notifier_of(case),
        agencies=agencies,
        children=tuple(
            Child(name=name_key(str(row["name"])), born=str(row.get("date_of_birth") or ""))
            for row in children
            if row.get("name")
        ),
    )


def _notifier_of(case: Case) -> str:
    """The address that the case's notification came from, vouched for or not."""
    opening = case.first(FactKind.NOTIFICATION_RECEIVED)
    named = (opening.detail.get("notifier") or {}) if opening else {}
    return case.notifier_address or str(named.get("claimed") or "")
