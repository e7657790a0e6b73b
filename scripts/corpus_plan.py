"""Which layouts the corpus holds in which formats, and how the choices in them were marked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from scripts import corpus_decoys as decoys
from scripts import corpus_drift as drift
from scripts import corpus_layouts as layouts
from scripts import corpus_more as more
from scripts import corpus_returns as returns
from scripts.corpus_sheets import Made

Make = Callable[[Random], Made]


@dataclass(frozen=True)
class Planned:
    """One file to be made."""

    layout: str
    writer: str
    make: Make


def _plan() -> Iterator[Planned]:
    for layout, make, writers in _TABLE:
        for writer in writers:
            options: dict[str, Any] = {}
            if isinstance(writer, tuple):
                writer, options = writer
            yield Planned(layout, writer, partial(make, **options))


#: Layouts by chance, in the formats that come most.
_UNSEEN: tuple[Any, ...] = (
    *(["docx"] * 8),
    *("office pdf", "office pdf", "browser pdf", "office doc", "office odt"),
    *((w, {"plain_marks": True}) for w in ("mail typed", "txt", "html", "xlsx", "acroform", "pdf")),
)
_TABLE: tuple[tuple[str, Callable[..., Made], tuple[Any, ...]], ...] = (
    (
        "childcare-incident",
        layouts.childcare_incident,
        (
            "docx",
            ("docx", {"how": "wingdings"}),
            ("docx", {"how": "sdt", "ticked": (1, 2)}),
            ("docx", {"how": "legacy"}),
            ("docx", {"how": "private"}),
            ("docx", {"how": "glyph", "ticked": (2, 4)}),
            ("docx", {"how": "box", "ticked": (3,)}),
            ("docx", {"how": "bracket", "ticked": (0, 4)}),
            "office doc",
            ("office pdf", {"how": "sdt"}),
            ("office odt", {"how": "box", "ticked": (1, 4)}),
            "pdf drawn",
            "scan",
            "html",
        ),
    ),
    (
        "referral-2010",
        layouts.referral_2010,
        (
            "docx",
            ("docx", {"how": "strike", "marked": False}),
            ("docx", {"how": "bold"}),
            "office pdf",
            "office doc",
            "html",
            "pdf",
        ),
    ),
    (
        "restricted-referral",
        layouts.restricted_referral,
        (
            "docx",
            ("docx", {"run_together": True}),
            "office pdf",
            ("office rtf", {"run_together": True}),
            "docx",
            "browser pdf",
        ),
    ),
    (
        "whole-document",
        layouts.whole_document,
        (
            ("docx", {"first": True}),
            ("docx", {"first": True, "office": True}),
            ("docx", {"second": True}),
            ("docx", {"second": True, "office": True}),
            ("docx", {"first": True, "second": True}),
            "docx",
            ("docx", {"office": True}),
            ("office pdf", {"first": True, "office": True}),
            ("office pdf", {"second": True}),
            ("office pdf", {}),
            ("office doc", {"second": True, "office": True}),
            ("office odt", {}),
            ("mail word", {"second": True}),
        ),
    ),
    (
        "one-panel",
        layouts.one_panel,
        ("docx", "docx", "office pdf", "office odt", "html", "pdf"),
    ),
    (
        "consideration",
        layouts.consideration,
        (
            "docx",
            ("docx", {"style": "under"}),
            ("docx", {"style": "one cell"}),
            ("office pdf", {"style": "one cell"}),
            ("office pdf", {"style": "below"}),
            ("mail typed", {"style": "lines"}),
            ("txt under", {"style": "lines"}),
        ),
    ),
    (
        "yes-no-referral",
        layouts.yes_no_referral,
        (
            "docx",
            ("docx", {"serious": False}),
            ("docx", {"how": "cells"}),
            ("docx", {"how": "highlight", "serious": False}),
            ("pdf drawn", {"serious": True}),
            ("pdf", {"serious": False, "how": "after"}),
            ("acroform", {"serious": True}),
            ("acroform radio", {"serious": False}),
        ),
    ),
    (
        "initial-notification",
        layouts.initial_notification,
        (
            "docx",
            ("docx", {"style": "table"}),
            ("docx", {"style": "tabs"}),
            "mail typed",
            "office pdf",
            ("pdf unruled", {"style": "table"}),
        ),
    ),
    (
        "modern-notification",
        layouts.modern,
        (
            "docx",
            ("docx", {"how": "sdt", "style": "wide"}),
            ("docx", {"how": "bold", "style": "table"}),
            ("docx", {"how": "strike"}),
            ("docx", {"how": "highlight"}),
            ("docx", {"how": "colour"}),
            ("docx", {"how": "underline"}),
            ("docx", {"how": "cells"}),
            ("docx", {"how": "delete", "style": "one cell"}),
            ("docx", {"how": "legacy", "style": "numbered"}),
            ("docx", {"how": "after", "style": "below"}),
            ("docx", {"sparse": True}),
            ("docm", {"how": "wingdings"}),
            ("office docx", {"how": "sdt"}),
            "xlsx",
            ("xlsx", {"sparse": True}),
            "html",
            ("html inputs", {"style": "wide"}),
            ("html", {"how": "strike"}),
            ("txt", {"how": "bracket"}),
            ("txt under", {"how": "bracket"}),
            ("mail typed", {"how": "bracket"}),
            ("mail page", {"how": "box"}),
            ("mail word", {"how": "box"}),
            ("rtf", {"how": "box"}),
            ("rtf", {"how": "bracket", "style": "lines"}),
            ("office rtf", {"how": "sdt"}),
            ("office odt", {"how": "bold"}),
            ("office doc", {"how": "legacy", "sparse": True}),
            ("office pdf", {"how": "box"}),
            ("office pdf", {"how": "strike", "style": "wide"}),
            ("office pdf", {"how": "highlight", "sparse": True}),
            ("browser pdf", {"how": "box"}),
            ("browser pdf", {"how": "bold", "style": "wide"}),
            ("pdf", {"how": "box"}),
            ("pdf drawn", {"how": "box", "style": "wide"}),
            ("pdf unruled", {"how": "box"}),
            ("pdf", {"how": "strike"}),
            ("acroform", {"how": "box"}),
            ("acroform bare", {"how": "box", "sparse": True}),
            ("acroform radio", {"how": "box"}),
            ("scan", {"how": "text"}),
            ("photo", {"how": "box"}),
            ("screenshot", {"how": "text"}),
        ),
    ),
    (
        "undecided",
        layouts.undecided,
        (
            "docx",
            ("docx", {"what": "both"}),
            ("docx", {"what": "dates"}),
            ("docx", {"what": "unborn"}),
            ("mail typed", {"what": "both"}),
            ("office pdf", {"what": "untouched"}),
            ("xlsx", {"what": "dates"}),
            ("html", {"what": "both"}),
            ("pdf", {"what": "dates"}),
        ),
    ),
    (
        "several-children",
        layouts.several_children,
        (
            "docx",
            ("docx", {"header_row": False}),
            "office pdf",
            ("mail typed", {"header_row": False}),
            "html",
        ),
    ),
    ("non-serious", layouts.non_serious, ("docx", "mail typed", "office pdf", "xlsx")),
    (
        "death-notice",
        layouts.death_notice,
        ("docx", ("docx", {"care_leaver": True}), "mail typed", ("pdf", {"care_leaver": True})),
    ),
    ("need-to-know", layouts.need_to_know, ("mail typed", "docx")),
    (
        "case-review-report",
        returns.case_review_report,
        (
            "docx",
            ("docx", {"style": "table"}),
            "office pdf",
            ("office odt", {"style": "table"}),
            "mail typed",
            "scan",
        ),
    ),
    ("management-review", returns.management_review, ("docx", "office pdf", "office doc")),
    (
        "modern-return",
        returns.modern_return,
        (
            "docx",
            ("docx", {"style": "wide", "how": "sdt"}),
            ("docx", {"style": "below", "how": "wingdings"}),
            ("docx", {"style": "one cell", "how": "bold"}),
            ("docx", {"style": "numbered", "how": "strike", "chronology": 0}),
            ("docx", {"style": "under", "how": "box"}),
            ("docx", {"corrected": "v2, please ignore the earlier one"}),
            ("docm", {"how": "legacy"}),
            "html",
            ("xlsx", {"chronology": 0}),
            ("txt", {"how": "bracket"}),
            ("mail typed", {"how": "bracket", "chronology": 0}),
            ("mail word", {"how": "box"}),
            ("mail page", {"how": "box"}),
            ("office doc", {"how": "box"}),
            ("office odt", {"how": "sdt", "style": "wide"}),
            ("office rtf", {"how": "box"}),
            ("office pdf", {"how": "box"}),
            ("office pdf", {"how": "strike", "style": "below"}),
            ("browser pdf", {"how": "box", "style": "wide"}),
            ("pdf drawn", {"how": "box"}),
            ("pdf unruled", {"how": "box", "chronology": 0}),
            ("acroform", {"how": "box", "chronology": 0}),
            ("acroform bare", {"how": "box", "chronology": 0}),
            ("scan", {"how": "box", "chronology": 0}),
            ("screenshot", {"how": "delete", "chronology": 0}),
        ),
    ),
    (
        "partial-return",
        returns.modern_return,
        (
            ("docx", {"more": "This is a partial return: more to follow.", "chronology": 0}),
            ("office pdf", {"more": "Interim return – chronology to follow.", "chronology": 0}),
            ("mail typed", {"more": "Partial return, more to follow next week.", "chronology": 0}),
        ),
    ),
    (
        "nil-form",
        returns.nil_form,
        (
            "docx",
            ("docx", {"how": "strike"}),
            ("docx", {"how": "sdt", "style": "wide"}),
            ("office pdf", {"how": "box"}),
            ("office doc", {"how": "box"}),
            ("pdf", {"how": "after"}),
            ("acroform", {"how": "box"}),
            ("xlsx", {"how": "box"}),
            ("mail typed", {"how": "bracket"}),
        ),
    ),
    (
        "marked-choice",
        returns.chosen_return,
        (
            *tuple(
                ("docx", {"how": how, "answer": answer})
                for how, answer in (
                    *(("box", "Yes"), ("box", "both"), ("box", ""), ("untouched", "")),
                    *(("wingdings", "No"), ("legacy", "No"), ("sdt", "both"), ("glyph", "Yes")),
                    *(("bold", "Yes"), ("highlight", "No"), ("colour", "Yes"), ("strike", "No")),
                    *(("strike", "both"), ("cells", "Yes"), ("tick", "Yes"), ("underline", "Yes")),
                    *(("private", "No"), ("delete", "Yes"), ("bracket", "both"), ("cells", "")),
                )
            ),
            ("office pdf", {"how": "untouched", "answer": ""}),
            ("office pdf", {"how": "bold", "answer": "No"}),
            ("office doc", {"how": "wingdings", "answer": "Yes"}),
            ("office odt", {"how": "highlight", "answer": "Yes"}),
            ("browser pdf", {"how": "strike", "answer": "Yes"}),
            ("pdf", {"how": "highlight", "answer": "No"}),
            ("pdf drawn", {"how": "box", "answer": "both"}),
            ("html", {"how": "underline", "answer": "Yes"}),
            ("mail typed", {"how": "untouched", "answer": ""}),
            ("scan", {"how": "box", "answer": "Yes"}),
        ),
    ),
    (
        "siblings-return",
        returns.siblings_return,
        ("docx", ("docx", {"header_row": False}), "office pdf"),
    ),
    (
        "chronology",
        returns.chronology,
        (
            ("office doc", {"family": "chronolator"}),
            ("docm", {"family": "chronolator"}),
            ("xlsx", {"family": "plain"}),
            ("xlsx", {"family": "long"}),
            ("docx", {"family": "long", "count": 14}),
            ("office pdf", {"family": "plain", "count": 30}),
            ("pdf", {"family": "long"}),
            ("html", {"family": "plain"}),
        ),
    ),
    ("health-report", returns.health_report, ("docx", "office pdf")),
    ("cdop-form-b", decoys.child_death_report, ("docx", "office odt", "office pdf")),
    ("cdop-form-a", decoys.child_death_notice, ("docx", "office doc")),
    (
        "adult-review",
        decoys.adult_review,
        (
            "docx",
            ("office pdf", {"area": 1}),
            ("mail typed", {"area": 2}),
            ("acroform", {"area": 1}),
        ),
    ),
    ("marf", decoys.referral_to_social_care, ("docx", "office pdf")),
    ("lado", decoys.allegation, ("docx",)),
    ("ofsted-event", decoys.ofsted_event, ("docx", "pdf")),
    (
        "one-table",
        more.one_table,
        (
            "docx",
            ("docx", {"how": "sdt"}),
            ("docx", {"how": "strike"}),
            "office pdf",
            "pdf",
            "html",
            "office doc",
            "xlsx",
        ),
    ),
    (
        "hinted-return",
        more.hinted,
        ("docx", ("docx", {"in_answer": True}), "office pdf", ("pdf", {"how": "bold"}), "html"),
    ),
    ("father-known", more.father_known, ("docx", "mail typed", "office pdf")),
    (
        "joint-referral",
        more.joint_referral,
        ("docx", ("docx", {"adult": True}), "office pdf", ("pdf drawn", {"adult": True})),
    ),
    (
        "family-grid",
        more.family_grid,
        ("docx", ("docx", {"marked": False}), "office pdf", "pdf", "html", "office odt"),
    ),
    (
        "prompts",
        more.typed_over_prompts,
        ("docx", ("docx", {"filled": False}), "office pdf", ("office pdf", {"filled": False})),
    ),
    ("authority-copy", more.authority_copy, ("pdf", "mail typed", "browser pdf")),
    ("web-export", more.web_export, ("txt", "mail page")),
    (
        "day",
        more.uncertain_days,
        tuple(("docx", {"written": w, "expected": e}) for w, e in more.DAYS),
    ),
    ("unseen-notification", drift.notification, _UNSEEN),
    ("unseen-return", drift.agency_return, _UNSEEN),
    ("minutes", decoys.minutes, ("docx", "office pdf", "txt")),
)

PLAN = tuple(_plan())
