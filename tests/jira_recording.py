"""Recording what a Jira answers to one scenario, and what the recordings hold: `make record-jira`.

With JIRA_URL (and JIRA_PROJECT, JIRA_EMAIL, JIRA_TOKEN) in the environment the scenario runs in that live project, whose
issues it deletes again; without, on the local server as Cloud and as Data Center. The first line of each cassette says
which. Host, people, tokens and cookies are replaced before anything is written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import vcr

from adapters.jira import open_tracker
from adapters.jira.adapter import JiraTracker
from tests.jira import START, Clock, bench
from tracker.models import Status
from tracker.remote import Confirmed, Field, IssueChange, NewIssue, ProbeQuery, TrackerContext

FOLDER = Path(__file__).resolve().parent.parent / "cassettes" / "jira"
PLACEHOLDER = "https://jira.example.org"
CONTEXT = "**Incident:** INC-7 (SEV-1)\n**Owner:** Alice\n\n- from `docs/a.md`, line 3"
_KEPT_HEADERS = {"content-type", "date", "retry-after"}
_PERSONAL = {
    "emailAddress": "user@example.org",
    "displayName": "Somebody",
    "timeZone": "Etc/UTC",
    "locale": "en_US",
}


def scenario(tracker: JiraTracker) -> dict[str, Any]:
    """What is recorded and replayed; gives what the adapter made of the answers."""
    before = tracker.changes(None, [])
    watermark = tracker.watermark()
    news = [
        NewIssue("k00000000101", "Recorded: add an alert", CONTEXT, priority=1, labels=("pmtrack",)),
        NewIssue("k00000000102", "Recorded: write the runbook", CONTEXT),
    ]
    made = [each.outcome for each in tracker.create(news)]
    issues = [outcome.issue for outcome in made if isinstance(outcome, Confirmed)]
    ids = [issue.ref.id for issue in issues]
    fields = {
        Field.TITLE: "Recorded: add two alerts",
        Field.STATUS: Status.DONE,
        Field.CONTEXT: "new **text**",
    }
    changed = [
        each.outcome
        for each in tracker.update([IssueChange(issues[0].ref, "k00000000101", fields, base=issues[0])])
    ]
    return {
        "issues": issues,
        "changed": [outcome.issue if isinstance(outcome, Confirmed) else outcome for outcome in changed],
        "fetched": list(tracker.fetch(ids)),
        "probed": list(tracker.probe([ProbeQuery("k00000000102", watermark)])),
        "told": tracker.changes(before.cursor, ids).issues,
        "person": dict(tracker.resolve(["Nobody At All"], [])),
        "looked-up": dict(tracker.lookup([issues[1].ref.key])),
    }


def tracker_at(
    url: str, project: str, environ: Mapping[str, str], memory: MutableMapping[str, str]
) -> JiraTracker:
    """The adapter with a clock that stands still, so that a replay asks the same questions."""
    clock = Clock(START)
    context = TrackerContext(Path(), environ, lambda: START, clock.sleep, memory)
    return open_tracker("jira", {"url": url, "project": project}, context)


def recorder(url: str, mode: str) -> vcr.VCR:
    """The recorder: everything about a request counts, nothing personal is kept."""

    def request(asked: Any) -> Any:
        asked.uri = asked.uri.replace(url, PLACEHOLDER)
        return asked

    def answer(told: dict[str, Any]) -> dict[str, Any]:
        told["headers"] = {
            name: value for name, value in told["headers"].items() if name.lower() in _KEPT_HEADERS
        }
        text = told["body"]["string"]
        told["body"]["string"] = scrubbed(text.decode(), url).encode() if text else text
        return told

    return vcr.VCR(
        record_mode=mode,
        match_on=["method", "path", "query", "body"],
        filter_headers=["authorization", "cookie", "user-agent"],
        before_record_request=request,
        before_record_response=answer,
        decode_compressed_response=True,
    )


def scrubbed(text: str, url: str) -> str:
    """An answer without its host and people."""
    try:
        value = json.loads(text)
    except ValueError:
        return text.replace(url, PLACEHOLDER)
    return json.dumps(_without_people(value)).replace(url, PLACEHOLDER)


def _without_people(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_people(each) for each in value]
    if not isinstance(value, dict):
        return value
    out = {key: _without_people(each) for key, each in value.items() if key != "avatarUrls"}
    out |= {key: text for key, text in _PERSONAL.items() if isinstance(out.get(key), str)}
    if isinstance(out.get("accountId"), str):
        out["accountId"] = "account-" + hashlib.sha256(out["accountId"].encode()).hexdigest()[:8]
    return out


def record(name: str, origin: str, url: str, project: str, environ: Mapping[str, str]) -> None:
    """Run the scenario against `url` and write its cassette."""
    path = FOLDER / f"{name}.yaml"
    path.unlink(missing_ok=True)
    with recorder(url, "all").use_cassette(str(path)):
        tracker = tracker_at(url, project, environ, {})
        told = scenario(tracker)
        tracker.close()
    text = path.read_text(encoding="utf-8")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    path.write_text(f"# origin: {origin}, recorded {today}, project {project}\n{text}", encoding="utf-8")
    secrets = [environ.get("JIRA_TOKEN", ""), environ.get("JIRA_EMAIL", "")]
    assert not any(secret and secret in text for secret in secrets), "a secret is in the cassette"
    if origin == "a live Jira":
        for issue in told["issues"]:
            tracker._opened.client.write("DELETE", f"issue/{issue.ref.id}")
        tracker.close()


def main() -> None:
    """Record from the live Jira of the environment, else from the local server."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    url, project = os.environ.get("JIRA_URL", "").rstrip("/"), os.environ.get("JIRA_PROJECT", "")
    if url and project:
        record(f"live-{re.sub('[^a-z]+', '-', project.lower())}", "a live Jira", url, project, os.environ)
        return
    for deployment in ("cloud", "datacenter"):
        for made in bench(deployment):
            record(
                deployment,
                f"the local server of the tests as {deployment}",
                made.server.url,
                "OPS",
                made.environ(),
            )


if __name__ == "__main__":
    main()
