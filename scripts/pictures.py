"""Makes the pictures of the documentation from real runs: a terminal session and the reports in a browser (`make pictures`).

The session is what the commands print to a terminal, drawn by rich as one SVG; the reports are opened by a headless Chromium in light
and dark. Both run on a copy of `examples/`.
"""

from __future__ import annotations

import contextlib
import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTH = 116
EXAMPLE = "examples/2026-11-06-data-lake-upload-stuck.md"
DOCUMENT = "upload-stuck.md"
# What is typed, and how many lines of its output are shown (None for all).
SESSION: Sequence[tuple[str, int | None]] = (
    (f"pmtrack check {DOCUMENT}", 14),
    (f"pmtrack sync {DOCUMENT}", None),
    (f"sed -i 's/2026-12-04/2027-01-15/' {DOCUMENT} && pmtrack plan {DOCUMENT}", None),
    (f"pmtrack sync -q {DOCUMENT} && pmtrack sync {DOCUMENT}", None),
    ("pmtrack status --overdue", None),
)
PAGE = (1280, 900)


def output(command: str, folder: Path) -> str:
    """What a command prints to a terminal, with its colours."""
    env = {
        "HOME": str(folder),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "COLUMNS": str(WIDTH),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
    master, slave = pty.openpty()
    with subprocess.Popen(
        ["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave
    ):
        os.close(slave)
        return b"".join(_arriving(master)).decode().replace("\r\n", "\n")


def _arriving(terminal: int) -> Iterator[bytes]:
    """What is written to a terminal, until nobody holds it any more."""
    with contextlib.suppress(OSError):  # Linux says the end of a pseudo-terminal with EIO
        while data := os.read(terminal, 65_536):
            yield data
    os.close(terminal)


def session(folder: Path) -> None:
    """Draw the terminal session."""
    shutil.copy(folder / EXAMPLE, folder / DOCUMENT)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for command, most in SESSION:
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        lines = output(command, folder).rstrip("\n").split("\n")
        shown = lines if most is None or len(lines) <= most else [*lines[:most], "..."]
        console.print(Text.from_ansi("\n".join(shown)))
        console.print()
    console.save_svg(str(IMAGES / "session.svg"), title="pmtrack")


def reports(folder: Path) -> None:
    """Photograph both reports in light and dark."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no browser: install Chromium (Debian: apt-get install chromium)")
    output("pmtrack sync examples/", folder)
    for kind in ("audit", "review"):
        page = folder / f"{kind}.html"
        output(f"pmtrack {kind} --format html --output {page.name}", folder)
        for scheme in ("light", "dark"):
            target = IMAGES / f"{kind}-{scheme}.png"
            dark = (
                ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
            )
            size = f"--window-size={PAGE[0]},{PAGE[1]}"
            flags = ["--headless", "--no-sandbox", "--hide-scrollbars", size, f"--screenshot={target}", *dark]
            subprocess.run([chromium, *flags, page.as_uri()], check=True, capture_output=True)
            _shrink(target)


def _shrink(picture: Path) -> None:
    """Leave the picture 64 colours, which is enough for text and charts and a third of the size, where pngquant is installed."""
    pngquant = shutil.which("pngquant")
    if pngquant is not None:
        subprocess.run([pngquant, "--force", "--strip", "--output", picture, "64", picture], check=True)


def main() -> None:
    """Make what is named on the command line, or everything."""
    wanted = sys.argv[1:] or ["session", "reports"]
    for name in wanted:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            shutil.copytree(ROOT / "examples", folder / "examples")
            shutil.copy(ROOT / "pmtrack.toml", folder)
            {"session": session, "reports": reports}[name](folder)


if __name__ == "__main__":
    main()
