"""pandoc as one long-running process: what the fuzzing of AsciiDoc and MediaWiki goes through.

The front end starts pandoc for every document, which costs 40 ms; a hundred thousand inputs need a process that stays. `pandoc
server` is no way, for the binary of pypandoc is not linked with the threaded runtime that it needs; the Lua interpreter inside
the same binary runs the same readers and writers, with no files to read (`pandoc.read` with an empty environment).
"""

from __future__ import annotations

import select
import subprocess
import tempfile
from pathlib import Path

from tracker.reading.frontends import FrontEndError
from tracker.reading.frontends.pandoc import Unfinished

_LIMIT_S = 2.0
_SCRIPT = """
local template = pandoc.template.compile(pandoc.template.default('html'))
local options = pandoc.WriterOptions({template = template, wrap_text = 'none'})
while true do
  local head = io.stdin:read('l')
  if not head then break end
  local form, length = head:match('^(%w+) (%d+)$')
  local text = length == '0' and '' or io.stdin:read(tonumber(length))
  local fine, out = pcall(function()
    return pandoc.write(pandoc.read(text, form, {standalone = true}, {}), 'html', options)
  end)
  out = fine and out or tostring(out)
  io.stdout:write(fine and 'ok ' or 'no ', #out, '\\n', out)
  io.stdout:flush()
end
"""


class Converter:
    """Converts documents to HTML as `pandoc -s --sandbox` does; started when first used, and again after it was stopped."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="pmtrack-fuzz-")

    def stop(self) -> None:
        """End the process, so that an answer that is still to come is not taken for the next one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def convert(self, data: bytes, form: str) -> bytes:
        """The HTML of a document.

        Raises:
            FrontEndError: pandoc could not read it, in the words of the front end.
        """
        # what the command line of pandoc does to a text before it reads it
        text = data.decode(errors="replace").replace("\r", "").expandtabs(4).encode() + b"\n"
        process = self._process = self._process or self._start()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("pandoc was started without pipes")
        process.stdin.write(f"{form} {len(text)}\n".encode() + text)
        process.stdin.flush()
        if not select.select([process.stdout], [], [], _LIMIT_S)[0]:
            self.stop()
            raise Unfinished("unreadable", f"pandoc did not finish this {form}")
        kind, _, size = process.stdout.readline().partition(b" ")
        if not size:
            self.stop()
            raise FrontEndError("unreadable", f"pandoc ended on this {form}")
        out = process.stdout.read(int(size))
        if kind != b"ok":
            reason = out.decode(errors="replace").strip().split("\n")[0][:200]
            raise FrontEndError("unreadable", f"pandoc could not read this {form}: {reason}")
        return out

    def _start(self) -> subprocess.Popen[bytes]:
        import pypandoc

        script = Path(self._folder.name, "convert.lua")
        script.write_text(_SCRIPT, encoding="utf-8")
        return subprocess.Popen(
            [pypandoc.get_pandoc_path(), "+RTS", "-M1g", "-RTS", "lua", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
