"""Checks the built packages: what is in them, and that the wheel works in a bare environment.

    python scripts/check_wheel.py dist

Installs the wheel with the locked runtime requirements into a new virtual environment, and syncs the examples twice from
an empty folder with an empty environment: the second time nothing may be left to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("tracker", "adapters", "policies")
sys.path.insert(0, str(ROOT))


def wanted() -> set[str]:
    """Every file of the packages in the checkout, data files included."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def tracked() -> set[str]:
    """Every file of the repository."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, encoding="utf-8", check=True
    )
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).exists()}


def check_wheel(wheel: Path) -> None:
    """The wheel holds the packages with their data, and nothing else."""
    names = set(zipfile.ZipFile(wheel).namelist())
    if missing := wanted() - names:
        sys.exit(f"{wheel.name} lacks: {', '.join(sorted(missing))}")
    strangers = {name for name in names if name.split("/")[0] not in PACKAGES and ".dist-info/" not in name}
    if strangers:
        sys.exit(f"{wheel.name} holds what does not belong into it: {', '.join(sorted(strangers))}")


def check_sdist(sdist: Path) -> None:
    """The source distribution holds what is needed to build and test it."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    if missing := (wanted() | tracked()) - names:
        sys.exit(f"{sdist.name} lacks: {', '.join(sorted(missing))}")


def run(*command: str | Path, cwd: Path, home: Path, **more: str) -> str:
    """A command in a cleared environment; its output. Ends this script if it fails."""
    env = {"HOME": str(home), "PATH": os.defpath, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "LANG": "C.UTF-8"}
    # A machine behind a proxy has certificate authorities of its own; pip finds them in its configuration, uv does not.
    env |= {name: os.environ[name] for name in ("SSL_CERT_FILE",) if name in os.environ} | more
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(
            f"{' '.join(map(str, command))} failed with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
    return done.stdout + done.stderr


def try_wheel(wheel: Path, folder: Path) -> None:
    """Install the wheel into a bare environment and use it there."""
    from tracker import __version__

    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python, work = folder / "venv/bin/python", folder / "work"
    shutil.copytree(ROOT / "examples", work / "postmortems")
    locked = ROOT / "requirements" / "runtime.txt"
    run(python, "-m", "pip", "install", "-q", "--require-hashes", "-r", locked, cwd=work, home=folder)
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel.resolve(), cwd=work, home=folder)
    run(python, "-m", "pip", "check", cwd=work, home=folder)
    pmtrack = folder / "venv/bin/pmtrack"
    if run(pmtrack, "--version", cwd=work, home=folder).split()[-1] != __version__:
        sys.exit("the installed command tells another version than the checkout")
    run(pmtrack, "sync", "postmortems", "--yes", cwd=work, home=folder)
    again = run(pmtrack, "sync", "postmortems", cwd=work, home=folder)
    if "Nothing to do" not in again:
        sys.exit(f"the second sync from the wheel had something to do:\n{again}")


def try_installers(wheel: Path, folder: Path) -> None:
    """Install the wheel with extras by pipx and by uv, each into a place of its own, and start it from there."""
    from tracker import __version__

    package = f"{wheel.resolve()}[docx,rst]"
    binaries = {name: folder / name / "bin" for name in ("pipx", "uv")}
    run(
        sys.executable, "-m", "pipx", "install", "--quiet", package, cwd=folder, home=folder,
        PIPX_HOME=str(folder / "pipx"), PIPX_BIN_DIR=str(binaries["pipx"]), PIPX_DEFAULT_PYTHON=sys.executable,
    )  # fmt: skip
    run(
        sys.executable, "-m", "uv", "tool", "install", "--quiet", "--python", sys.executable, package,
        cwd=folder, home=folder, UV_TOOL_DIR=str(folder / "uv"), UV_TOOL_BIN_DIR=str(binaries["uv"]),
    )  # fmt: skip
    for name, place in binaries.items():
        if run(place / "pmtrack", "--version", cwd=folder, home=folder).split()[-1] != __version__:
            sys.exit(f"pmtrack installed by {name} tells another version than the checkout")


def main(dist: Path) -> None:
    """Check the newest packages of a folder."""
    (wheel,) = dist.glob("*.whl")
    (sdist,) = dist.glob("*.tar.gz")
    check_wheel(wheel)
    check_sdist(sdist)
    with tempfile.TemporaryDirectory(prefix="pmtrack-wheel-") as folder:
        try_wheel(wheel, Path(folder))
        try_installers(wheel, Path(folder))
    print(
        f"{wheel.name} and {sdist.name}: complete; the wheel works in a bare environment, with pip, pipx and uv."
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
