"""What can hang or explode is read apart, in one warm process that is killed and replaced.

PDF, old Office formats, pictures: their parsers are large, and a hostile file may take one over,
fill the memory or never end. So they run in a process of their own, bound by `worker_limits`, with
an environment that holds no secret. What comes back is a Document made of JSON (`document_json`);
whatever happens in there, here it is at worst a Document with one problem.
"""

import atexit
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailbot.core.document import Block, Document, Line
from mailbot.core.model import Problem
from mailbot.documents.document_json import document_from_json
from mailbot.documents.worker_limits import Limits
from mailbot.documents.worker_pieces import (
    BROKE,
    FAULT,
    KILLED,
    NO_MEMORY,
    NOT_NOW,
    READ,
    TOO_LONG,
    TOO_MUCH,
)
from mailbot.documents.worker_process import NotStartedError, Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A reader that runs in the worker process."""

    where: str  # "module:function"
    format: str  # what a person calls such a file
    seconds: float = 0.0  # of wall time; 0 for the usual


#: The name that the router uses -> the reader.
READERS: Mapping[str, Apart] = {
    "pdf": Apart(where="mailbot.documents.pdf:read_pdf", format="PDF", seconds=120.0),
    "office": Apart(where="mailbot.documents.office:read_office", format="old Office format"),
    "picture": Apart(
        where="mailbot.documents.pictures:read_picture", format="picture", seconds=90.0
    ),
    "word": Apart(where="mailbot.documents.word:read_word", format="Word"),
    "workbook": Apart(where="mailbot.documents.workbook:read_workbook", format="Excel"),
}

_SENTENCES = {
    TOO_LONG: "took too long to read and was left: a person opens it.",
    BROKE: "broke off the program that reads it, or took all its memory: a person opens it, with "
    "care.",
    NO_MEMORY: "needs more memory than reading may take: a person opens it.",
    TOO_MUCH: "holds more text than is taken from one file: a person opens it.",
}
_FAULT = "could not be read, a fault of mailbot ({fault}): a person opens it."
_FORGED = "was answered for in a way that makes no sense: a person opens it, with care."
_NOT_STARTED = (
    "was not read, because the computer started no process to read it: a person opens it, and "
    "tells whoever looks after the computers."
)
#: What says nothing about the file.
_PASSING = {
    NOT_NOW: "was not read, because the computer had no room to read it: a person opens it, and "
    "tells whoever looks after the computers.",
    KILLED: "was not read, because the computer ended the program that reads it: a person opens "
    "it, and tells whoever looks after the computers.",
}
#: Stands for the place while a file is read, so that what is remembered fits every place.
_PLACE = "\N{OBJECT REPLACEMENT CHARACTER}place"
_MOST_REMEMBERED = 48
_MOST_REMEMBERED_BYTES = 24_000_000


class Worker:
    """One warm process and what it has read lately. It is started when the first file comes."""

    def __init__(
        self, readers: Mapping[str, Apart] = READERS, limits: Limits | None = None
    ) -> None:
        self._readers = readers
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._remembered: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()

    def read(self, reader_name: str, content: bytes, *, place: str) -> Document:
        """Given a reader's name and the bytes of a file, return what stands in it.

        What was read lately is not read again, wherever it now stands.
        """
        reader = self._readers[reader_name]
        key = (reader_name, hashlib.sha256(content).digest())
        with self._lock:
            answer = self._remembered.get(key)
            if answer is None:
                try:
                    was_used = self._process is not None
                    answer = self._asked(reader, content)
                    if answer == KILLED or (answer == BROKE and was_used):
                        # The system, or an earlier file, may have brought the process down.
                        answer = self._asked(reader, content)
                except NotStartedError:
                    return _unread(reader, place, _NOT_STARTED, passing=True)
            if answer not in (BROKE, *_PASSING):
                self._remember(key, answer)
        return _document(answer, reader, place)

    def close(self) -> None:
        """End the process and all that it started. The next file starts another."""
        # At exit somebody may still be reading; the process then ends with us, by its own watch.
        if self._lock.acquire(timeout=2):
            self._end()
            self._lock.release()

    def _asked(self, reader: Apart, content: bytes) -> bytes:
        request = json.dumps({"reader": reader.where, "place": _PLACE}).encode()
        seconds = reader.seconds or self._limits.seconds
        try:
            process = self._running()
            answer = process.exchange((request, content), seconds)
        except BaseException:
            # Also when we are interrupted: an answer that nobody took would answer the next file.
            self._end()
            raise
        if answer[:1] not in (READ, FAULT) or process.jobs >= self._limits.jobs:
            self._end()
        return answer

    def _running(self) -> Process:
        if self._process and not self._process.is_running():
            self._end()
        self._process = self._process or Process(self._limits)
        return self._process

    def _end(self) -> None:
        if self._process:
            self._process.end()
            self._process = None

    def _remember(self, key: tuple[str, bytes], answer: bytes) -> None:
        self._remembered[key] = answer
        self._remembered.move_to_end(key)
        while (
            len(self._remembered) > _MOST_REMEMBERED
            or sum(map(len, self._remembered.values())) > _MOST_REMEMBERED_BYTES
        ):
            self._remembered.popitem(last=False)


_WORKER = Worker()
atexit.register(_WORKER.close)


def apart(reader_name: str, content: bytes, *, place: str) -> Document:
    """Given the name of a reader in `READERS` and a file's bytes, read it in the worker process.

    Too long, too much, broken off: a Document without blocks and with one problem.
    """
    return _WORKER.read(reader_name, content, place=place)


def _document(answer: bytes, reader: Apart, place: str) -> Document:
    kind = answer[:1]
    if kind == FAULT:
        # The name of an exception's class; whatever else a process taken over sends is not shown.
        fault = answer[1:60].decode("ascii", "replace")
        return _unread(
            reader, place, _FAULT.format(fault=fault if fault.isidentifier() else "unknown")
        )
    if kind in _PASSING:
        return _unread(reader, place, _PASSING[kind], passing=True)
    if kind != READ:
        return _unread(reader, place, _SENTENCES.get(kind, _FORGED))
    try:
        return _placed(document_from_json(answer[1:]), place)
    except ValueError:
        return _unread(reader, place, _FORGED)


def _unread(reader: Apart, place: str, sentence: str, *, passing: bool = False) -> Document:
    what = f"The attachment ({reader.format}) {sentence}"
    problem = Problem(place=place, what=what, passing=passing)
    return Document(format=reader.format, problems=(problem,))


def _placed(document: Document, place: str) -> Document:
    """Given a Document read in no place, return it in this one."""

    def here(text: str) -> str:
        return text.replace(_PLACE, place)

    def moved(block: Block) -> Block:
        if isinstance(block, Line):
            return replace(block, place=here(block.place))
        return replace(block, place=here(block.place))

    return replace(
        document,
        blocks=tuple(moved(block) for block in document.blocks),
        problems=tuple(
            replace(problem, place=here(problem.place)) for problem in document.problems
        ),
        comments=tuple(replace(line, place=here(line.place)) for line in document.comments),
    )
