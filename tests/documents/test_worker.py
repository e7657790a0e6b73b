"""What a hostile file may do to the process that reads it, and what it cannot do to us."""

import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Cell, Control, Document, Line, Table
from mailbot.core.model import Problem
from mailbot.documents import worker
from mailbot.documents.document_json import document_from_json, json_of
from mailbot.documents.worker import READERS, Apart, Worker
from mailbot.documents.worker_limits import Limits

HERE = "tests.documents.bad_readers"
NAMES = (
    *("read_well", "who_reads", "hang", "spin", "crash", "leave", "devour", "babble", "stumble"),
    *("ended_once", "ended_always", "without_room"),
    *("recurse", "scribble", "write_much", "leave_a_child", "what_it_knows", "forge"),
)
BAD = {name: Apart(where=f"{HERE}:{name}", format="PDF") for name in NAMES}
LIMITS = Limits(
    seconds=20, processor_seconds=60, memory=600_000_000, written=5_000_000, answer=2_000_000
)


@pytest.fixture
def apart() -> Iterator[Worker]:
    reading = Worker(BAD, LIMITS)
    yield reading
    reading.close()


def sentence(document: Document) -> str:
    """The one problem of a Document without blocks, which names the place."""
    (problem,) = document.problems
    assert not document.blocks
    assert problem.place == "2nd attachment, PDF"
    return problem.what


def read(reading: Worker, name: str, content: bytes = b"") -> Document:
    return reading.read(name, content, place="2nd attachment, PDF")


def said(document: Document) -> str:
    (line,) = document.blocks
    assert isinstance(line, Line)
    return line.text


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    for _ in range(100):
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


# --- reading ----------------------------------------------------------------------------------


def test_a_file_is_read_and_its_places_are_those_of_the_mail(apart: Worker) -> None:
    document = apart.read("read_well", b"one\ntwo", place="1st attachment, PDF")

    assert document.blocks == (
        Line(place="line 1", text="one"),
        Line(place="line 2", text="two"),
    )
    (problem,) = document.problems
    assert problem.place == "1st attachment, PDF: 2nd page"


def test_the_same_process_reads_one_file_after_the_other(apart: Worker) -> None:
    assert said(read(apart, "who_reads", b"1")) == said(read(apart, "who_reads", b"2"))


def test_a_file_of_many_megabytes_goes_through_the_pipe(apart: Worker) -> None:
    limits = replace(LIMITS, answer=30_000_000)
    reading = Worker(BAD, limits)
    content = b"word " * 4_000_000
    assert said(read(reading, "read_well", content)) == content.decode()
    reading.close()


def test_the_same_file_in_another_mail_is_read_once_and_has_the_new_place() -> None:
    reading = Worker(BAD, LIMITS)
    first = reading.read("read_well", b"one", place="1st attachment, PDF")
    reading.close()
    again = Worker.read
    reading._asked = lambda *_: pytest.fail("it was read again")  # type: ignore[method-assign]

    second = again(reading, "read_well", b"one", place="4th attachment, PDF")

    assert first.blocks == second.blocks
    assert second.problems[0].place == "4th attachment, PDF: 2nd page"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch, apart: Worker) -> None:
    monkeypatch.setattr(worker, "_MOST_REMEMBERED_BYTES", 3_000)
    for number in range(10):
        read(apart, "read_well", b"x" * 900 + str(number).encode())
    assert 0 < sum(map(len, apart._remembered.values())) <= 3_000

    monkeypatch.setattr(worker, "_MOST_REMEMBERED", 2)
    read(apart, "read_well", b"small")
    assert len(apart._remembered) <= 2


def test_after_some_files_the_process_is_replaced() -> None:
    reading = Worker(BAD, replace(LIMITS, jobs=2))
    pids = [said(read(reading, "who_reads", bytes([number]))) for number in range(4)]
    reading.close()
    assert pids[0] == pids[1]
    assert pids[2] == pids[3] != pids[0]


def test_two_threads_do_not_get_each_others_answers(apart: Worker) -> None:
    wrong = []

    def ask(name: int) -> None:
        for number in range(20):
            text = f"{name}-{number}"
            if said(read(apart, "read_well", text.encode())) != text:
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_every_reader_of_the_program_is_there() -> None:
    for reader in READERS.values():
        module, _, name = reader.where.partition(":")
        source = Path(worker.__file__).with_name(module.rpartition(".")[2] + ".py")
        assert f"def {name}(content: bytes, *, place: str) -> Document:" in source.read_text(
            "utf-8"
        )


# --- what goes wrong ---------------------------------------------------------------------------


def test_each_way_to_fail_has_its_own_sentence_that_says_what_to_do(apart: Worker) -> None:
    sentences = {
        name: sentence(read(apart, name)) for name in ("crash", "devour", "babble", "stumble")
    }
    quick = Worker(BAD, replace(LIMITS, seconds=0.5))
    sentences["hang"] = sentence(read(quick, "hang"))
    quick.close()

    assert len(set(sentences.values())) == len(sentences)
    assert all("a person opens it" in text for text in sentences.values())
    assert "took too long" in sentences["hang"]
    assert "memory" in sentences["devour"]


@pytest.mark.parametrize("name", ["crash", "leave", "devour", "babble", "stumble", "recurse"])
def test_after_a_failure_the_next_file_is_read(apart: Worker, name: str) -> None:
    read(apart, name)
    assert said(read(apart, "read_well", b"one")) == "one"


def test_a_reader_that_computes_for_ever_is_ended_by_the_system() -> None:
    reading = Worker(BAD, replace(LIMITS, seconds=90, processor_seconds=1))
    started = time.monotonic()
    assert "took too long" in sentence(read(reading, "spin"))
    assert time.monotonic() - started < 80
    reading.close()


def test_the_time_counts_for_each_file_and_not_for_all_of_them() -> None:
    reading = Worker(BAD, replace(LIMITS, seconds=2.0))
    first = said(read(reading, "who_reads", b"0"))
    for number in range(6):
        time.sleep(0.4)
        assert said(read(reading, "who_reads", str(number).encode())) == first
    reading.close()


def test_what_a_fault_says_of_the_content_is_not_repeated(apart: Worker) -> None:
    text = sentence(read(apart, "stumble", b"Robin Example"))
    assert "LookupError" in text
    assert "Robin" not in text


def test_what_a_library_prints_does_not_disturb_the_answer(apart: Worker) -> None:
    assert said(read(apart, "scribble")) == "said"


def test_a_file_cannot_fill_the_disk(apart: Worker) -> None:
    assert "could not be read" in sentence(read(apart, "write_much"))


@pytest.mark.parametrize(
    "answer",
    [
        b"D not json",
        b"D[]",
        b'D{"format": 1}',
        b'D{"blocks": [{"rows": [7]}]}',
        b'D{"blocks": [{"text": null}]}',
        b'D{"blocks": [{"place": "", "rows": [[{"columns": -1}]]}]}',
        b"D" + b'{"blocks":[' * 5000,
        b"Frm -rf; <b>",
        b"Z",
        b"",
    ],
)
def test_a_forged_answer_is_a_problem(apart: Worker, answer: bytes) -> None:
    text = sentence(read(apart, "forge", struct.pack(">Q", len(answer)) + answer))
    assert "a person opens it" in text
    assert "rm -rf" not in text


def test_an_answer_that_claims_to_be_endless_is_not_waited_for(apart: Worker) -> None:
    assert "more text" in sentence(read(apart, "forge", struct.pack(">Q", 1 << 60)))


def test_no_process_is_a_problem_too_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reading = Worker(BAD, LIMITS)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/nowhere/python")
        assert "started no process" in sentence(read(reading, "read_well", b"one"))
    assert not list(tmp_path.iterdir())
    assert said(read(reading, "read_well", b"one")) == "one"
    reading.close()
    assert not list(tmp_path.iterdir())


def test_a_process_that_somebody_ended_is_replaced(apart: Worker) -> None:
    pid = int(said(read(apart, "who_reads", b"1")))
    os.kill(pid, signal.SIGKILL)
    assert said(read(apart, "read_well", b"one")) == "one"


def test_a_file_whose_reader_the_system_ended_is_read_once_more(
    apart: Worker, tmp_path: Path
) -> None:
    assert said(read(apart, "ended_once", str(tmp_path / "note").encode())) == "read"


def test_what_the_computer_failed_at_says_nothing_of_the_file_and_is_tried_again(
    apart: Worker, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    for name in ("ended_always", "without_room"):
        (problem,) = read(apart, name, str(note).encode()).problems
        assert problem.passing
    note.write_text("", "utf-8")
    assert said(read(apart, "without_room", str(note).encode())) == "read"
    (problem,) = read(apart, "crash").problems
    assert not problem.passing


def test_a_program_that_comes_over_standard_input_reads_files_too(tmp_path: Path) -> None:
    """Its first place to import from is "", the directory in which it was started."""
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    script = f"""
from mailbot.documents.worker import apart
print(apart("workbook", open({str(tmp_path / "a.xlsx")!r}, "rb").read(), place="it").problems)
"""
    done = subprocess.run(
        [sys.executable, "-"],
        input=script,
        env={name: text for name, text in os.environ.items() if name != "PYTHONPATH"},
        cwd=Path(worker.__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "damaged" in done.stdout


# --- what it leaves behind, what it knows -------------------------------------------------------


def test_the_process_knows_no_secret_of_ours(
    monkeypatch: pytest.MonkeyPatch, apart: Worker
) -> None:
    monkeypatch.setenv("MAILBOT_PASSWORD", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    directory, *names = said(read(apart, "what_it_knows")).split("\n")
    assert not {"MAILBOT_PASSWORD", "HTTPS_PROXY"} & set(names)
    assert Path(directory).name.startswith("mailbot-worker-")
    apart.close()
    assert not Path(directory).exists()


def test_the_programs_it_started_end_with_it(tmp_path: Path) -> None:
    reading = Worker(BAD, replace(LIMITS, seconds=3))
    note = tmp_path / "pid"
    assert "took too long" in sentence(read(reading, "leave_a_child", str(note).encode()))
    assert gone(int(note.read_text("utf-8")))


def test_when_we_are_killed_the_process_ends_and_leaves_no_files(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from mailbot.documents.worker import Worker
from tests.documents.test_worker import BAD, LIMITS, said, read
reading = Worker(BAD, LIMITS)
print(said(read(reading, "who_reads")), flush=True)
print(said(read(reading, "what_it_knows")).split(chr(10))[0], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    pid, directory = done.stdout.split()
    assert gone(int(pid))
    assert not Path(directory).exists()


def test_a_run_that_ends_leaves_no_process(tmp_path: Path) -> None:
    script = """
from mailbot.documents import worker
worker._WORKER._readers = {"it": worker.Apart(where="tests.documents.bad_readers:who_reads",
                                              format="PDF")}
print(worker.apart("it", b"", place="").blocks[0].text)
"""
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    assert gone(int(done.stdout))


def test_an_interruption_does_not_leave_an_answer_for_the_next_file(
    monkeypatch: pytest.MonkeyPatch, apart: Worker
) -> None:
    read(apart, "read_well", b"one")
    process = apart._process
    assert process

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_took", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(apart, "read_well", b"two")
    assert said(read(apart, "read_well", b"three")) == "three"


# --- Documents as JSON ---------------------------------------------------------------------------

_texts = st.text(st.characters(codec="utf-8"), max_size=12)


def _of(kind: object, depth: int) -> st.SearchStrategy:
    """Given a type of the contract's attributes, return a strategy for it."""
    if kind is str:
        return _texts
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(1, 5000)
    if kind is NoneType:
        return st.none()
    if isinstance(kind, type) and is_dataclass(kind):
        return _filled(kind, depth)
    arguments = get_args(kind)
    if get_origin(kind) is UnionType or isinstance(kind, UnionType):
        return st.one_of(*(_of(argument, depth) for argument in arguments))
    if get_origin(kind) is tuple:
        if depth <= 0 and arguments[0] is Table:
            return st.just(())
        return st.lists(_of(arguments[0], depth - 1), max_size=2).map(tuple)
    return st.dictionaries(_texts, _texts, max_size=2)


def _filled(kind: type, depth: int) -> st.SearchStrategy:
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: _of(hints[f.name], depth) for f in fields(kind)})


@given(_filled(Document, 6))
def test_a_document_is_the_same_after_its_way_as_json(document: Document) -> None:
    assert document_from_json(json_of(document)) == document


def test_every_attribute_of_the_contract_goes_the_way_as_json() -> None:
    control = Control(name="n", title="t", text="x", ticked=True, placeholder=True, options=("a",))
    marks = {"strong": True, "marked": ("m",), "struck": ("s",), "controls": (control,)}
    inner = Table(place="in", rows=((Cell(text="deep"),), ()), header=True, first_row=7)
    cell = Cell(text="c", columns=3, continues=True, unsure=True, tables=(inner,), **marks)
    line = Line(place="p", text="l", heading=True, unsure=True, quoted=True, margin=True, **marks)
    document = Document(
        format="F",
        blocks=(line, Table(place="t", rows=((cell,),))),
        properties={"a": "b"},
        problems=(Problem(place="p", what="w"),),
        scanned=True,
        comments=(line,),
    )
    assert document_from_json(json_of(document)) == document


def test_a_lone_surrogate_does_not_stop_the_answer() -> None:
    document = Document(format="F", blocks=(Line(place="p", text="a\ud800b"),))
    (line,) = document_from_json(json_of(document)).blocks
    assert isinstance(line, Line)
    assert line.text == "a?b"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | _texts,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["format", "blocks", "rows", "text", "place", "cells", "controls"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_no_json_makes_more_than_a_value_error(value: object) -> None:
    try:
        document_from_json(json.dumps(value).encode())
    except ValueError:
        return
