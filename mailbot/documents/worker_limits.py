"""What the worker process may use, and how it binds itself to that before it reads anything.

The limits of the operating system are the last net: every reader has its own, nearer ones.
"""

import contextlib
import resource
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one worker process may use."""

    seconds: float = 60.0  # of wall time for one file, unless its reader is allowed another
    processor_seconds: int = 120  # for one file
    memory: int = 2_000_000_000  # bytes of address space; LibreOffice maps a good part of that
    written: int = 400_000_000  # bytes of one file that it or its programs may write
    answer: int = 32_000_000  # bytes of a Document as JSON
    jobs: int = 200  # files, after which the process is replaced: libraries leak
    start_seconds: float = 60.0  # until it says that it is ready


def bind(limits: Limits) -> None:
    """Bind this process, and the programs it starts, to the limits, for good."""
    _lower(resource.RLIMIT_CORE, 0)  # a core file would be a copy of somebody's form
    _lower(resource.RLIMIT_AS, limits.memory)
    _lower(resource.RLIMIT_FSIZE, limits.written)


def allow_processor_seconds(seconds: int) -> None:
    """Let this process use so many seconds of processor time from now; then it is ended."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
    if hardest != resource.RLIM_INFINITY:
        limit = min(limit, hardest)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hardest))


def _lower(which: int, limit: int) -> None:
    _, hardest = resource.getrlimit(which)
    if hardest != resource.RLIM_INFINITY:
        limit = min(limit, hardest)
    # Some systems know a limit and refuse to set it; the wall clock is left then.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (limit, limit))
