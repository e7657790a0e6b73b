"""Printed lines without a grid around them: paragraphs, rows of columns, columns of prose.

A row is what a reader takes in as one: a paragraph broken into lines, or a label with its answer
beside it, each of them broken or not, level with each other at the top or in the middle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from mailbot.documents.pdf_page import Box, Painted, around
from mailbot.documents.pdf_shapes import Edge
from mailbot.documents.pdf_words import Printed, gap_between, goes_on, is_bullet, wrapped

_HEADING = 1.15  # times the size of most of the text
_LEADING = 1.75  # of the size: lines further apart do not belong together
_TIGHT = 1.5  # of the size: lines of one label
_LEVEL = 0.9  # of the size: lines nearer than this stand beside each other, not below
_GUTTER = 9.0
_BORDER = 6.0  # points: what columns keep free of their neighbours
_RAGGED, _SEVERAL = 30.0, 4  # points: how far apart so many lines of one text may end
_FEWEST_PROSE_LINES = 5
_FULL = 0.85  # of the column's width: a line of prose


@dataclass(slots=True)
class Row:
    """Printed lines that belong together: a paragraph, or a row of columns without rules."""

    starts: list[float]
    columns: list[list[Printed]]
    number: int  # of its first line on the page
    last: float  # base line of the lowest
    right: float  # how far lines may go to the right

    @property
    def box(self) -> Box:
        """Around all of its lines."""
        return around([line.box for column in self.columns for line in column])


def rows_of(lines: list[Printed], page: Painted, rules: Sequence[Edge]) -> list[Row]:
    """Given printed lines from top to bottom, return their rows in reading order.

    No row goes on beyond one of the `rules`.
    """
    right = _right_margin(page, lines)
    cut = _in_order(lines, page)
    rows: list[Row] = []
    for index, segments in enumerate(cut):
        row = rows[-1] if rows else None
        below = cut[index + 1] if index + 1 < len(cut) else []
        if row and _begins_beside(row, segments):
            row.starts.append(segments[1].box.left)
            row.columns.append([])
        start = _label_beside(row, segments, below)
        homes = _homes(row, segments, rules) if row and start is None else None
        if row and homes:
            for home, segment in zip(homes, segments, strict=True):
                row.columns[home].append(segment)
            row.last = segments[0].base
            continue
        starts = [segment.box.left for segment in segments]
        columns = [[segment] for segment in segments]
        if start is not None:
            starts, columns = [start, *starts], [[], *columns]
        rows.append(Row(starts, columns, index + 1, segments[0].base, right))
    return rows


def _begins_beside(row: Row, segments: list[Printed]) -> bool:
    """Whether an answer begins beside the second line of its label."""
    if len(row.starts) > 1 or len(segments) != 2:
        return False
    upper, (lower, answer) = row.columns[0][-1], segments
    near = abs(upper.box.left - lower.box.left) <= 2 and upper.box.right < answer.box.left
    below = lower.base > upper.base
    return near and below and _is_rest_of_label(upper, lower, alone=False)


def _label_beside(row: Row | None, segments: list[Printed], below: list[Printed]) -> float | None:
    """Where the label of a line starts that stands a little below it, level with its middle.

    None for all lines but the first one of an answer that is higher than its label.
    """
    if len(segments) != 1 or not below or below[0].box.right >= segments[0].box.left:
        return None
    answer, label = segments[0], below[0]
    gap, size = label.base - answer.base, answer.size
    same_column = len(below) == 2 and abs(below[1].box.left - answer.box.left) <= 0.6 * size
    if not 0 < gap <= (_TIGHT * size if same_column else _LEVEL * size):
        return None
    if row and row.last < answer.base and answer.base - row.last <= gap + 0.5:
        return None  # nearer to the row above
    return label.box.left


def _right_margin(page: Painted, lines: Sequence[Printed]) -> float:
    """How far lines may go to the right: where several long ones end.

    Without such, as far from the edge as they begin from the left one: a margin taken too wide
    only leaves lines apart, one taken too narrow would join what stands apart.
    """
    long = [line.box.right for line in lines if line.box.width > page.width * 0.5]
    furthest = max(long, default=0.0)
    if sum(furthest - right <= _RAGGED for right in long) >= _SEVERAL:
        return furthest
    left = min((line.box.left for line in lines), default=0.0)
    return max([page.width - left, *(line.box.right for line in lines)])


def _segments(line: Printed) -> list[Printed]:
    """A line cut where there is a gap as wide as a column."""
    pieces = [[line.words[0]]]
    for left, right in zip(line.words, line.words[1:], strict=False):
        if gap_between(left, right, line.column) == "\t" and not is_bullet(left):
            pieces.append([right])
        else:
            pieces[-1].append(right)
    if len(pieces) == 1:
        return [line]
    boxes = [around([word.box for word in words]) for words in pieces]
    return [
        Printed(words, box, line.base, line.size, line.column)
        for words, box in zip(pieces, boxes, strict=True)
    ]


def _in_order(lines: list[Printed], page: Painted) -> list[list[Printed]]:
    """Given lines from top to bottom, return them cut into columns, in reading order."""
    cut = [_segments(line) for line in lines]
    gutter = _gutter(cut, page)
    if gutter is None:
        return cut
    ordered: list[list[Printed]] = []
    left: list[list[Printed]] = []
    right: list[list[Printed]] = []
    for segments in cut:
        crossing = any(s.box.left < gutter < s.box.right for s in segments)
        if crossing:
            ordered += [*left, *right, segments]
            left, right = [], []
            continue
        for side, chosen in (
            (left, [s for s in segments if s.box.right <= gutter]),
            (right, [s for s in segments if s.box.left >= gutter]),
        ):
            if chosen:
                side.append(chosen)
    return [*ordered, *left, *right]


def _gutter(cut: Sequence[Sequence[Printed]], page: Painted) -> float | None:
    """Where two columns of prose part; None where labels stand beside their answers."""
    segments = [segment for line in cut for segment in line]
    if len(segments) < 2 * _FEWEST_PROSE_LINES:
        return None
    body = median(segment.size for segment in segments)
    narrow = [
        segment
        for segment in segments
        if segment.box.width < page.width * 0.55 and segment.size < _HEADING * body
    ]
    middle = page.width / 2
    left = [s for s in narrow if s.box.middle[0] < middle]
    right = [s for s in narrow if s.box.middle[0] >= middle]
    if not (_is_prose(left) and _is_prose(right)):
        return None
    ends = sorted(s.box.right for s in left)
    starts = sorted(s.box.left for s in right)
    edge, start = ends[int(0.9 * len(ends))], starts[int(0.1 * len(starts))]
    return (edge + start) / 2 if start - edge >= _GUTTER else None


def _is_prose(segments: Sequence[Printed]) -> bool:
    """Most lines as long as the column is wide: nobody writes labels or answers so."""
    if len(segments) < _FEWEST_PROSE_LINES:
        return False
    widest = max(segment.box.width for segment in segments)
    full = sum(segment.box.width >= _FULL * widest for segment in segments)
    wordy = sum(len(segment.words) >= 4 for segment in segments)
    return full >= 0.6 * len(segments) and wordy >= 0.7 * len(segments)


def _homes(row: Row, segments: list[Printed], rules: Sequence[Edge]) -> list[int] | None:
    """In which columns of a row the pieces of the next line go on; None if they begin a new row."""
    base, size = segments[0].base, max(segment.size for segment in segments)
    # Not below: with columns read one after the other the next line may be at the top again.
    if not 0 < base - row.last <= _LEADING * size:
        return None
    if any(row.last < rule.at < base - 0.2 * size for rule in rules):
        return None
    homes = []
    for segment in segments:
        slack = 0.6 * size if len(row.starts) > 1 else 3 * size
        near = [i for i, x in enumerate(row.starts) if abs(segment.box.left - x) <= slack]
        if not near:
            return None
        homes.append(near[0])
    if len(set(homes)) < len(homes):
        return None
    beside = len(row.starts) > 1 and min(homes) > 0
    awaited = not row.columns[0] and min(homes) == 0
    if beside or awaited:
        return homes  # the answer of the row above goes on; or here is the label it waited for
    for home, segment in zip(homes, segments, strict=True):
        if not _goes_on(row, home, segment):
            return None
    return homes


def _goes_on(row: Row, column: int, lower: Printed) -> bool:
    if not row.columns[column]:
        return True
    upper = row.columns[column][-1]
    if column == 0 and _is_rest_of_label(upper, lower, alone=len(row.starts) == 1):
        return True
    return goes_on(upper, lower, row.starts[column], _room(row, column))


def _is_rest_of_label(upper: Printed, lower: Printed, *, alone: bool) -> bool:
    """Whether a label goes on below: how wide its column is, nothing says.

    Without an answer beside it (`alone`) only bold words are known for a label.
    """
    ended = upper.text.endswith((":", "?", "."))
    opened = upper.text.count("(") > upper.text.count(")") and ")" in lower.text
    same = upper.bold == lower.bold and (upper.bold or not alone)
    tight = lower.base - upper.base <= _TIGHT * upper.size
    return same and tight and (opened or (not ended and lower.text[:1].islower()))


def _room(row: Row, column: int) -> float:
    last = column == len(row.starts) - 1
    beside = len(row.starts) > 1
    end = row.right if last else row.starts[column + 1]
    return end - row.starts[column] - (_BORDER if beside else 0.0)


def between(row: Row, column: int) -> Callable[[Printed, Printed], str]:
    """Given a row and which of its columns, return what joins two lines there."""
    usual = wrapped(row.starts[column], _room(row, column))
    if column:
        return usual
    alone = len(row.starts) == 1

    def of_label(upper: Printed, lower: Printed) -> str:
        return " " if _is_rest_of_label(upper, lower, alone=alone) else usual(upper, lower)

    return of_label
