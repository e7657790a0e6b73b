"""Letters on their way out, the reminder steps they cover, and what else waits for a person."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from mailbot.core.model import AgencyCode, CaseRef, Delivery, Letter, LetterKey, LetterKind, Step
from mailbot.store.database import Database, moment_of, text_of
from mailbot.store.schema import facts, letter_bodies, marks, notices, outbox, steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A letter of the outbox without its bytes."""

    key: LetterKey
    kind: LetterKind
    case: CaseRef | None
    agency: AgencyCode | None
    round: int
    message_id: str
    recipients: tuple[str, ...]
    delivery: Delivery
    state: str
    not_before: datetime
    queued_at: datetime
    changed_at: datetime
    attempts: int
    why: str
    confirmed: bool
    resent: bool
    due_on: date | None = None  # the day by which a request says it is to be answered
    told: tuple[tuple[str, date], ...] = ()  # the due days it names, by clock


class Outbox:
    """The outgoing letters of one area's store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, letter: Letter, *, message_id: str, mime: bytes, now: datetime) -> bool:
        """Given a letter and its bytes, queue it with its steps. False when its key is known."""
        with self._database.transaction() as t:
            row = _row_of(letter, message_id, now)
            if t.execute(_QUEUE, row).rowcount == 0:
                return False
            t.execute(_KEEP_BODY, {"key": letter.key, "mime": mime})
            if letter.steps:
                covered = [{**_step_row(step), "letter": letter.key} for step in letter.steps]
                t.execute(insert(steps), covered)
        return True

    def written(self, ref: CaseRef) -> set[LetterKey]:
        """Given a case, return the keys of all letters ever queued for it."""
        with self._database.transaction() as t:
            return {LetterKey(k) for k in t.execute(_WRITTEN, {"ref": ref}).scalars()}

    def replaced(self, ref: CaseRef) -> set[LetterKey]:
        """Given a case, return the keys of letters taken back in order to be written anew."""
        with self._database.transaction() as t:
            return {LetterKey(k) for k in t.execute(_REPLACED, {"ref": ref}).scalars()}

    def has(self, key: str) -> bool:
        """Given a letter's key, tell whether it was ever queued."""
        with self._database.transaction() as t:
            return t.execute(_HAS, {"key": key}).first() is not None

    def steps(self, ref: CaseRef) -> set[Step]:
        """Given a case, return the reminder steps that letters cover already."""
        with self._database.transaction() as t:
            return {_step(row) for row in t.execute(_STEPS, {"ref": ref})}

    def cover(self, covered: Iterable[Step], ref: CaseRef) -> None:
        """Given steps that somebody was reminded of, count them for another case too."""
        rows = [
            {**_step_row(step), "case_ref": ref, "letter": f"merged/{step.case}"}
            for step in covered
        ]
        if rows:
            with self._database.transaction() as t:
                t.execute(upsert(steps).on_conflict_do_nothing(), rows)

    def steps_of(self, key: LetterKey) -> tuple[Step, ...]:
        """Given a letter, return the reminder steps that it covers."""
        with self._database.transaction() as t:
            rows = t.execute(select(steps).where(steps.c.letter == key))
            return tuple(_step(row) for row in rows)

    def due(self, now: datetime) -> list[Posted]:
        """Return queued letters whose time has come, in the order they were queued."""
        query = (
            select(outbox)
            .where(outbox.c.state == "queued", outbox.c.not_before <= text_of(now))
            .order_by(outbox.c.queued_at, outbox.c.key)
        )
        return self._rows(query)

    def next_due(self) -> datetime | None:
        """Return when the next queued letter may go, or None."""
        query = select(func.min(outbox.c.not_before)).where(outbox.c.state == "queued")
        with self._database.transaction() as t:
            found = t.execute(query).scalar()
        return moment_of(found) if found else None

    def in_state(self, *states: str) -> list[Posted]:
        """Given states, return the letters in them, oldest first."""
        query = select(outbox).where(outbox.c.state.in_(states)).order_by(outbox.c.queued_at)
        return self._rows(query)

    def of_case(self, ref: CaseRef) -> list[Posted]:
        """Given a case, return its letters, oldest first."""
        return self._rows(
            select(outbox).where(outbox.c.case_ref == ref).order_by(outbox.c.queued_at)
        )

    def all(self, limit: int = 500) -> list[Posted]:
        """Return the newest letters, newest first."""
        return self._rows(select(outbox).order_by(outbox.c.queued_at.desc()).limit(limit))

    def written_since(self, kind: LetterKind, since: datetime) -> list[Posted]:
        """Given a kind of letter, return those whose state changed since, oldest first."""
        query = (
            select(outbox)
            .where(outbox.c.changed_at >= text_of(since), outbox.c.kind == kind.value)
            .order_by(outbox.c.changed_at)
        )
        return self._rows(query)

    def sent_between(self, start: datetime, end: datetime) -> list[Posted]:
        """Return letters that were sent from `start` up to `end`, oldest first."""
        query = (
            select(outbox)
            .where(
                outbox.c.state == "sent",
                outbox.c.changed_at >= text_of(start),
                outbox.c.changed_at < text_of(end),
            )
            .order_by(outbox.c.changed_at)
        )
        return self._rows(query)

    def by_message_id(self, message_id: str) -> Posted | None:
        """Given a Message-ID, return our letter that carries it, or None."""
        with self._database.transaction() as t:
            row = t.execute(_BY_MESSAGE_ID, {"message_id": message_id}).mappings().first()
        return _posted(row) if row else None

    def get(self, key: str) -> Posted | None:
        """Given a letter's key, return it, or None."""
        found = self._rows(select(outbox).where(outbox.c.key == key))
        return found[0] if found else None

    def mime(self, key: LetterKey) -> bytes:
        """Given a letter, return its bytes."""
        query = select(letter_bodies.c.mime).where(letter_bodies.c.key == key)
        with self._database.transaction() as t:
            return bytes(t.execute(query).scalar_one())

    def set_state(
        self,
        key: LetterKey,
        state: str,
        now: datetime,
        *,
        why: str = "",
        again_at: datetime | None = None,
    ) -> None:
        """Given a letter, record its new state, why, and when it may be tried again."""
        values: dict[str, object] = {"state": state, "changed_at": text_of(now), "why": why}
        if again_at:
            values["not_before"] = text_of(again_at)
        if state in ("sending", "drafting"):
            values["attempts"] = outbox.c.attempts + 1
        with self._database.transaction() as t:
            t.execute(update(outbox).where(outbox.c.key == key).values(**values))
            if state == "withdrawn":
                # The step was never told: after a release it may be told anew.
                t.execute(delete(steps).where(steps.c.letter == key))

    def withdraw(self, key: LetterKey, why: str, now: datetime, *, replaced: bool = False) -> None:
        """Given a letter that has not gone, take it back; `replaced` when it is written anew."""
        with self._database.transaction() as t:
            self.set_state(key, "withdrawn", now, why=why)
            t.execute(update(outbox).where(outbox.c.key == key).values(replaced=replaced))

    def drafts_by_case(self) -> dict[CaseRef, int]:
        """Return the cases with letters in Drafts, each with the number of its newest fact."""
        with self._database.transaction() as t:
            return {CaseRef(ref): number for ref, number in t.execute(_DRAFTS_BY_CASE)}

    def put_off(self, key: LetterKey, until: datetime) -> None:
        """Given a queued letter that failed through a fault of ours, count it and wait."""
        values = {"attempts": outbox.c.attempts + 1, "not_before": text_of(until)}
        with self._database.transaction() as t:
            t.execute(update(outbox).where(outbox.c.key == key).values(**values))

    def wait_until(self, key: LetterKey, at: datetime) -> None:
        """Given a queued letter whose hour is past for today, let it wait; that is no attempt."""
        with self._database.transaction() as t:
            t.execute(update(outbox).where(outbox.c.key == key).values(not_before=text_of(at)))

    def retry(self, key: LetterKey, now: datetime) -> None:
        """Given a letter that a person has tried again, queue it as if it had never been tried."""
        values = {"state": "queued", "attempts": 0, "why": "", "resent": False}
        moments = {"changed_at": text_of(now), "not_before": text_of(now)}
        with self._database.transaction() as t:
            t.execute(update(outbox).where(outbox.c.key == key).values(**values, **moments))

    def beginning_with(self, name: str) -> list[Posted]:
        """Given the beginning of letters' keys, return those letters, oldest first."""
        query = select(outbox).where(outbox.c.key.startswith(name, autoescape=True))
        return self._rows(query.order_by(outbox.c.queued_at))

    def confirm(self, key: LetterKey) -> None:
        """Given a letter whose copy has come back, record the proof."""
        with self._database.transaction() as t:
            t.execute(update(outbox).where(outbox.c.key == key).values(confirmed=True))

    def resend(self, key: LetterKey) -> None:
        """Given a letter that is about to be sent once more, say so in the ledger."""
        with self._database.transaction() as t:
            t.execute(update(outbox).where(outbox.c.key == key).values(resent=True))

    def sent_to_since(self, address: str, since: datetime) -> int:
        """Given an address, return how many letters went to it since then (promise 5)."""
        query = select(func.count()).where(
            outbox.c.state.in_(("sent", "sending", "uncertain")),
            outbox.c.changed_at >= text_of(since),
            func.instr(outbox.c.recipients, json.dumps(address)) > 0,  # quotes and all
        )
        with self._database.transaction() as t:
            return int(t.execute(query).scalar_one())

    # --- what else waits for a person

    def notice(self, key: str, reason: str, now: datetime, case: CaseRef | None = None) -> bool:
        """Given something that waits for a person, note it once. False when it is known."""
        row = {"key": key, "case_ref": case, "reason": reason, "since": text_of(now)}
        with self._database.transaction() as t:
            return t.execute(upsert(notices).on_conflict_do_nothing(), row).rowcount > 0

    def settle_notice(self, key: str, now: datetime) -> None:
        """Given a notice that was dealt with, let it wait no longer; it may come again."""
        with self._database.transaction() as t:
            t.execute(delete(notices).where(notices.c.key == key))

    def notices(self) -> list[tuple[str, CaseRef | None, str, datetime]]:
        """Return (key, case, reason, since) of what waits, oldest first."""
        query = select(notices.c.key, notices.c.case_ref, notices.c.reason, notices.c.since)
        with self._database.transaction() as t:
            rows = t.execute(query.order_by(notices.c.since))
            return [(key, case, reason, moment_of(since)) for key, case, reason, since in rows]

    # --- marks

    def mark(self, name: str) -> str:
        """Given a mark's name, return its value, "" when it was never set."""
        with self._database.transaction() as t:
            return t.execute(_MARK, {"name": name}).scalar() or ""

    def set_mark(self, name: str, value: str) -> None:
        """Given a mark's name and value, keep it."""
        statement = upsert(marks).values(name=name, value=value)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": statement.excluded.value}
        )
        with self._database.transaction() as t:
            t.execute(statement)

    def _rows(self, query: Select[Any]) -> list[Posted]:
        with self._database.transaction() as t:
            return [_posted(row) for row in t.execute(query).mappings()]


_QUEUE = upsert(outbox).on_conflict_do_nothing()
_KEEP_BODY = insert(letter_bodies)
_HAS = select(outbox.c.key).where(outbox.c.key == bindparam("key"))
_BY_MESSAGE_ID = select(outbox).where(outbox.c.message_id == bindparam("message_id"))
_WRITTEN = select(outbox.c.key).where(outbox.c.case_ref == bindparam("ref"))
_REPLACED = select(outbox.c.key).where(
    outbox.c.case_ref == bindparam("ref"), outbox.c.state == "withdrawn", outbox.c.replaced
)
_DRAFTS_BY_CASE = (
    select(outbox.c.case_ref, func.max(facts.c.number))
    .join(facts, facts.c.case_ref == outbox.c.case_ref)
    .where(outbox.c.state == "drafted")
    .group_by(outbox.c.case_ref)
)
_STEPS = select(steps).where(steps.c.case_ref == bindparam("ref"))
_MARK = select(marks.c.value).where(marks.c.name == bindparam("name"))


def _row_of(letter: Letter, message_id: str, now: datetime) -> dict[str, object]:
    return {
        "key": letter.key,
        "kind": letter.kind.value,
        "case_ref": letter.case,
        "agency": letter.agency,
        "round": letter.round,
        "message_id": message_id,
        "recipients": json.dumps(_addresses(letter)),
        "delivery": letter.delivery.value,
        "state": "queued",
        "not_before": text_of(letter.not_before),
        "queued_at": text_of(now),
        "changed_at": text_of(now),
        "attempts": 0,
        "confirmed": False,
        "resent": False,
        "due_on": letter.words.get("due_on"),
        "told": json.dumps([[name, day.isoformat()] for name, day in letter.told]),
        "replaced": False,
    }


def _addresses(letter: Letter) -> Sequence[str]:
    return list(dict.fromkeys(person.email for person in (*letter.to, *letter.cc)))


def _step_row(step: Step) -> dict[str, object]:
    return {
        "case_ref": step.case,
        "clock": step.clock,
        "agency": step.agency or "",
        "round": step.round,
        "due_on": step.due_on.isoformat(),
        "step": step.step,
    }


def _step(row: Iterable[object]) -> Step:
    ref, clock, agency, round_, due_on, step, _letter = row
    return Step(
        case=CaseRef(str(ref)),
        clock=str(clock),
        agency=AgencyCode(str(agency)) if agency else None,
        round=int(str(round_)),
        due_on=date.fromisoformat(str(due_on)),
        step=str(step),
    )


def _posted(values: RowMapping) -> Posted:
    return Posted(
        key=values["key"],
        kind=LetterKind(values["kind"]),
        case=values["case_ref"],
        agency=values["agency"],
        round=values["round"],
        message_id=values["message_id"],
        recipients=tuple(json.loads(values["recipients"])),
        delivery=Delivery(values["delivery"]),
        state=values["state"],
        not_before=moment_of(values["not_before"]),
        queued_at=moment_of(values["queued_at"]),
        changed_at=moment_of(values["changed_at"]),
        attempts=values["attempts"],
        why=values["why"] or "",
        confirmed=values["confirmed"],
        resent=values["resent"],
        due_on=date.fromisoformat(values["due_on"]) if values["due_on"] else None,
        told=tuple(
            (name, date.fromisoformat(day)) for name, day in json.loads(values["told"] or "[]")
        ),
    )
