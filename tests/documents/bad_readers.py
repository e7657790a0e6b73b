"""Readers as hostile files make them: they hang, crash, take all memory, answer without end."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from mailbot.core.document import Document, Line
from mailbot.core.model import Problem


def read_well(content: bytes, *, place: str) -> Document:
    """Answer with what stands in the file, and with its place."""
    lines = tuple(
        Line(place=f"line {number}", text=text)
        for number, text in enumerate(content.decode().splitlines(), start=1)
    )
    problem = Problem(place=f"{place}: 2nd page", what="cannot be read: a person opens it.")
    return Document(format="test", blocks=lines, problems=(problem,))


def who_reads(content: bytes, *, place: str) -> Document:
    """Answer with the process that read it."""
    return _said(str(os.getpid()))


def hang(content: bytes, *, place: str) -> Document:
    """Sleep for ever."""
    while True:
        time.sleep(1)


def spin(content: bytes, *, place: str) -> Document:
    """Compute for ever."""
    while True:
        pass


def crash(content: bytes, *, place: str) -> Document:
    """Die as a C library dies."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return _said("")


def ended_once(content: bytes, *, place: str) -> Document:
    """Be ended by the system the first time, and read the file the second time."""
    note = Path(content.decode())
    if not note.exists():
        note.write_text("", "utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return _said("read")


def ended_always(content: bytes, *, place: str) -> Document:
    """Be ended by the system."""
    os.kill(os.getpid(), signal.SIGKILL)
    return _said("")


def without_room(content: bytes, *, place: str) -> Document:
    """Find the disk full, until a file says that it is not."""
    if not Path(content.decode()).exists():
        raise OSError(errno.ENOSPC, "No space left on device")
    return _said("read")


def leave(content: bytes, *, place: str) -> Document:
    """End as a program ends that calls exit."""
    os._exit(0)


def devour(content: bytes, *, place: str) -> Document:
    """Take memory without end."""
    taken = []
    while True:
        taken.append(bytearray(50_000_000))


def babble(content: bytes, *, place: str) -> Document:
    """Answer more than anybody reads."""
    return _said("word " * 2_000_000)


def stumble(content: bytes, *, place: str) -> Document:
    """Raise what nobody expected, with content in its text."""
    raise LookupError(content.decode())


def recurse(content: bytes, *, place: str) -> Document:
    """Go down without end."""
    return recurse(content, place=place)


def scribble(content: bytes, *, place: str) -> Document:
    """Print into what was the pipe."""
    sys.stdout.write("not an answer")
    sys.stdout.flush()
    os.write(1, b"\0" * 200)
    os.write(2, b"a warning")
    return _said("said")


def write_much(content: bytes, *, place: str) -> Document:
    """Fill the disk."""
    with Path("much").open("wb") as file:
        while True:
            file.write(bytes(1_000_000))


def leave_a_child(content: bytes, *, place: str) -> Document:
    """Start a program that goes on, and say its number; then, if told so, hang beside it."""
    child = subprocess.Popen(["sleep", "600"])
    Path(content.decode()).write_text(str(child.pid), "utf-8")
    return hang(content, place=place)


def what_it_knows(content: bytes, *, place: str) -> Document:
    """Answer with the environment and the directory."""
    return _said("\n".join([os.getcwd(), *sorted(os.environ)]))


def forge(content: bytes, *, place: str) -> Document:
    """Write the file into the answers' pipe, as a parser that was taken over might."""
    pipes = [int(name) for name in os.listdir("/proc/self/fd")]
    mine = [fd for fd in pipes if fd > 2 and _is_writable_pipe(fd)]
    for fd in mine:
        os.write(fd, content)
    time.sleep(60)
    return _said("")


def _is_writable_pipe(fd: int) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:") and bool(
            int(Path(f"/proc/self/fdinfo/{fd}").read_text().split()[3], 8) & os.O_WRONLY
        )
    except OSError:
        return False


def reach_out(content: bytes, *, place: str) -> Document:
    """Connect to somebody."""
    with socket.create_connection(("127.0.0.1", int(content)), timeout=2):
        return _said("connected")


def _said(text: str) -> Document:
    return Document(format="test", blocks=(Line(place="line 1", text=text),))
