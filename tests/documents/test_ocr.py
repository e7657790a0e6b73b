"""Pictures of forms: words are read, ticks never, and what cannot be read is said."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mailbot.core.document import UNKNOWN_BOX, Block, Document, Line, Table
from mailbot.documents import ocr, pictures, worker
from mailbot.documents.ocr import NotReadError, ocr_blocks
from mailbot.documents.ocr_layout import Word, blocks_from
from mailbot.documents.pictures import read_picture
from mailbot.documents.scan_shapes import Shapes, Stroke, grids_in
from tests.documents.picture_kit import draw_box, page, ruled, saved, shadowed, write

needs_tesseract = pytest.mark.needs("tesseract")
PLACE = "1st attachment, picture"
OUTLINE = (
    "Robin was taken to hospital after being found at home.\n"
    "The mother called the ambulance and the police attended\n"
    "on the same evening.\n"
    "A second paragraph."
)
ROWS = (
    ("Name of child", "Robin Example"),
    ("Date of birth", "3 March 2016"),
    ("Case outline", OUTLINE),
    ("Agency", "Example Community Health"),
)


def form() -> Image.Image:
    picture = page()
    write(picture, (120, 100), "Notification of a serious incident")
    ruled(picture, 220, ROWS)
    write(picture, (120, 900), "Signed: Sam Sample")
    return picture


def answers(blocks: tuple[Block, ...]) -> dict[str, str]:
    return {row[0].text: row[1].text for b in blocks if isinstance(b, Table) for row in b.rows}


def lines(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Line)]


def text_of(blocks: tuple[Block, ...]) -> str:
    cells = [c.text for b in blocks if isinstance(b, Table) for row in b.rows for c in row]
    return "\n".join([*lines(blocks), *cells])


def sentence(document: Document) -> str:
    (problem,) = document.problems
    assert problem.place == PLACE
    return problem.what


# --- words --------------------------------------------------------------------------------------


@needs_tesseract
def test_a_ruled_form_is_read_cell_by_cell_and_wrapped_lines_are_joined() -> None:
    document = read_picture(saved(form()), place=PLACE)

    assert document.scanned
    assert not document.problems
    assert lines(document.blocks) == ["Notification of a serious incident", "Signed: Sam Sample"]
    assert [type(block) for block in document.blocks] == [Line, Table, Line]
    found = answers(document.blocks)
    assert found["Name of child"] == "Robin Example"
    assert found["Date of birth"] == "3 March 2016"
    assert found["Case outline"].replace("\n", " ") == OUTLINE.replace("\n", " ")
    assert found["Case outline"].endswith("evening.\nA second paragraph.")


@needs_tesseract
@pytest.mark.parametrize("turn", [-2.0, 1.3, 90, 180, 270])
def test_a_page_that_lay_askew_or_on_its_side_is_read_all_the_same(turn: float) -> None:
    askew = form().rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    found = answers(ocr_blocks(askew))
    assert found["Name of child"] == "Robin Example"
    assert found["Agency"] == "Example Community Health"


@needs_tesseract
def test_a_photograph_in_bad_light_is_read() -> None:
    found = answers(ocr_blocks(shadowed(form())))
    assert found["Name of child"] == "Robin Example"
    assert found["Agency"] == "Example Community Health"


@needs_tesseract
def test_columns_without_lines_are_parted_by_tabs() -> None:
    picture = page()
    for row, (label, answer) in enumerate(ROWS):
        write(picture, (120, 200 + row * 80), label)
        write(picture, (800, 200 + row * 80), answer.partition("\n")[0][:30])
    write(picture, (800, 200 + 4 * 80), "Children's Services")
    found = lines(ocr_blocks(picture))

    assert found[0] == "Name of child\tRobin Example"
    assert found[3] == "Agency\tExample Community Health"
    assert found[4].startswith("\tChildren")


@needs_tesseract
def test_what_was_hard_to_read_is_not_said_with_confidence() -> None:
    picture = page()
    write(picture, (120, 200), "Name of child: Robin Example of Luton")
    faint = picture.resize((206, 292)).resize(picture.size, Image.Resampling.BICUBIC)
    assert not any(isinstance(b, Line) and not b.unsure for b in ocr_blocks(faint))
    assert not any(isinstance(b, Line) and b.unsure for b in ocr_blocks(picture))


# --- ticks --------------------------------------------------------------------------------------


@needs_tesseract
@pytest.mark.parametrize("mark", ["", "cross", "tick", "blot"])
def test_a_box_is_a_box_whatever_stands_in_it_and_never_a_tick(mark: str) -> None:
    picture = page()
    write(picture, (120, 100), "Please say what has happened to the child")
    for row, word in enumerate(("Death", "Serious harm", "Neglect at home")):
        end = draw_box(picture, (150, 204 + row * 90), mark)
        write(picture, (end + 16, 200 + row * 90), word)
    found = lines(ocr_blocks(picture))[1:]

    assert found == [f"{UNKNOWN_BOX} {w}" for w in ("Death", "Serious harm", "Neglect at home")]


@needs_tesseract
def test_a_box_does_not_run_into_the_word_beside_it() -> None:
    picture = page()
    ruled(picture, 200, [("Is the child known to you", ""), ("Name of child", "Robin Example")])
    write(picture, (draw_box(picture, (640, 216), "cross") + 4, 212), "Yes")
    write(picture, (draw_box(picture, (840, 216)) + 4, 212), "No")

    found = answers(ocr_blocks(picture))
    assert found["Is the child known to you"].split() == [UNKNOWN_BOX, "Yes", UNKNOWN_BOX, "No"]


@needs_tesseract
def test_ticks_typed_with_brackets_are_no_ticks_either() -> None:
    picture = page()
    write(picture, (120, 200), "[x] Death of a child    [ ] Serious harm to a child")
    text = text_of(ocr_blocks(picture))
    assert "x]" not in text
    assert text.count(UNKNOWN_BOX) == 2


@pytest.mark.parametrize(
    "read_as", ["☒", "☑", "✓", "[x]", "[X]", "[ ]", "[]", "(x)", "( )", "☐", "■", "✗"]
)
def test_whatever_a_box_is_read_as_no_tick_comes_of_it(read_as: str) -> None:
    words = [
        Word(left=x, top=0, right=x + 60, bottom=30, text=text)
        for x, text in ((0, read_as), (80, "Yes"))
    ]
    (found,) = blocks_from(words, (), ())
    assert isinstance(found, Line)
    assert found.text == f"{UNKNOWN_BOX} Yes"


# --- layout -----------------------------------------------------------------------------------


def word(text: str, left: int, top: int) -> Word:
    return Word(left=left, top=top, right=left + 20 * len(text), bottom=top + 30, text=text)


def test_cells_merged_across_and_downwards_keep_their_shape() -> None:
    across = (*(Stroke(y, 0, 600) for y in (0, 100, 300)), Stroke(200, 300, 600))
    down = (Stroke(0, 0, 300), Stroke(600, 0, 300), Stroke(300, 100, 300))
    grids = grids_in(Shapes(across=across, down=down), letter=30)
    words = [word("all", 20, 40), word("tall", 20, 180), word("a", 320, 140), word("b", 320, 240)]
    (table,) = blocks_from(words, (), grids, page=2)

    assert isinstance(table, Table)
    assert table.place == "page 2, table 1"
    assert [[(c.text, c.columns, c.continues) for c in row] for row in table.rows] == [
        [("all", 2, False)],
        [("tall", 1, False), ("a", 1, False)],
        [("", 1, True), ("b", 1, False)],
    ]


def test_a_frame_round_the_page_and_lines_to_write_on_are_no_table() -> None:
    frame = Shapes(
        across=(Stroke(0, 0, 900), Stroke(900, 0, 900), Stroke(300, 200, 700)),
        down=(Stroke(0, 0, 900), Stroke(900, 0, 900)),
    )
    assert not grids_in(frame, letter=30)


@given(
    st.lists(
        st.tuples(
            st.text("abcXYZ0123456789", min_size=2, max_size=8),
            st.integers(0, 1500),
            st.integers(0, 2000),
        ),
        max_size=30,
    ),
    st.lists(st.tuples(st.integers(0, 1600), st.integers(0, 1600)), max_size=12),
)
def test_no_word_is_lost_whatever_lines_are_found(
    placed: list[tuple[str, int, int]], strokes: list[tuple[int, int]]
) -> None:
    shapes = Shapes(
        across=tuple(Stroke(a, 0, 1600) for a, _ in strokes),
        down=tuple(Stroke(b, 0, 1600) for _, b in strokes),
    )
    words = [word(*one) for one in placed]
    said = text_of(blocks_from(words, (), grids_in(shapes, letter=30))).split()
    assert sorted(said) == sorted(text for text, _, _ in placed)


# --- files --------------------------------------------------------------------------------------


@needs_tesseract
def test_every_page_of_a_fax_is_read_with_its_place() -> None:
    second = page()
    write(second, (120, 200), "Name of mother: Jo Example")
    content = saved(
        form().convert("1"),
        "TIFF",
        save_all=True,
        append_images=[second.convert("1")],
        compression="group4",
    )
    document = read_picture(content, place=PLACE)

    assert answers(document.blocks)["Name of child"] == "Robin Example"
    assert document.blocks[0].place == "page 1, line 1"
    assert document.blocks[-1] == Line(place="page 2, line 1", text="Name of mother: Jo Example")


def test_of_many_pages_only_some_are_read_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def counted(_: Image.Image, *, page: int, seconds: float) -> tuple[Block, ...]:
        read.append(page)
        return (Line(place=f"page {page}, line 1", text="word"),)

    monkeypatch.setattr(pictures, "ocr_blocks", counted)
    pages = [Image.new("1", (600, 600), 1) for _ in range(14)]
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    assert "has 14 pages, of which 12 were read" in sentence(read_picture(content, place=PLACE))
    assert read == list(range(1, 13))


@needs_tesseract
def test_a_photograph_that_says_how_it_was_held_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the page is on the right
    content = saved(form().rotate(90, expand=True), "JPEG", exif=exif)
    document = read_picture(content, place=PLACE)
    assert answers(document.blocks)["Name of child"] == "Robin Example"


@needs_tesseract
def test_words_on_nothing_are_read_as_words_on_white() -> None:
    clear = Image.new("RGBA", (1000, 300), (0, 0, 0, 0))
    ink = Image.new("L", clear.size, 255)
    write(ink, (40, 100), "Name: Robin Example")
    clear.putalpha(ink.point([255 - v for v in range(256)]))
    document = read_picture(saved(clear), place=PLACE)
    assert lines(document.blocks) == ["Name: Robin Example"]


def test_a_logo_is_neither_read_nor_a_problem() -> None:
    logo = Image.new("RGB", (320, 120), "navy")
    assert read_picture(saved(logo), place=PLACE) == Document(format="picture", scanned=True)


@needs_tesseract
def test_a_photograph_without_words_is_for_a_person() -> None:
    document = read_picture(saved(Image.new("RGB", (1200, 900), "green")), place=PLACE)
    assert "a person looks at it" in sentence(document)


def huge_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (saved(Image.new("L", (900, 900), 200))[:200], "damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(60), "damaged"),
        (b"II*\0" + b"\xff" * 60, "damaged"),
        (huge_png(), "damaged"),
        (saved(Image.new("1", (7_000, 7_000))), "larger than any page"),
    ],
)
def test_what_is_no_picture_or_too_large_a_one_is_named(content: bytes, words: str) -> None:
    document = read_picture(content, place=PLACE)
    assert words in sentence(document)
    assert not document.blocks


def test_without_tesseract_a_picture_is_a_named_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    document = read_picture(saved(form()), place=PLACE)
    whole = "The picture was not read, because Tesseract is not installed: a person reads it."
    assert sentence(document) == whole
    assert not document.blocks


@needs_tesseract
def test_a_page_that_takes_too_long_is_left() -> None:
    with pytest.raises(NotReadError, match="took too long"):
        ocr_blocks(form(), seconds=0.02)


@needs_tesseract
def test_a_picture_is_read_in_the_worker_process() -> None:
    reading = worker.Worker()
    document = reading.read("picture", saved(form()), place=PLACE)
    reading.close()
    assert answers(document.blocks)["Name of child"] == "Robin Example"


KINDS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
SMALL = {
    kind: saved(Image.effect_mandelbrot((420, 220), (-2, -1, 1, 1), 20), kind) for kind in KINDS
}


@settings(max_examples=200)
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_no_torn_picture_lets_an_exception_out(kind: str, data: st.DataObject) -> None:
    content = bytearray(SMALL[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, min(len(content), 400) - 1))] = data.draw(
            st.integers(0, 255)
        )
    del content[data.draw(st.integers(20, len(content))) :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ocr, "is_installed", lambda: False)
        document = read_picture(bytes(content), place=PLACE)
    assert not document.blocks
    assert len(document.problems) <= 1


def test_the_kit_writes_what_pillow_reads() -> None:
    assert Image.open(BytesIO(saved(page()))).size == page().size
