"""Cutting a list of messages into batches by number and by bytes, before any is read."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from mailbot.mailboxes import BATCH_BYTES, BATCH_MESSAGES

T = TypeVar("T")


def batches_by_size(items: Iterable[tuple[T, int]], largest: int) -> Iterator[list[T]]:
    """Given things with their sizes in bytes, return them in batches, in order.

    A batch holds at most `BATCH_MESSAGES` things and `BATCH_BYTES`; what is over either that or
    `largest` comes alone.
    """
    batch: list[T] = []
    held = 0
    for item, size in items:
        alone = size > min(largest, BATCH_BYTES)
        if batch and (alone or len(batch) == BATCH_MESSAGES or held + size > BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += size
        if alone:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
