"""Labels that a conversion ran together: "Name of ChildDate of Birth" above both answers.

Stands under fields. Only where every piece is a label that the layouts know, and each answer shows
by itself which it belongs to.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.forms.items import Item
from mailbot.core.forms.layouts import FormLayouts
from mailbot.core.forms.values import date_from

_SEAM = re.compile(r"(?<=[a-z)])(?=[A-Z])|\n|\t|(?<=[a-z)]) / (?=[A-Z])")
_DATE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?[ ./-]+(?:\d{1,2}|[A-Za-z]{3,9})[ ./,-]+(?:\d{4}|\d{2})(?!\d)"
)


def labels_run_together(item: Item, layouts: FormLayouts) -> tuple[Item, ...]:
    """Given an item whose label nobody knows, return it as several that are known, or nothing."""
    labels = [piece.strip(" :") for piece in _SEAM.split(item.label) if piece.strip(" :")]
    if len(labels) < 2 or not all(layouts.knows(label, item.section) for label in labels):
        return ()
    values = _parted(item.value.strip(), labels, item.section, layouts)
    pairs = zip(labels, values, strict=True)
    return tuple(
        replace(item, label=label, value=value, tag="", unsure=item.unsure or value is _UNSURE)
        for label, value in pairs
    )


_UNSURE = "?"


def _parted(text: str, labels: Sequence[str], section: str, layouts: FormLayouts) -> Sequence[str]:
    pieces = [piece.strip() for piece in re.split(r"\n|\t| {3,}", text) if piece.strip()]
    if len(pieces) in (0, len(labels)):
        return pieces or [""] * len(labels)
    dated = [layouts.fields[layouts.field_for(one, section) or ""].type == "date" for one in labels]
    found = _DATE.search(text)
    if len(labels) == 2 and sum(dated) == 1 and found and date_from(found[0]).iso:
        rest = (text[: found.start()] + " " + text[found.end() :]).strip(" ,;")
        return [found[0] if is_date else rest for is_date in dated]
    return [_UNSURE] * len(labels)
