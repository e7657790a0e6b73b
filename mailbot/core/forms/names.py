"""Names as people write them, one or several in an answer, beside roles, ages and other names.

Stands under values. A name is given as "Forename Surname". Other names ("aka", "née"), titles of
courtesy, ages and roles fall away; what is in doubt stays as it is written.
"""

import re
from collections.abc import Iterator

_LONGEST = 2_000  # characters of one answer
_ALIAS = re.compile(
    r"\b(?:a\.?k\.?a\b\.?|a/k/a|(?:also |otherwise |better |formerly |previously )?known as|alias"
    r"|formerly|previously|n[eé]e?|maiden name|preferred name|goes by)(?=[\s:]|$)",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^(?:mr|mrs|ms|miss|mx|master|sir|madam)\b\.?(?!\s*(?:&|\+|and\b))\s*", re.IGNORECASE
)
_COUPLE = re.compile(
    r"^(mr|mrs|ms|miss|dr)\.?\s*(?:&|and|\+)\s*(mr|mrs|ms|miss|dr)\.?\s+(.+)$", re.IGNORECASE
)
_BRACKETS = re.compile(
    r"[^\S\n]*(?:\([^()]{0,200}\)?|\[[^\[\]]{0,200}\]?|\"[^\"\n]{0,80}\"|“[^”\n]{0,80}”)[^\S\n]*"
)
_BULLET = re.compile(r"^\s*(?:[-–—•·▪●*o]\s+|[•·▪●]|\(?\d{1,2}[.)]\s*|\(?[a-h]\)\s*)+")
_LABEL = re.compile(r"^(?:full )?names?(?: of \w+)?\s*[:=–-]\s*", re.IGNORECASE)
_SURNAME = r"(?:surname|last name|family name)(?:\(s\)|s)?"
_FORENAME = r"(?:forename|first name|given name|christian name)(?:\(s\)|s)?"
_TWO_LABELS = re.compile(rf"\b({_SURNAME}|{_FORENAME})\s*[:=–-]?\s+", re.IGNORECASE)
#: What follows a name and is none of it. A number ends a name, too, but in "Child 1".
_DETAIL = re.compile(
    r"[\s,;/–-]*(?:\b(?:d\.?o\.?b\b\.?|date of birth|born\b|b\.\s?(?=\d)|aged?\b|edd\b"
    r"|d\.o\.d|nhs\b"
    r"|male\b|female\b|tel\b|telephone\b|e-?mail\b|mobile\b|lives\b|living\b|resid|address\b"
    r"|same address|deceased\b|unborn$)|[?~]*\d|\S+@).*$",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile(
    r"^(?:child|children|baby|infant|sibling|twin|subject|unborn|young person|person|adult|parent"
    r"|mother|father|female|male|yp|mr|mrs|ms)s?\s(?:no\.?\s?|number\s)?(?:\d{1,2}|[a-z])\b",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    "van von der den de del della di da do dos das du la le el al bin ibn ap ab ter ten zu"
    " of".split()
)
#: Words of which a role is made: a piece with one of them is no name.
_ROLE_WORDS = frozenset(
    "accountable administrator adviser advisor advocate agency analyst assistant assurance author"
    " board business cafcass camhs care carer chair chief children childrens cleric clerk clinical"
    " clinician commander commissioner community consultant coordinator co-ordinator council"
    " counsellor custody deputy designated detective director doctor dsl education executive family"
    " foster governor gp group head headteacher health hospital housing icb independent inspector"
    " key lead leader liaison librarian local manager matron mental midwife named nhs nurse nursery"
    " nursing officer operations organiser paediatrician partner partnership pastoral"
    " practice practitioner principal probation professional protection psychiatrist psychologist"
    " public quality registrar representative review reviewer reviewing role safeguarding school"
    " secretary senco senior sergeant service services social solicitor specialist superintendent"
    " academy association authority borough centre charity college county foundation home limited"
    " ltd organisation"
    " supervising supervisor support surgeon surgery team teacher therapist trainee trust unit"
    " visitor ward welfare worker youth early years police constable".split()
)
_NOT_SURNAMES = frozenset("baby unborn child twin infant miss mrs prof rev dci".split())
_KIN_WORDS = frozenset(
    "mother father mum mam mummy dad daddy parent parents carer carers stepfather stepmother step"
    " brother brothers sister sisters sibling siblings half half-brother half-sister step-brother"
    " step-sister stepbrother stepsister stepdad stepmum step-father step-mother grandmother"
    " grandfather grandparent maternal paternal mgm mgf pgm pgf aunt uncle cousin guardian partner"
    " birth biological adoptive foster twin twins older younger eldest youngest elder full male"
    " female boy girl son daughter deceased unborn putative special next kin of the s child"
    " mothers fathers".split()
)
_NO_NAME = frozenset(
    "not known unknown none nil n/a na no nk n/k tbc other others two three four one several"
    " names name withheld anonymous redacted stated given provided recorded applicable see above"
    " below as attached yes and or but is are was has have".split()
)
_LETTERS_AFTER = frozenset(
    "rgn rmn rscn rm rn rhv ba bsc ma msc mba phd md mbe obe cbe qc kc jp frcpch mrcpch mrcgp frcp"
    " frcgp mrcp mbbs mbchb llb esq jnr snr jr sr dipsw pgce qpm".split()
)
_FARTHER = re.compile(r"\s+[-–—]+\s+|\s*[:;|]\s+|\t|\s{3,}|(?<=\w\w\w)\s*/\s*")
_BETWEEN = re.compile(
    r"\n|;|\||(?<!\d)/(?!\d)|\s+&\s+|\s+\+\s+|,?\s+and\s+|\.\s+(?=[A-Za-z-]{3,20}\s*[:–-]\s)",
    re.IGNORECASE,
)
_KIN = re.compile(
    r"^\s*(?:(?:birth|biological|step|half|maternal|paternal|foster|adoptive|putative|older"
    r"|younger|eldest|youngest|full|twin)[\s-]*)*(?:mother|father|mum|mam|dad|parent|carer"
    r"|guardian|brother"
    r"|sister|sibling|grandmother|grandfather|aunt|uncle|partner|m\.?g\.?m|p\.?g\.?m"
    r"|m\.?g\.?f|p\.?g\.?f)(?:'?s)?"
    r"(?:'?s? (?:full )?names?)?(?:\s*\d{1,2}(?=\s*[:.)–-]))?(?:\s*[:.–—-]+\s*|\s+(?=[A-Z]))",
    re.IGNORECASE,
)


def name_from(text: str) -> str:
    """Given a name as written, return it as "Forename Surname": "SMITH, Tom" is "Tom Smith".

    A role beside it, an age, a date of birth and another name fall away.
    """
    text = text[:_LONGEST].strip()
    labelled = _by_two_labels(text)
    if labelled:
        return labelled
    lines = [clean for line in text.splitlines() if (clean := _one_line(line))]
    line = next((line for line in lines if not is_role(line)), lines[0] if lines else "")
    return _forename_first(_without_other_names(_BRACKETS.sub(" ", _LABEL.sub("", line))))


def names_from(text: str) -> list[str]:
    """Given several names in one answer, return each, without relationship, age or address.

    Who is called by a relationship alone ("father not known") is not named.
    """
    text = "\n".join(_one_line(line) for line in text[:_LONGEST].splitlines())
    found = []
    for line in re.split(r"\n|;", _BRACKETS.sub(" ", text)):
        couple = _COUPLE.match(_role_off(line))
        pieces = _couple(couple) if couple else list(_pieces(line))
        found += [name for piece in pieces if (name := _named(piece))]
    return list(dict.fromkeys(found))


def without_kin(text: str) -> str:
    """Given a piece that names somebody, return it without "Brother:" or a bullet before it."""
    return _role_off(text)


def is_name(text: str) -> bool:
    """Given words, return whether a name may be among them, rather than relationships alone."""
    words = [word.strip(".,:;'’()-").lower() for word in text.split()]
    words = [word for word in words if word]
    if not words or _NO_NAME.issuperset(words) or not any(c.isalpha() for c in text):
        return False
    if _NUMBERED.match(text) or words[0] in ("baby", "unborn", "infant", "child", "twin"):
        return len(words) > 1 and not (_KIN_WORDS | _NO_NAME).issuperset(words[1:])
    return not (_KIN_WORDS | _NO_NAME).issuperset(words)


# --- one name ---------------------------------------------------------------------------------


def _one_line(line: str) -> str:
    return " ".join(_BULLET.sub("", line).replace("\t", "   ").split(" ")).strip()


def _by_two_labels(text: str) -> str:
    parts = _TWO_LABELS.split(" ".join(text.split()))
    if len(parts) < 5 or parts[0].strip():
        return ""
    found: dict[str, str] = {}
    for label, value in zip(parts[1::2], parts[2::2], strict=True):
        key = "surname" if re.match(_SURNAME, label, re.IGNORECASE) else "forename"
        found.setdefault(key, value.strip(" ,;/"))
    both = [found.get("forename", ""), found.get("surname", "")]
    return _cased_name(" ".join(both)) if all(both) else ""


def _without_other_names(line: str) -> str:
    """The line up to what follows a name: another name, an age, a role after a dash."""
    alias = _ALIAS.search(line)
    if alias and alias.start():
        before, after = line[: alias.start()].rstrip(" ,;-–"), line[alias.end() :]
        one = len(before.split()) == 1 or before.isupper()
        line = before + after[after.find(",") :] if one and "," in after else before
    if not _NUMBERED.match(line.strip()):
        line = _DETAIL.sub("", line)
    pieces = [piece.strip(" ,") for piece in _FARTHER.split(line) if piece.strip(" ,.-")]
    named = [piece for piece in pieces if not is_role(piece) and is_name(piece)]
    return named[0] if named else (pieces[0] if pieces else "")


def is_role(piece: str) -> bool:
    """Given a piece of an answer, return whether it is a role or a kinship, and no name."""
    words = {w.strip(".,:;()'’").lower().replace("’s", "").replace("'s", "") for w in piece.split()}
    return bool(words & _ROLE_WORDS) or (bool(words) and words <= _KIN_WORDS)


def _forename_first(line: str) -> str:
    parts = [part.strip() for part in line.split(",") if part.strip(" .")]
    parts = [p for p in parts if p.lower().replace(".", "") not in _LETTERS_AFTER] or parts
    named = [part for part in parts if not is_role(part) and is_name(part)] or parts[:1]
    beside = len(parts) > len(named)
    if len(named) == 2 and parts[:2] == named and _is_surname(*named, beside=beside):
        titled = _COURTESY.match(named[1])
        forenames = named[1][titled.end() :] if titled else named[1]
        named = [f"{forenames} {named[0]}" if forenames else f"{named[1]} {named[0]}"]
    elif len(named) > 1 and beside:
        named = named[:1]
    return _cased_name(", ".join(named))


def _is_surname(before: str, after: str, *, beside: bool = False) -> bool:
    """Whether "Smith, Anna" is one person's surname and forename; two whole names are not.

    With a role `beside` them, "Anna Smith, Bedford" is a name and a place.
    """
    words = before.split()
    if len(words) > 4 or len(after.split()) > 4:
        return False
    is_one = len(words) == 1 or before.isupper() or words[0].lower() in _PARTICLES
    return is_one or (len(after.split()) == 1 and not beside)


def _cased_name(line: str) -> str:
    line = " ".join(line.split()).strip(" ,;:-–*")
    if not re.search(r"\b[^\W\d_]\.$", line):  # but "T.S." keeps its full stop
        line = line.rstrip(".")
    shorter = _COURTESY.sub("", line)
    line = shorter if len(shorter.split()) > 1 else line
    words = _surname_last(line.split())
    while len(words) > 2 and words[-1].isupper() and words[-1].lower() in _LETTERS_AFTER:
        words = words[:-1]
    line = " ".join(words)
    loud = line.isupper() and any(len(word) > 2 for word in words)
    quiet = line.islower() and len(words) > 1
    return " ".join(
        _cased(word, i, last=i == len(words) - 1, loud=loud, quiet=quiet)
        for i, word in enumerate(words)
    )


def _surname_last(words: list[str]) -> list[str]:
    """ "SMITH Tom" is Tom Smith: capitals are for surnames."""
    loud = [word.isupper() and sum(map(str.isalpha, word)) > 1 for word in words]
    first = next((i for i, capitals in enumerate(loud) if not capitals), 0)
    plain = any(word[1:].islower() for word in words[first:])
    long = any(sum(map(str.isalpha, word)) > 2 for word in words[:first])
    if not (first and plain and long) or any(loud[first:]) or words[0].lower() in _NOT_SURNAMES:
        return words
    return [*words[first:], *words[:first]]


def _cased(word: str, place: int, *, last: bool, loud: bool, quiet: bool) -> str:
    letters = [c for c in word if c.isalpha()]
    lower = word.lower()
    if (loud or quiet or word.isupper()) and lower in _PARTICLES and place and not last:
        return lower
    if quiet:
        return _capital(lower)
    short = len(letters) < 3 and not (loud and len(letters) == 2 and set("AEIOUY") & set(word))
    if short or "." in word or not all(c.isupper() for c in letters):
        return word
    return _capital(lower)


def _capital(word: str) -> str:
    made = re.sub(r"(^|[-'’])(\w)", lambda found: found[1] + found[2].upper(), word.lower())
    made = re.sub(r"(['’])S$", r"\1s", made)
    return re.sub(r"(^|-)Mc(\w)(?=\w{2})", lambda found: f"{found[1]}Mc{found[2].upper()}", made)


# --- several ----------------------------------------------------------------------------------


def _couple(found: re.Match[str]) -> list[str]:
    """ "Mr & Mrs Tom Jones" are Mr Tom Jones and Mrs Jones."""
    first, second, rest = found.groups()
    return [f"{first.title()} {rest}", f"{second.title()} {rest.split()[-1]}"]


def _pieces(line: str) -> Iterator[str]:
    parts = [part for part in _BETWEEN.split(line) if part.strip()]
    if not parts:
        return
    pairs = all(part.count(",") == 1 for part in parts)
    for part in parts:
        chunks = [chunk.strip() for chunk in part.split(",") if chunk.strip()]
        whole = [chunk for chunk in chunks if not is_role(chunk)]
        if len(whole) == 2 and (len(parts) == 1 or pairs) and _is_surname(whole[0], whole[1]):
            yield ", ".join(whole)
        elif len(whole) > 1:
            yield from _chunks(whole)
        else:
            yield part


def _chunks(chunks: list[str]) -> Iterator[str]:
    """Each name among pieces between commas; what follows an address or an age is none."""
    for chunk in chunks:
        if re.search(r"\d", chunk) and not re.match(r"\D{3,}\s", chunk):
            return
        yield chunk
        if re.search(r"\d\w?\s+[A-Z]", chunk):
            return


def _named(piece: str) -> str:
    name = _role_off(piece)
    return name_from(name) if is_name(name) else ""


def _role_off(text: str) -> str:
    bare = _BULLET.sub("", text).strip(" ,")
    return _KIN.sub("", bare).strip(" ,-–:")
