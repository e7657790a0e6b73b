"""LibreOffice, where it is installed, turns old formats into those that are read here.

It runs with a profile of its own, in which macros never run, links are never followed, and the
network ends at a port that nobody listens on.
"""

import atexit
import contextlib
import errno
import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

_SETTINGS = {
    # Proxies by hand, to the discard port; and no host is left out of it.
    "Inet/Settings": {
        "ooInetProxyType": "2",
        "ooInetHTTPProxyName": "127.0.0.1",
        "ooInetHTTPProxyPort": "9",
        "ooInetHTTPSProxyName": "127.0.0.1",
        "ooInetHTTPSProxyPort": "9",
        "ooInetNoProxy": "",
    },
    "Office.Common/Security/Scripting": {
        "MacroSecurityLevel": "3",
        "DisableMacrosExecution": "true",
        "BlockUntrustedRefererLinks": "true",
    },
    "Office.Writer/Content/Update": {"Link": "0"},
    "Office.Calc/Content/Update": {"Link": "2"},
}
NOT_INSTALLED = "cannot be read here, because LibreOffice is not installed: a person opens it."
_LARGEST_RESULT = 60_000_000
_ROOM = 20_000_000  # bytes; with less left on the disk, it is the disk's fault
#: SIGKILL, as a process says it and as a shell says it of its child: `soffice` is a shell script.
_KILLED = frozenset({-signal.SIGKILL, 128 + signal.SIGKILL})
_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}


class NotConvertedError(Exception):
    """The file was not converted; the text is the end of a sentence that says why."""


def is_installed() -> bool:
    """Whether there is a LibreOffice to ask."""
    return shutil.which("soffice") is not None


def converted(content: bytes, *, ending: str, to: str, seconds: float = 45.0) -> bytes:
    """Given a file's bytes and the ending that goes with them, return it as "docx" or "xlsx".

    Raises `NotConvertedError`. The first time a profile is made, which takes a moment longer.
    """
    program = shutil.which("soffice")
    if program is None:
        raise NotConvertedError(NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="convert-") as name:
        directory = Path(name)
        source = directory / f"in.{ending}"
        source.write_bytes(content)
        command = [
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
            *("--convert-to", _FILTERS[to], "--outdir", str(directory / "out"), str(source)),
        ]
        _run_again_if_killed(program, command, directory, seconds)
        result = directory / "out" / f"in.{to}"
        if not result.is_file():
            if shutil.disk_usage(directory).free < _ROOM:
                raise OSError(errno.ENOSPC, "no room for what LibreOffice writes")
            raise NotConvertedError("could not be opened, not even by LibreOffice: a person tries.")
        if result.stat().st_size > _LARGEST_RESULT:
            raise NotConvertedError("holds more than is read from one file: a person opens it.")
        return result.read_bytes()


def _run_again_if_killed(program: str, command: list[str], directory: Path, seconds: float) -> None:
    """Let LibreOffice work; once more, with a new profile, if something ended it at work.

    A file can make it crash, but not be ended so. Raises OSError if it is ended again.
    """
    for _ in range(2):
        profile = f"-env:UserInstallation={_profile().as_uri()}"
        if _run([program, profile, *command], directory, seconds) not in _KILLED:
            return
        _forget_profile()
    raise OSError(errno.ENOMEM, "LibreOffice was ended at work")


def _forget_profile() -> None:
    """What a LibreOffice that was ended kept open in its profile would be found locked."""
    shutil.rmtree(_profile(), ignore_errors=True)
    _profile.cache_clear()


def _run(command: list[str], directory: Path, seconds: float) -> int:
    try:
        process = subprocess.Popen(  # noqa: S603 - a program found by name, no word of the file
            command,
            cwd=directory,
            env=_environment(directory),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise OSError(errno.EAGAIN, "LibreOffice did not start") from error
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        _end_family(process.pid)
        process.wait()
        _forget_profile()
        raise NotConvertedError("took too long to read and was left: a person opens it.") from error


def _environment(directory: Path) -> dict[str, str]:
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(directory),
        "TMPDIR": str(directory),
        # Without a window system it looks for none.
        "SAL_USE_VCLPLUGIN": "svp",
    }


def _end_family(pid: int) -> None:
    """End a program and those that it started: `soffice` is only the first of three."""
    # Where the system does not tell (no Linux), the end of the worker process ends them all.
    # A child belongs to the thread that started it, and here that is not the first.
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            for child in (thread / "children").read_text("ascii").split():
                _end_family(int(child))
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@cache
def _profile() -> Path:
    """Return the directory of our profile; it is made once for each process."""
    directory = Path(tempfile.mkdtemp(prefix="profile-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, values in _SETTINGS.items()
        for name, value in values.items()
    )
    (directory / "user").mkdir()
    (directory / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        "utf-8",
    )
    return directory
