"""Messages as kept: raw bytes first, then what was read, where they lie, and what still waits."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from mailbot.core.model import AgencyCode, CaseRef, MessageKey
from mailbot.store.database import Database, moment_of, text_of
from mailbot.store.schema import before_go_live, locations, messages, raw_messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A copy of a message on the server, about to be kept."""

    key: MessageKey
    message_id: str | None
    received_at: datetime
    mime: bytes
    folder: str
    id: str
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a message; recorded in the transaction of its facts."""

    key: MessageKey
    sender: str | None = None
    vouched_for: bool = False
    message_class: str = ""
    case: CaseRef | None = None
    agency: AgencyCode | None = None
    candidates: tuple[CaseRef, ...] = ()
    waits: bool = False
    reason: str = ""
    file_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A stored message without its bytes."""

    key: MessageKey
    message_id: str | None
    sender: str | None
    received_at: datetime
    truncated: bool
    state: str
    attempts: int
    message_class: str
    case: CaseRef | None
    agency: AgencyCode | None
    candidates: tuple[CaseRef, ...]
    waits: bool
    reason: str
    file_to: str | None


class Messages:
    """The messages of one area's store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- arriving

    def unknown(self, folder: str, ids: Sequence[str]) -> list[str]:
        """Given ids of copies in a folder, return those never seen, in the same order."""
        known: set[str] = set()
        with self._database.transaction() as t:
            for start in range(0, len(ids), 500):
                part = ids[start : start + 500]
                known.update(t.execute(_KNOWN, {"folder": folder, "ids": list(part)}).scalars())
        return [i for i in ids if i not in known]

    def record_before_go_live(self, folder: str, found: Iterable[tuple[str, str]]) -> int:
        """Given (id, Message-ID) of what lay in a folder at go-live, record and count it."""
        count = 0
        with self._database.transaction() as t:
            for id_, message_id in found:
                count += 1
                t.execute(_LOCATE, {"folder": folder, "id": id_, "key": None})
                if message_id:
                    t.execute(_BEFORE, {"message_id": message_id})
        return count

    def note_before_go_live(self, identity: str) -> None:
        """Given the key of a mail without a Message-ID, note that it lay there at go-live."""
        with self._database.transaction() as t:
            t.execute(_BEFORE, {"message_id": identity})

    def was_before_go_live(self, identity: str) -> bool:
        """Given a Message-ID, or else a key, tell whether it lay in the mailbox at go-live."""
        with self._database.transaction() as t:
            found = t.execute(_WAS_BEFORE, {"message_id": identity})
            return found.first() is not None

    def keep(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Given arrivals, make their bytes durable and return those whose content is new.

        All copies are located; a copy of a known message is only located.
        """
        if not arrivals:
            return []
        new: dict[str, Arrival] = {}
        with self._database.transaction() as t:
            keys = [a.key for a in arrivals]
            known = set(t.execute(_KNOWN_KEYS, {"keys": keys}).scalars())
            for arrival in arrivals:
                if arrival.key not in known and arrival.key not in new:
                    new[arrival.key] = arrival
            if new:
                t.execute(insert(messages), [_row_of(a) for a in new.values()])
                _keep_bytes(t, list(new.values()))
            t.execute(_LOCATE, [{"folder": a.folder, "id": a.id, "key": a.key} for a in arrivals])
        return list(new.values())

    def leave_alone(self, folder: str, id_: str) -> None:
        """Given a copy that a person put where it is, never move it."""
        with self._database.transaction() as t:
            t.execute(
                update(locations)
                .where(locations.c.folder == folder, locations.c.id == id_)
                .values(key=None)
            )

    def locate(self, folder: str, id_: str, key: MessageKey | None) -> None:
        """Given a copy that needs no handling, remember that it was seen."""
        with self._database.transaction() as t:
            t.execute(_LOCATE, {"folder": folder, "id": id_, "key": key})

    # --- reading

    def record(self, readings: Sequence[Reading]) -> None:
        """Given what was read, record it; each message is then `read` and not yet filed."""
        if not readings:
            return
        with self._database.transaction() as t:
            t.execute(_READ, [_values_of(r) for r in readings])

    def try_again(self, key: MessageKey) -> int:
        """Given a message, count one more try and return how many there were."""
        with self._database.transaction() as t:
            t.execute(
                update(messages)
                .where(messages.c.key == key)
                .values(attempts=messages.c.attempts + 1)
            )
            count = t.execute(select(messages.c.attempts).where(messages.c.key == key))
            return int(count.scalar_one())

    def not_tried(self, key: MessageKey) -> None:
        """Given a message that is put off, take back that it was tried."""
        with self._database.transaction() as t:
            t.execute(update(messages).where(messages.c.key == key).values(attempts=0))

    def set_aside(
        self,
        key: MessageKey,
        reason: str,
        *,
        file_to: str | None,
        sender: str | None = None,
        agency: AgencyCode | None = None,
    ) -> None:
        """Given a message that cannot be handled, let it wait for a person with the reason.

        `agency` is the one it may come from: its reminders wait too.
        """
        with self._database.transaction() as t:
            t.execute(
                update(messages)
                .where(messages.c.key == key)
                .values(
                    state="aside",
                    waits=True,
                    reason=reason,
                    file_to=file_to,
                    filed=False,
                    sender=sender,
                    agency=agency,
                )
            )

    def unread(self) -> list[MessageKey]:
        """Return the messages that are kept and not yet read, oldest first."""
        with self._database.transaction() as t:
            found = t.execute(
                select(messages.c.key)
                .where(messages.c.state == "kept")
                .order_by(messages.c.received_at)
            )
            return [MessageKey(key) for key in found.scalars()]

    def mime(self, key: MessageKey) -> bytes:
        """Given a message, return its bytes as they came."""
        with self._database.transaction() as t:
            return bytes(t.execute(_MIME, {"key": key}).scalar_one())

    # --- filing

    def to_file(self, limit: int = 5_000) -> list[tuple[str, str, str, MessageKey]]:
        """Return (folder, id, target, key) of copies that are read and must still be moved."""
        query = (
            select(locations.c.folder, locations.c.id, messages.c.file_to, messages.c.key)
            .join(messages, messages.c.key == locations.c.key)
            .where(messages.c.filed.is_(False), messages.c.file_to.is_not(None))
            .order_by(messages.c.received_at)
            .limit(limit)
        )
        with self._database.transaction() as t:
            return [(f, i, target, key) for f, i, target, key in t.execute(query)]

    def to_refile(self, limit: int = 500) -> list[tuple[str, str | None, str, MessageKey]]:
        """Return (folder, Message-ID, target, key) of filed messages that now belong elsewhere."""
        query = (
            select(messages.c.lies_in, messages.c.message_id, messages.c.file_to, messages.c.key)
            .where(
                messages.c.filed.is_(False),
                messages.c.file_to.is_not(None),
                messages.c.lies_in.is_not(None),
            )
            .limit(limit)
        )
        with self._database.transaction() as t:
            return [(f, i, target, key) for f, i, target, key in t.execute(query)]

    def filed(self, moved: Sequence[tuple[str, str, MessageKey]]) -> None:
        """Given (folder, id, key) of copies that were moved away, record it."""
        if not moved:
            return
        with self._database.transaction() as t:
            t.execute(_UNLOCATE, [{"b_folder": f, "b_id": i} for f, i, _ in moved])
            t.execute(_FILED, [{"b_key": key} for _, _, key in moved])

    def file_again(self, key: MessageKey, target: str | None) -> None:
        """Given a message whose link changed, have its copies moved to another folder."""
        with self._database.transaction() as t:
            t.execute(
                update(messages).where(messages.c.key == key).values(file_to=target, filed=False)
            )

    # --- asking

    def get(self, key: str) -> Kept | None:
        """Given a key or the unique beginning of one, return the message, or None."""
        after = key + chr(0x10FFFF)  # LIKE would read the whole table
        query = select(messages).where(messages.c.key >= key, messages.c.key < after).limit(2)
        with self._database.transaction() as t:
            rows = t.execute(query).mappings().all()
        return _kept(rows[0]) if len(rows) == 1 else None

    def waiting(self) -> list[Kept]:
        """Return the messages that wait for a person, oldest first."""
        query = select(messages).where(messages.c.waits.is_(True)).order_by(messages.c.received_at)
        with self._database.transaction() as t:
            return [_kept(row) for row in t.execute(query).mappings()]

    def waiting_for(self, ref: CaseRef) -> list[tuple[AgencyCode, MessageKey]]:
        """Given a case, return (agency, key) of messages that wait and may be about it.

        They are linked to it or suspected of it, or nobody knows which case they are about.
        Oldest first.
        """
        with self._database.transaction() as t:
            found = t.execute(_WAITING_FOR, {"ref": ref, "named": f'%"{ref}"%'})
            return [(AgencyCode(agency), MessageKey(key)) for agency, key, _ in found]

    def settle(self, key: MessageKey) -> None:
        """Given a message that a person has dealt with, let it wait no longer."""
        with self._database.transaction() as t:
            t.execute(update(messages).where(messages.c.key == key).values(waits=False))

    def unlink(self, key: MessageKey, target: str | None) -> None:
        """Given a message that belongs to no case, file it there and let it wait no longer."""
        values = {"case_ref": None, "agency": None, "candidates": None, "waits": False}
        with self._database.transaction() as t:
            t.execute(
                update(messages)
                .where(messages.c.key == key)
                .values(**values, reason=None, file_to=target, filed=False)
            )

    def hand_over(self, keys: Sequence[MessageKey], ref: CaseRef, target: str | None) -> None:
        """Given messages, let them be another case's and have them moved to its folder.

        Those that wait for a person stay where they lie until somebody has dealt with them.
        """
        with self._database.transaction() as t:
            for start in range(0, len(keys), 500):
                chosen = messages.c.key.in_(list(keys[start : start + 500]))
                t.execute(update(messages).where(chosen).values(case_ref=ref))
                moved = update(messages).where(chosen, messages.c.waits.is_(False))
                t.execute(moved.values(file_to=target, filed=False))

    def suggest_instead(self, old: CaseRef, new: CaseRef) -> None:
        """Given a case and the one that goes on in its place, suggest that one for what waits."""
        wait = (messages.c.waits.is_(True), messages.c.candidates.like(f'%"{old}"%'))
        other = func.replace(messages.c.candidates, f'"{old}"', f'"{new}"')
        with self._database.transaction() as t:
            t.execute(update(messages).where(*wait).values(candidates=other))

    def of_case(self, ref: CaseRef) -> list[Kept]:
        """Given a case, return its messages, oldest first."""
        query = select(messages).where(messages.c.case_ref == ref).order_by(messages.c.received_at)
        with self._database.transaction() as t:
            return [_kept(row) for row in t.execute(query).mappings()]

    def cases_by_message_ids(self, ids: Sequence[str]) -> tuple[CaseRef, ...]:
        """Given Message-IDs, return the cases that messages with them are linked to."""
        if not ids:
            return ()
        with self._database.transaction() as t:
            found = t.execute(_CASES_OF_IDS, {"ids": list(ids)[:50]}).scalars()
            return tuple(sorted({CaseRef(ref) for ref in found}))

    def is_vouched_sender(self, address: str) -> bool:
        """Given an address, tell whether a mail from it came in that the server vouched for."""
        query = select(messages.c.key).where(
            messages.c.sender == address, messages.c.vouched_for.is_(True)
        )
        with self._database.transaction() as t:
            return t.execute(query.limit(1)).first() is not None

    def all(self) -> list[Kept]:
        """Return every message, oldest first."""
        with self._database.transaction() as t:
            rows = t.execute(select(messages).order_by(messages.c.received_at)).mappings()
            return [_kept(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """Return how many messages there are in each state."""
        query = select(messages.c.state, func.count()).group_by(messages.c.state)
        with self._database.transaction() as t:
            return {state: count for state, count in t.execute(query)}  # noqa: C416 - Row to tuple


#: Bytes that are written at once.
_PIECE = 4_000_000

_KNOWN = select(locations.c.id).where(
    locations.c.folder == bindparam("folder"),
    locations.c.id.in_(bindparam("ids", expanding=True)),
)
_KNOWN_KEYS = select(messages.c.key).where(messages.c.key.in_(bindparam("keys", expanding=True)))
_LOCATE = upsert(locations).on_conflict_do_nothing()
_BEFORE = upsert(before_go_live).on_conflict_do_nothing()
_WAS_BEFORE = select(before_go_live.c.message_id).where(
    before_go_live.c.message_id == bindparam("message_id")
)
_MIME = select(raw_messages.c.mime).where(raw_messages.c.key == bindparam("key"))
_READ = (
    update(messages)
    .where(messages.c.key == bindparam("b_key"))
    .values(
        state="read",
        sender=bindparam("sender"),
        vouched_for=bindparam("vouched_for"),
        message_class=bindparam("message_class"),
        case_ref=bindparam("case_ref"),
        agency=bindparam("agency"),
        candidates=bindparam("candidates"),
        waits=bindparam("waits"),
        reason=bindparam("reason"),
        file_to=bindparam("file_to"),
        filed=False,
    )
)
_FROM_AGENCIES = select(messages.c.agency, messages.c.key, messages.c.received_at).where(
    messages.c.waits.is_(True), messages.c.agency.is_not(None)
)
# Two look-ups by index; with OR, SQLite would read every message that waits.
_WAITING_FOR = union_all(
    _FROM_AGENCIES.where(messages.c.case_ref == bindparam("ref")),
    _FROM_AGENCIES.where(
        messages.c.case_ref.is_(None),
        messages.c.candidates.is_(None) | messages.c.candidates.like(bindparam("named")),
    ),
).order_by("received_at")
_UNLOCATE = delete(locations).where(
    locations.c.folder == bindparam("b_folder"), locations.c.id == bindparam("b_id")
)
_FILED = (
    update(messages)
    .where(messages.c.key == bindparam("b_key"))
    .values(filed=True, lies_in=messages.c.file_to)
)
_CASES_OF_IDS = select(messages.c.case_ref).where(
    messages.c.message_id.in_(bindparam("ids", expanding=True)),
    messages.c.case_ref.is_not(None),
)


def _keep_bytes(t: Connection, arrivals: Sequence[Arrival]) -> None:
    """Keep the bytes; large ones in pieces, because SQLite copies a value twice on its way in."""
    whole = [{"key": a.key, "mime": a.mime} for a in arrivals if len(a.mime) <= _PIECE]
    if whole:
        t.execute(insert(raw_messages), whole)
    for large in (a for a in arrivals if len(a.mime) > _PIECE):
        room = func.zeroblob(len(large.mime))
        row = t.execute(insert(raw_messages).values(key=large.key, mime=room)).lastrowid
        store: Any = t.connection.driver_connection
        with store.blobopen("raw_messages", "mime", row) as blob, memoryview(large.mime) as mime:
            for start in range(0, len(mime), _PIECE):
                blob.write(mime[start : start + _PIECE])


def _row_of(arrival: Arrival) -> dict[str, object]:
    return {
        "key": arrival.key,
        "message_id": arrival.message_id or None,
        "received_at": text_of(arrival.received_at),
        "size": len(arrival.mime),
        "truncated": arrival.truncated,
        "state": "kept",
        "attempts": 0,
        "waits": False,
        "filed": False,
    }


def _values_of(reading: Reading) -> dict[str, object]:
    return {
        "b_key": reading.key,
        "sender": reading.sender,
        "vouched_for": reading.vouched_for,
        "message_class": reading.message_class,
        "case_ref": reading.case,
        "agency": reading.agency,
        "candidates": json.dumps(reading.candidates) if reading.candidates else None,
        "waits": reading.waits,
        "reason": reading.reason or None,
        "file_to": reading.file_to,
    }


def _kept(values: RowMapping) -> Kept:
    return Kept(
        key=values["key"],
        message_id=values["message_id"],
        sender=values["sender"],
        received_at=moment_of(values["received_at"]),
        truncated=values["truncated"],
        state=values["state"],
        attempts=values["attempts"],
        message_class=values["message_class"] or "",
        case=values["case_ref"],
        agency=values["agency"],
        candidates=tuple(json.loads(values["candidates"] or "[]")),
        waits=values["waits"],
        reason=values["reason"] or "",
        file_to=values["file_to"],
    )
