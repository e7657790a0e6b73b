"""Cases as kept: facts, which are only ever added, and the columns by which cases are found."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from mailbot.core.model import AgencyCode, CaseRef, Fact, FactKind, MessageKey
from mailbot.store.database import Database, moment_of, text_of
from mailbot.store.schema import cases, children, facts, pins


class Cases:
    """The cases of one area's store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_serial(self, year: int) -> int:
        """Given a year, return the number of its next case."""
        query = select(func.max(cases.c.serial)).where(cases.c.year == year)
        with self._database.transaction() as t:
            return (t.execute(query).scalar() or 0) + 1

    def open(self, ref: CaseRef, *, year: int, serial: int, opened_at: datetime) -> None:
        """Given a new reference, make its case. The number is unique within the year."""
        with self._database.transaction() as t:
            t.execute(
                insert(cases).values(
                    ref=ref, year=year, serial=serial, opened_at=text_of(opened_at), open=True
                )
            )

    def pin(self, ref: CaseRef, name: str, content: str) -> None:
        """Given a case and what is pinned to it, keep that; cases that share it keep it once."""
        with self._database.transaction() as t:
            t.execute(upsert(pins).on_conflict_do_nothing(), {"name": name, "content": content})
            t.execute(update(cases).where(cases.c.ref == ref).values(pin=name))

    def share_pin(self, ref: CaseRef, name: str) -> bool:
        """Given a case and the name of a pin that is kept, pin it too; False if it is not kept."""
        with self._database.transaction() as t:
            if t.execute(_PINNED, {"name": name}).first() is None:
                return False
            t.execute(update(cases).where(cases.c.ref == ref).values(pin=name))
        return True

    def pin_of(self, ref: CaseRef) -> str | None:
        """Given a case, return the name of what is pinned to it, or None."""
        with self._database.transaction() as t:
            return t.execute(_PIN_OF, {"ref": ref}).scalar()

    def pinned(self, name: str) -> str:
        """Given the name of a pin, return its content."""
        with self._database.transaction() as t:
            return str(t.execute(_PINNED, {"name": name}).scalar_one())

    def add(self, new: Sequence[Fact]) -> list[Fact]:
        """Given facts, add them and return them with their numbers, in the same order."""
        numbered = []
        with self._database.transaction() as t:
            for fact in new:
                number = t.execute(_ADD, _row_of(fact)).scalar_one()
                numbered.append(replace(fact, number=number))
        return numbered

    def facts(self, ref: CaseRef) -> list[Fact]:
        """Given a case, return all its facts, corrections and voided ones too, oldest first."""
        with self._database.transaction() as t:
            return [_fact(row) for row in t.execute(_FACTS, {"ref": ref}).mappings()]

    def fact(self, number: int) -> Fact | None:
        """Given a fact's number, return it, or None."""
        with self._database.transaction() as t:
            row = t.execute(select(facts).where(facts.c.number == number)).mappings().first()
        return _fact(row) if row else None

    def facts_of_message(self, key: MessageKey) -> list[Fact]:
        """Given a message, return the facts that it proves, oldest first."""
        query = select(facts).where(facts.c.message == key).order_by(facts.c.number)
        with self._database.transaction() as t:
            return [_fact(row) for row in t.execute(query).mappings()]

    def look_again(self, ref: CaseRef, at: datetime | None, *, is_open: bool) -> None:
        """Given a case, set when its clocks are looked at next, and whether it is open."""
        with self._database.transaction() as t:
            t.execute(
                _LOOK,
                {"b_ref": ref, "at": text_of(at) if at else None, "is_open": is_open},
            )

    def in_trouble(self, ref: CaseRef, why: str | None, at: datetime | None) -> None:
        """Given a case whose look failed, say why and when it is tried again; None heals it."""
        values: dict[str, object] = {"trouble": why}
        if at:
            values["next_look_at"] = text_of(at)
        with self._database.transaction() as t:
            t.execute(update(cases).where(cases.c.ref == ref).values(**values))

    def to_look_at(self, now: datetime) -> list[CaseRef]:
        """Return open cases whose clocks are to be looked at by now."""
        query = select(cases.c.ref).where(
            cases.c.open.is_(True),
            (cases.c.next_look_at <= text_of(now)) | cases.c.next_look_at.is_(None),
        )
        with self._database.transaction() as t:
            return [CaseRef(ref) for ref in t.execute(query.order_by(cases.c.ref)).scalars()]

    def look_at_all(self, now: datetime) -> None:
        """Have every open case looked at now."""
        values = {"next_look_at": text_of(now)}
        with self._database.transaction() as t:
            t.execute(update(cases).where(cases.c.open.is_(True)).values(**values))

    def refs(self, *, only_open: bool = False) -> list[CaseRef]:
        """Return the references of all cases, oldest first."""
        query = select(cases.c.ref).order_by(cases.c.opened_at, cases.c.ref)
        if only_open:
            query = query.where(cases.c.open.is_(True))
        with self._database.transaction() as t:
            return [CaseRef(ref) for ref in t.execute(query).scalars()]

    def with_fact(self, kind: FactKind) -> list[CaseRef]:
        """Given a kind of fact, return the open cases that have one, even voided, oldest first."""
        has_one = select(facts.c.case_ref).where(facts.c.kind == kind.value)
        query = select(cases.c.ref).where(cases.c.open.is_(True), cases.c.ref.in_(has_one))
        with self._database.transaction() as t:
            ordered = query.order_by(cases.c.opened_at, cases.c.ref)
            return [CaseRef(ref) for ref in t.execute(ordered).scalars()]

    def newest(self, count: int) -> list[CaseRef]:
        """Return the references of the newest cases, the newest first."""
        query = select(cases.c.ref).order_by(cases.c.opened_at.desc(), cases.c.ref.desc())
        with self._database.transaction() as t:
            return [CaseRef(ref) for ref in t.execute(query.limit(count)).scalars()]

    def troubles(self) -> list[tuple[CaseRef, str]]:
        """Return the cases whose last look failed, with the reason."""
        query = select(cases.c.ref, cases.c.trouble).where(cases.c.trouble.is_not(None))
        with self._database.transaction() as t:
            return [(CaseRef(ref), why) for ref, why in t.execute(query)]

    def exists(self, ref: str) -> bool:
        """Given a reference, tell whether there is such a case."""
        with self._database.transaction() as t:
            return t.execute(_OPEN, {"ref": ref}).first() is not None

    def is_open(self, ref: str) -> bool:
        """Given a reference, tell whether there is such a case and it is open."""
        with self._database.transaction() as t:
            return bool(t.execute(_OPEN, {"ref": ref}).scalar())

    def index_children(self, ref: CaseRef, found: Iterable[tuple[str, str]]) -> None:
        """Given (name key, date of birth) of a case's children, make them findable."""
        rows = [{"case_ref": ref, "name_key": n, "date_of_birth": d} for n, d in found]
        if rows:
            with self._database.transaction() as t:
                t.execute(upsert(children).on_conflict_do_nothing(), rows)

    def index_children_anew(self, ref: CaseRef, found: Iterable[tuple[str, str]]) -> None:
        """Given (name key, date of birth) of all children of a case, make only these findable."""
        with self._database.transaction() as t:
            t.execute(delete(children).where(children.c.case_ref == ref))
            self.index_children(ref, found)

    def of_incident_on(self, day: date) -> list[CaseRef]:
        """Given a day, return the open cases of which an incident on that day is on record."""
        query = (
            select(facts.c.case_ref)
            .distinct()
            .join(cases, cases.c.ref == facts.c.case_ref)
            .where(
                facts.c.kind == FactKind.INCIDENT_OCCURRED.value,
                facts.c.happened == day.isoformat(),
                cases.c.open.is_(True),
            )
            .order_by(facts.c.case_ref)
        )
        with self._database.transaction() as t:
            return [CaseRef(ref) for ref in t.execute(query).scalars()]

    def by_child(self, name_key: str, date_of_birth: str) -> tuple[CaseRef, ...]:
        """Given a child's name key and date of birth, return the open cases about it."""
        with self._database.transaction() as t:
            found = t.execute(_BY_CHILD, {"name_key": name_key, "born": date_of_birth}).scalars()
            return tuple(CaseRef(ref) for ref in found)


_ADD = insert(facts).returning(facts.c.number)
_FACTS = select(facts).where(facts.c.case_ref == bindparam("ref")).order_by(facts.c.number)
_LOOK = (
    update(cases)
    .where(cases.c.ref == bindparam("b_ref"))
    .values(next_look_at=bindparam("at"), open=bindparam("is_open"), trouble=None)
)
_OPEN = select(cases.c.open).where(cases.c.ref == bindparam("ref"))
_PIN_OF = select(cases.c.pin).where(cases.c.ref == bindparam("ref"))
_PINNED = select(pins.c.content).where(pins.c.name == bindparam("name"))
_BY_CHILD = (
    select(children.c.case_ref)
    .join(cases, cases.c.ref == children.c.case_ref)
    .where(
        children.c.name_key == bindparam("name_key"),
        children.c.date_of_birth == bindparam("born"),
        cases.c.open.is_(True),
    )
    .order_by(children.c.case_ref)
)


def _row_of(fact: Fact) -> dict[str, object]:
    at = fact.happened
    return {
        "case_ref": fact.case,
        "kind": fact.kind.value,
        "happened": text_of(at) if isinstance(at, datetime) else at.isoformat(),
        "recorded_at": text_of(fact.recorded_at),
        "recorded_by": fact.recorded_by,
        "detail": json.dumps(fact.detail, ensure_ascii=False, sort_keys=True),
        "agency": fact.agency,
        "message": fact.message,
        "words": fact.words,
    }


def _fact(row: RowMapping) -> Fact:
    happened = row["happened"]
    return Fact(
        case=CaseRef(row["case_ref"]),
        kind=FactKind(row["kind"]),
        happened=moment_of(happened) if "T" in happened else date.fromisoformat(happened),
        recorded_at=moment_of(row["recorded_at"]),
        recorded_by=row["recorded_by"],
        detail=json.loads(row["detail"]),
        agency=AgencyCode(row["agency"]) if row["agency"] else None,
        message=MessageKey(row["message"]) if row["message"] else None,
        words=row["words"],
        number=row["number"],
    )
