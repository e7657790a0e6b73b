"""The worker process itself: `python -m mailbot.documents.worker_child LIMITS`.

It reads one file after the other and answers with Documents as JSON, until its standard input is
closed. Then, or when its parent has died, it removes its directory and ends with all programs that
it started. What goes over the pipes is in `worker_pieces`.
"""

import errno
import importlib
import json
import os
import select
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO, cast

from mailbot.core.document import Document
from mailbot.documents.document_json import json_of
from mailbot.documents.worker_limits import Limits, allow_processor_seconds, bind
from mailbot.documents.worker_pieces import (
    FAULT,
    LENGTH,
    NO_MEMORY,
    NOT_NOW,
    READ,
    READY,
    TOO_MUCH,
)

_Reader = Callable[..., Document]
#: Faults of the computer that pass: no room on its disk, too many files or programs.
_PASSING = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EAGAIN, errno.ENOMEM, errno.EMFILE}
    | {errno.ENFILE}
)


def main() -> None:
    """Read files as they come over standard input, until it is closed."""
    limits = Limits(**json.loads(sys.argv[1]))
    requests, answers = _pipes()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    bind(limits)
    _send(answers, READY)
    while header := _received(requests):
        content = _received(requests)
        request = json.loads(header)
        allow_processor_seconds(limits.processor_seconds)
        answer = _answer(request["reader"], content, request["place"])
        if len(answer) > limits.answer:
            answer = TOO_MUCH
        _send(answers, answer)
    _end()


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return where requests come from and answers go to, out of the reach of what libraries print.

    Programs that are started get neither: the new descriptors are not inherited.
    """
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _answer(reader: str, content: bytes, place: str) -> bytes:
    try:
        return READ + json_of(_reader(reader)(content, place=place))
    except MemoryError:
        return NO_MEMORY
    except OSError as error:
        return NOT_NOW if error.errno in _PASSING else FAULT + type(error).__name__.encode()
    except Exception as error:  # noqa: BLE001 - the net below every reader
        # Only the class: the text could quote the file.
        return FAULT + type(error).__name__.encode()


def _reader(where: str) -> _Reader:
    module, _, name = where.partition(":")
    return cast(_Reader, getattr(importlib.import_module(module), name))


def _received(pipe: BinaryIO) -> bytes:
    """Return the next piece, b"" when there is none."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return b""
    return pipe.read(LENGTH.unpack(head)[0])


def _send(pipe: BinaryIO, piece: bytes) -> None:
    pipe.write(LENGTH.pack(len(piece)) + piece)
    pipe.flush()


def _end_with_parent() -> None:
    """Wait until nobody holds the other end of standard input any more, then end."""
    poll = select.poll()
    poll.register(0, 0)  # no event asked for: "hung up" is always told
    while not any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll()):
        pass
    _end()


def _end() -> None:
    """Leave nothing behind: neither files nor programs."""
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
