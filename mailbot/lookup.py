"""What linking asks of the store (`core.links.CaseIndex`), answered for one area."""

from collections.abc import Sequence

from mailbot.casework import case_of
from mailbot.core.model import CaseRef
from mailbot.core.parties import NOBODY_YET, Asked, CaseParties, Child, name_key
from mailbot.unit import Unit


class Lookup:
    """The cases of one area, as linking sees them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def exists(self, ref: CaseRef) -> bool:
        """Say whether the case is in this store, open or closed."""
        return self._unit.store.cases.exists(ref)

    def is_open(self, ref: CaseRef) -> bool:
        """Say whether the case is neither closed nor withdrawn."""
        case = case_of(self._unit, ref)
        return not case.closed and not case.withdrawn

    def parties(self, ref: CaseRef) -> CaseParties:
        """Return who belongs to the case."""
        if not self.exists(ref):
            return NOBODY_YET
        case = case_of(self._unit, ref)
        agencies = {}
        for code, one in case.agencies.items():
            agency = self._unit.area.agency(code)
            agencies[code] = Asked(addresses=agency.contacts if agency else (), round=one.round)
        children = [dict(row) for row in case.fields.get("children", ())]
        children.append(
            {
                "name": case.fields.get("child.name"),
                "date_of_birth": case.fields.get("child.date_of_birth"),
            }
        )
        return CaseParties(
            notifier=case.notifier_address,
            agencies=agencies,
            children=tuple(
                Child(name=name_key(str(row["name"])), born=str(row.get("date_of_birth") or ""))
                for row in children
                if row.get("name")
            ),
        )

    def by_child(self, name_key: str, date_of_birth: str) -> tuple[CaseRef, ...]:
        """Return the open cases of a child."""
        return self._unit.store.cases.by_child(name_key, date_of_birth)

    def by_message_ids(self, ids: Sequence[str]) -> tuple[CaseRef, ...]:
        """Return the cases that hold a mail with one of these Message-IDs."""
        return self._unit.store.messages.cases_by_message_ids(ids)
