"""Installed from its wheel into an empty environment, mailbot brings all that it needs."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: A place outside the checkout, in which `run` runs the environment's commands.
Run = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An empty environment with the wheel in it. What mailbot is built on comes from this one."""
    place = tmp_path_factory.mktemp("empty")
    venv = place / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install"]
    install = [*pip, "--quiet", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, check=False, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    (site,) = venv.glob("lib/python*/site-packages")
    # A path file inside the folder named here is not followed: this checkout stays out of it.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

    def command(program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(venv / "bin" / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=place,
            env=environ,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return command


def same(home: Path, name: str) -> None:
    """The home has the files of the checkout's folder `name`, byte for byte, and no others."""
    shipped = {p.relative_to(ROOT): p for p in (ROOT / name).rglob("*") if p.is_file()}
    made = {p.relative_to(home): p for p in (home / name).rglob("*") if p.is_file()}
    assert set(made) == set(shipped)
    assert shipped
    for path, original in shipped.items():
        assert made[path].read_bytes() == original.read_bytes(), path


def test_the_wheel_carries_what_the_checkout_has_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        names = set(parts.namelist())
    for folder in ("config", "templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"mailbot/_shipped/{path.relative_to(ROOT)}" in names
    for path in (ROOT / "mailbot").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert str(path.relative_to(ROOT)) in names
    assert not [n for n in names if n.startswith(("tests/", "scripts/")) or n.endswith(".pyc")]


def test_the_wheel_is_what_runs(run: Run) -> None:
    where = run("python", "-c", "import mailbot; print(mailbot.__file__)")
    assert "site-packages" in where
    assert str(ROOT) not in where


def test_a_home_made_from_the_wheel_is_the_one_made_from_the_checkout(
    run: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    run("mailbot", "init", str(home))
    same(home, "config")
    same(home, "templates")
    assert (home / "data" / "bedford.key").exists()
    run(
        "python",
        "-c",
        "import os, sys; from pathlib import Path; from mailbot.settings import load; "
        "load(Path(sys.argv[1]), os.environ)",
        str(home),
    )


def test_what_is_shipped_is_found_in_the_wheel(run: Run) -> None:
    where = run("python", "-c", "from mailbot.shipped import shipped; print(shipped('templates'))")
    assert where.strip().endswith("/mailbot/_shipped/templates")
