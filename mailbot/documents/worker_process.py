"""Our end of the worker process: started, asked within a time, ended with all that it started."""

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO

from mailbot.documents.worker_limits import Limits
from mailbot.documents.worker_pieces import BROKE, KILLED, LENGTH, READY, TOO_LONG, TOO_MUCH

_CHUNK = 1 << 20
#: Of our environment, what the programs of the worker need; no secret is among it.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")


class NotStartedError(Exception):
    """The system let no process be started, or it did not come up."""


class Process:
    """A running worker process and its pipes. One question at a time."""

    def __init__(self, limits: Limits) -> None:
        """Start it. Raises `NotStartedError`."""
        self.jobs = 0
        self._limits = limits
        try:
            self._directory = tempfile.mkdtemp(prefix="mailbot-worker-")
            self._popen = _started(limits, self._directory)
        except OSError as error:
            raise NotStartedError from error
        self._in, self._out = _pipe(self._popen.stdin), _pipe(self._popen.stdout)
        if self._answer((), limits.start_seconds) != READY:
            self.end()
            raise NotStartedError

    def is_running(self) -> bool:
        """Whether it can be asked."""
        return self._popen.poll() is None

    def exchange(self, pieces: Iterable[bytes], seconds: float) -> bytes:
        """Given the pieces of a question, return the answer, or why there is none.

        After `TOO_LONG`, `BROKE`, `KILLED` and `TOO_MUCH` the process must be ended.
        """
        self.jobs += 1
        framed = [part for piece in pieces for part in (LENGTH.pack(len(piece)), piece)]
        return self._answer(framed, seconds)

    def end(self) -> None:
        """End it and every program that it started, and remove its directory."""
        # Before it is waited for: until then its number is nobody else's.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe:
                pipe.close()
        self._popen.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _answer(self, parts: Iterable[bytes], seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        waiting = [memoryview(part) for part in parts if part]
        got = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            if waiting:
                selector.register(self._in, selectors.EVENT_WRITE)
            while (left := deadline - time.monotonic()) > 0:
                ready = {key.fd for key, _ in selector.select(left)}
                if self._in in ready and not self._wrote(waiting):
                    selector.unregister(self._in)
                if self._out in ready:
                    answer = self._took(got)
                    if answer is not None:
                        return answer
        return TOO_LONG

    def _wrote(self, waiting: list[memoryview]) -> bool:
        """Write some of what waits; return whether something is left."""
        try:
            written = os.write(self._in, waiting[0][:_CHUNK])
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False  # it has ended; the other pipe will say so
        waiting[0] = waiting[0][written:]
        if not waiting[0]:
            waiting.pop(0)
        return bool(waiting)

    def _took(self, got: bytearray) -> bytes | None:
        """Read some of the answer; return it when it is whole, or when there will be none."""
        chunk = os.read(self._out, _CHUNK)
        if not chunk:
            return self._why_ended()
        got += chunk
        if len(got) < LENGTH.size:
            return None
        length = LENGTH.unpack_from(got)[0]
        if length > self._limits.answer:
            return TOO_MUCH
        whole = LENGTH.size + length
        return bytes(got[LENGTH.size : whole]) if len(got) >= whole else None

    def _why_ended(self) -> bytes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._popen.wait(timeout=5)
            if code == -signal.SIGXCPU:
                return TOO_LONG
            if code == -signal.SIGKILL:
                return KILLED
        return BROKE


def _started(limits: Limits, directory: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own Python, our own module
            _command(limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libraries print what they stumble over: content
            cwd=directory,
            env=_environment(directory),
            start_new_session=True,  # so that its programs can be ended with it
            bufsize=0,
        )
    except OSError:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def _command(limits: Limits) -> list[str]:
    # -P: what lies in its directory is never imported.
    module = "mailbot.documents.worker_child"
    return [sys.executable, "-P", "-m", module, json.dumps(asdict(limits))]


def _environment(directory: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return kept | {
        "HOME": directory,
        "TMPDIR": directory,
        "PYTHONPATH": os.pathsep.join(_import_paths()),
        "OMP_THREAD_LIMIT": "1",
    }


def _import_paths() -> list[str]:
    """Where we import from: its HOME and its directory are others, and so would its places be."""
    # First where this very mailbot lies: "" stands for a directory that may be another one by now.
    ours = str(Path(__file__).resolve().parents[2])
    return [ours, *(os.path.abspath(path) for path in sys.path if path)]


def _pipe(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise NotStartedError
    os.set_blocking(pipe.fileno(), False)
    return pipe.fileno()
