"""What `mailbot read` shows people of each file: what was read, from where, and how sure it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = dict[str, Any]

_SHOWN = 120  # characters of one value in a table
COLUMNS = {"field": "field", "value": "value", "sure": "how sure", "place": "from where"}
LABELS = {"label": "label not understood", "place": "where", "may_mean": "closest fields"}
SNIPPET_HEAD = (
    "# To have these labels understood, put this at the end of config/forms.toml, once you have",
    "# checked that each stands under the field it means. Rename unknown-form after whose form it",
    "# is: each form has a name of its own.",
)
SNIPPET_FOOT = (
    "# A label above that stands in a comment is yours to place: write it into a table like these",
    "# two lines, with the field that it means for FIELD. If a table of that field stands above,",
    "# add it to the labels there. All fields stand in config/forms.toml, below [fields].",
    '#     [form.unknown-form.fields."FIELD"]',
)


def needs_a_person(reading: Row) -> bool:
    """Given what was read of a file, return whether somebody must look at it."""
    return bool(reading.get("problems")) or any(part.get("problems") for part in reading["parts"])


def heading(reading: Row) -> Iterator[str]:
    """Given what was read of a file, return which file, and what mail it is."""
    yield str(reading["file"])
    if "class" in reading:
        yield f"  mail: {reading['class']}"


def lines_of(reading: Row) -> Iterator[str]:
    """Given what was read of a file, return it as lines for a person."""
    yield from heading(reading)
    for part in reading["parts"]:
        yield part_line(part)
        for row in rows_of(part):
            if row["sure"] == "read":
                yield f"    {row['field']}: {row['value']}   [{row['place']}]"
            elif row["sure"] != "blank":
                yield f"    {row['field']}: {row['sure']}"
    yield from problems_of(reading)


def part_line(part: Row) -> str:
    """Given one form as read, return where it stands and what it is."""
    return f"  {part['place']}: {part['document'].replace('_', ' ')}"


def rows_of(part: Row) -> list[Row]:
    """Given one form as read, return a row for each of its fields, those that were read first."""
    rows: list[Row] = [
        {
            "field": name,
            "value": in_words(value, longest=_SHOWN),
            "sure": "read",
            "place": part["places"][name],
        }
        for name, value in (part.get("fields", {}) | part.get("further", {})).items()
    ]
    for key, words in (
        ("cannot_tell", "cannot tell"),
        ("not_known", "says not known"),
        ("blank", "blank"),
    ):
        rows += [{"field": name, "value": "", "sure": words} for name in part.get(key, ())]
    return rows


def problems_of(reading: Row) -> Iterator[str]:
    """Given what was read of a file, return each sentence about it once."""
    said = list(reading.get("problems", ()))
    for part in reading["parts"]:
        said += part.get("problems", ())
    for sentence in dict.fromkeys(said):
        yield f"  {sentence}"


def label_rows(reading: Row) -> list[Row]:
    """Given what was read of a file, return its labels not understood with the closest fields."""
    rows = []
    for one in reading.get("labels_not_understood", ()):
        likely = [f"{m['field']} (“{m['label']}”)" for m in one.get("may_mean", ())]
        place = f"{one['part']}, {one['place']}" if one["place"] else one["part"]
        rows.append({"label": one["label"], "place": place, "may_mean": "; ".join(likely)})
    return rows


def snippet(readings: Sequence[Row]) -> list[str]:
    """Given files as read, return lines for forms.toml that make their labels understood."""
    tables: dict[str, list[str]] = {}
    comments: dict[str, None] = {}
    for text in (reading["forms_toml"] for reading in readings if "forms_toml" in reading):
        head = ""
        for line in text.splitlines():
            if line.startswith("["):
                head = line
            elif line.startswith("labels = "):
                tables.setdefault(head, []).extend(_quoted(line))
            elif line:
                comments[line] = None
    lines: list[str] = []
    for head, labels in tables.items():
        lines += [head, f"labels = [{', '.join(dict.fromkeys(labels))}]", ""]
    lines += comments
    if comments:
        label = next(iter(comments)).partition(': "')[2].rstrip('"')
        lines += ["", *SNIPPET_FOOT, f'#     labels = ["{label}"]']
    return [*SNIPPET_HEAD, "", *lines] if lines else []


def _quoted(line: str) -> list[str]:
    # Labels are in normal form: small letters, digits and blanks, so no quotation mark is inside.
    return [f'"{label}"' for label in line.partition("[")[2].split('"')[1::2]]


def in_words(value: object, *, longest: int = 100_000) -> str:
    """Given a value of a field, return it for a person, cut after so many characters."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        # A name first, in whatever order a store gives them back.
        names = sorted(value, key=lambda name: name != "name")
        return ", ".join(str(value[name]) for name in names if value[name])
    if isinstance(value, list | tuple):
        return "; ".join(in_words(one, longest=longest) for one in value)
    text = " ".join(str(value).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
