"""Several things in one answer: agencies a line each, between commas, "Police, GP and school".

Stands under values. "and" parts two things only where it is not part of a name.
"""

import re

_NONE = re.compile(
    r"(?:none|nil|n/?a|no|zero|0|-+|none (?:known|identified|recorded|that we are aware of"
    r"|to our knowledge"
    r"|at (?:this time|present))|not applicable|nothing|(?:no|does not have any"
    r"|has no) (?:(?:other|known|further"
    r"|half) )*(?:siblings?|brothers? (?:or|and|/) sisters?|children|agencies|parents|carers"
    r"|others?)"
    r"(?: (?:known|identified|involved|recorded))?|(?:is an )?only child|no ?one|nobody)"
)
_BULLETS = re.compile(
    r"\s*[•·▪●◦]\s*|\n\s*(?:[-–—*]|\(?\d{1,2}[.)])\s+|^\s*(?:[-–—*]|\(?\d{1,2}[.)])\s+"
)
_LINES = re.compile(r"\n|;|\||\t+")
_COMMA = re.compile(r",(?![^()]*\))")
_AND = re.compile(r"\s+(?:and|&|plus)\s+(?![^()]*\))", re.IGNORECASE)
#: "and" within these names parts nothing.
_ONE_NAME = re.compile(
    r"\b(?:child(?:ren)?(?:'s)? (?:and|&) (?:adolescents?|famil(?:y|ies)|young (?:people|persons?))"
    r"|(?:drugs?|substance misuse|alcohol) (?:and|&) (?:alcohol|drugs?)|health (?:and"
    r"|&) (?:social|wellbeing|care)"
    r"|education (?:and|&) (?:early years|skills|inclusion)|early years (?:and"
    r"|&) (?:childcare|education)"
    r"|housing (?:and|&) (?:homelessness|support)|learning (?:and|&) skills|fire (?:and|&) rescue"
    r"|mother (?:and|&) baby|obstetrics (?:and|&) gyn\w+|advisory (?:and|&) support"
    r"|accident (?:and|&) emergency"
    r"|a (?:and|&) e|police (?:and|&) crime|domestic abuse (?:and|&) sexual|women (?:and"
    r"|&) (?:children|girls)"
    r"|speech (?:and|&) language|safeguarding (?:and|&) (?:quality|child|review|looked)"
    r"|youth (?:and|&) (?:community|family)"
    r"|work (?:and|&) pensions|prisons? (?:and|&) probation|sen[d]? (?:and|&) inclusion"
    r"|rape (?:and|&) sexual"
    r"|advice (?:and|&) (?:support|guidance)|mental health (?:and|&) (?:learning|wellbeing)"
    r"|(?!gp\b|police\b|school\b|camhs\b|nursery\b|hospital\b|health\b|housing\b|probation\b"
    r"|care\b)\w+ (?:and|&) \w+"
    r"(?: \w+)? (?:nhs|hospitals|partnership|trust|council|icb|ambulance|constabulary))",
    re.IGNORECASE,
)
_KNOWN_AGENCY = re.compile(
    r"\b(?:police|gp|schools?|nursery|health visitors?|health visiting|school nurs\w+"
    r"|social care|camhs|midwi\w+"
    r"|hospital|housing|probation|social services|children's services|cafcass|ambulance"
    r"|paediatric\w+|college"
    r"|youth (?:justice|offending)|mental health|early help|dentist|sen|education|icb|a&e|nhs"
    r"|health)\b",
    re.IGNORECASE,
)


def list_from(text: str) -> list[str]:
    """Given several things in one answer, a line each or between commas, return each."""
    text = text[:4_000].replace("\r", "\n").strip()
    text = re.sub(r"^[^\n:]{0,40}\b(?:involved|include|are|agencies)\s*:\s*", "", text, flags=re.I)
    pieces = [piece for piece in _LINES.split(_BULLETS.sub("\n", text)) if piece.strip()]
    if len(pieces) == 1:
        pieces = _between_commas(pieces[0])
    cleaned = (piece.strip(" \t-–—•*.,:") for piece in pieces)
    return list(dict.fromkeys(piece for piece in cleaned if piece and not says_none(piece)))


def says_none(text: str) -> bool:
    """Given the answer to what asks for several, return whether it says that there are none."""
    return bool(_NONE.fullmatch(" ".join(text.lower().split()).strip(" .:;,")))


def _between_commas(text: str) -> list[str]:
    if re.match(r"[^,]{1,40}:\s", text):  # "GP: Dr Cole, Larkspur Surgery" is one
        return [text]
    parts = [part.strip() for part in _COMMA.split(text) if part.strip()]
    slashed = [part.strip() for part in text.split("/") if part.strip()]
    if len(parts) == 1 and len(slashed) > 1 and all(map(_KNOWN_AGENCY.search, slashed)):
        return slashed
    last = re.sub(r"^(?:and|&)\s+", "", parts[-1], flags=re.IGNORECASE) if parts else ""
    halves = _AND.split(_ONE_NAME.sub(lambda found: "#" * len(found[0]), last))
    if len(halves) == 1:
        return [*parts[:-1], last]
    ends, at = [], 0
    for half in halves:  # each as it is written, with the names that were masked
        start = last.index(last[at:].lstrip(), at) if at else 0
        ends.append(last[start : start + len(half)])
        at = start + len(half)
        joined = _AND.match(last, at)
        at = joined.end() if joined else at
    alone = len(parts) == 1
    if alone and not all(_KNOWN_AGENCY.search(piece) for piece in ends):
        return parts
    return [*parts[:-1], *ends]
