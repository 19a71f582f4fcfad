"""`pmtrack audit` and `pmtrack review`: forms, files, exit codes, deliveries, and a sync beside them.

The command line runs within the test process, for speed; tests/system/test_reports.py starts it as installed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.integration.reports.recorded import record
from tests.unit.reports.simulation import LAST, simulate
from tracker.cli.main import main
from tracker.state.store import open_store

AS_OF = LAST - dt.timedelta(days=3)
CONFIGURATION = """
documents = ["docs/**/*.md"]
timezone = "Europe/Berlin"

[reports]
country = "DE"
week_start = "monday"

[notify.team]
type = "slack"
url_env = "TEAM_HOOK"
owners = true

[people.chandra]
names = ["Chandra Rao"]
slack = "U03CHAN"
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "pmtrack.toml").write_text(CONFIGURATION, encoding="utf-8")
    record(simulate(5), folder, dt.datetime.combine(LAST, dt.time(23, 59), dt.UTC)).close()
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A folder with a configuration and a state of its own."""
    import shutil

    return Path(shutil.copytree(template, tmp_path / "project"))


@dataclass(frozen=True, slots=True)
class Finished:
    returncode: int
    stdout: str
    stderr: str


class Run(Protocol):
    def __call__(self, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Finished: ...


@pytest.fixture
def pmtrack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
        monkeypatch.chdir(cwd)
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        code = main(arguments)
        out, err = capsys.readouterr()
        return Finished(code, out, err)

    return run


@pytest.fixture
def hook() -> Iterator[tuple[str, list[bytes], list[int]]]:
    received: list[bytes] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/verysecret", received, answers
    server.shutdown()
    server.server_close()


def test_the_audit_of_a_past_day_is_the_same_whenever_it_is_asked_for(pmtrack: Run, project: Path) -> None:
    runs = [pmtrack("audit", "--as-of", AS_OF.isoformat(), "--format", "json", cwd=project) for _ in range(2)]
    assert [run.returncode for run in runs] == [0, 0]
    assert runs[0].stdout == runs[1].stdout
    made = json.loads(runs[0].stdout)
    assert made["totals"]["open"] == len(simulate(5).days[AS_OF].open)
    assert made["totals"]["overdue"] == len(simulate(5).days[AS_OF].overdue)


def test_all_forms_of_the_review_go_to_files_and_say_the_same(pmtrack: Run, project: Path) -> None:
    headlines = set()
    for form in ("text", "markdown", "html", "json", "csv"):
        run = pmtrack(
            "review",
            "--as-of",
            str(AS_OF),
            "--since",
            "14d",
            "--format",
            form,
            "-o",
            f"out/r.{form}",
            cwd=project,
        )
        assert (run.returncode, run.stdout) == (0, "")
        headlines.add(run.stderr.strip().partition(": ")[2])
    assert len(headlines) == 1
    assert json.loads((project / "out/r.json").read_text())["now"]["flow"]["opened"] > 0
    rows = list(csv.DictReader(io.StringIO((project / "out/r.csv").read_text())))
    assert {row["section"] for row in rows} >= {"agenda", "overdue", "number"}


def test_an_audit_looks_back_to_the_last_one_even_after_missed_nights(pmtrack: Run, project: Path) -> None:
    first = json.loads(pmtrack("audit", "--format", "json", cwd=project).stdout)
    second = json.loads(pmtrack("audit", "--format", "json", cwd=project).stdout)
    assert dt.datetime.fromisoformat(first["since"]) == dt.datetime.fromisoformat(
        first["moment"]
    ) - dt.timedelta(days=1)
    started = dt.datetime.fromisoformat(second["since"])
    assert dt.datetime.fromisoformat(first["moment"]) - started < dt.timedelta(minutes=5)
    assert not second["new"], "nothing happened between the two"
    assert (first["since_audit"], second["since_audit"]) == (False, True)


def test_the_first_audit_speaks_of_no_last_one(pmtrack: Run, project: Path) -> None:
    first, chosen = pmtrack("audit", cwd=project), pmtrack("audit", "--since", str(AS_OF), cwd=project)
    assert "last audit" not in first.stdout + chosen.stdout
    assert f"since {AS_OF:%a %d %b %Y}" in chosen.stdout
    assert "compared with the last audit of" in pmtrack("audit", cwd=project).stdout


@pytest.mark.parametrize(
    ("setting", "base"),
    [
        ("", "https://github.com/acme/docs/blob/HEAD/docs/postmortems/"),
        ('link_base = "https://wiki.acme.example/x"\n', "https://wiki.acme.example/x/docs/postmortems/"),
    ],
)
def test_places_lead_to_the_host_of_the_git_remote_where_no_other_address_is_configured(
    pmtrack: Run, project: Path, setting: str, base: str
) -> None:
    for arguments in (["init", "-q"], ["remote", "add", "origin", "git@github.com:acme/docs.git"]):
        subprocess.run(["git", "-C", str(project), *arguments], check=True, capture_output=True)
    lines = overdue_lines(pmtrack, project)
    assert {line["source_url"] for line in lines} == {None}, "git knows no such document"
    for line in lines:
        place = project / line["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("# Postmortem\n", encoding="utf-8")
    (project / "pmtrack.toml").write_text(setting + CONFIGURATION, encoding="utf-8")
    for line in overdue_lines(pmtrack, project):
        assert line["source_url"].startswith(base)
        assert line["source_url"].endswith(f"#L{line['line']}")


def overdue_lines(pmtrack: Run, project: Path) -> list[dict[str, Any]]:
    made = json.loads(pmtrack("audit", "--as-of", AS_OF.isoformat(), "--format", "json", cwd=project).stdout)
    return [line for group in made["overdue"] for line in group["lines"]]


def test_a_delivery_that_fails_is_an_error_and_the_report_is_kept(
    pmtrack: Run, project: Path, hook: tuple[str, list[bytes], list[int]]
) -> None:
    url, received, answers = hook
    answers.append(404)
    run = pmtrack("audit", "-o", "audit.txt", "--notify", "team", cwd=project, env={"TEAM_HOOK": url})
    assert run.returncode == 1
    assert "404" in run.stderr
    assert "verysecret" not in run.stderr
    assert (project / "audit.txt").read_text().startswith("Nightly audit")
    assert len(received) >= 1
    again = json.loads(pmtrack("audit", "--format", "json", cwd=project).stdout)
    assert not again["since_audit"], "what nobody heard of is told again"


def test_a_channel_without_its_address_does_not_stop_the_others(
    pmtrack: Run, project: Path, hook: tuple[str, list[bytes], list[int]]
) -> None:
    url, received, _answers = hook
    with (project / "pmtrack.toml").open("a", encoding="utf-8") as file:
        file.write('\n[notify.other]\ntype = "slack"\nurl_env = "NOT_SET"\n')
    run = pmtrack("audit", "-q", "--notify", "other", "--notify", "team", cwd=project, env={"TEAM_HOOK": url})
    assert run.returncode == 2
    assert "NOT_SET is not set" in run.stderr
    assert len(received) >= 1


def test_a_delivered_reminder_is_not_sent_again_on_that_day(
    pmtrack: Run, project: Path, hook: tuple[str, list[bytes], list[int]]
) -> None:
    url, received, _ = hook
    for _ in range(2):
        run = pmtrack("review", "--notify", "team", "--only-changes", cwd=project, env={"TEAM_HOOK": url})
        assert run.returncode == 0, run.stderr
    reminders = [body for body in received if b"need their owners" in body]
    assert len(reminders) == 1
    assert b"<@U03CHAN>" in reminders[0]


def test_a_dry_run_prints_what_would_be_sent_to_whom_and_needs_no_secret(pmtrack: Run, project: Path) -> None:
    run = pmtrack("audit", "--notify", "team", "--dry-run", cwd=project)
    assert run.returncode == 0, run.stderr
    assert "--- report to channel team: Nightly audit" in run.stdout
    assert "--- reminder to channel team" in run.stdout
    assert "chandra:" in run.stdout


def test_an_audit_works_while_a_sync_holds_the_lock_and_writes(pmtrack: Run, project: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    with open_store("sqlite:///.pmtrack/state.db", root=project, now=lambda: now) as store:
        lock = store.lock(store.start_run("sync"))
        lock.acquire("sync")
        run = pmtrack("audit", "--format", "json", cwd=project)
        lock.release()
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["last_sync"]["finished"] is None


def test_a_report_may_go_to_a_device(pmtrack: Run, project: Path) -> None:
    pipe = project / "pipe"
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: (project / "copy").write_bytes(pipe.read_bytes()))
    reader.start()
    assert pmtrack("review", "-o", str(pipe), cwd=project).returncode == 0
    reader.join()
    assert pipe.is_fifo()
    assert (project / "copy").read_text().startswith("Weekly review")


def test_findings_give_exit_code_10_when_asked_to(pmtrack: Run, project: Path) -> None:
    assert pmtrack("audit", "-o", "a.txt", "--fail-on", "error", cwd=project).returncode == 10
    assert pmtrack("audit", "-o", "a.txt", cwd=project).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["audit", "--as-of", "yesterday"], "is not a day"),
        (["audit", "--as-of", "2999-01-01"], "still to come"),
        (["review", "--since", "soon"], "is not a day"),
        (["review", "--timezone", "Mars/Base"], "no time zone"),
        (["review", "--notify", "nobody"], "no [notify.nobody]"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_a_hint(
    pmtrack: Run, project: Path, arguments: list[str], said: str
) -> None:
    run = pmtrack(*arguments, cwd=project)
    assert run.returncode == 2
    assert said in run.stderr


def test_without_a_state_the_reports_say_what_to_do(pmtrack: Run, tmp_path: Path) -> None:
    run = pmtrack("audit", cwd=tmp_path)
    assert run.returncode == 3
    assert "pmtrack sync" in run.stderr
