"""What goes into a sync and what comes out of it: options, the record of each action, the report, the progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from tracker.errors import ExitCode
from tracker.models import Diagnostic
from tracker.values import dataclass

ActionName = Literal[
    "create", "update", "close", "reopen", "link", "adopt", "write-back", "conflict", "orphan", "skip"
]
OutcomeName = Literal["planned", "done", "unchanged", "failed", "deferred"]


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How one sync is to be done.

    Attributes:
        dry_run: Plan only; nothing is written anywhere but the cache of read documents.
        yes: Do not ask when the bulk limits are exceeded.
        write_back: Put issue links and statuses into the documents.
        allow_empty: A document root that had items may have none now.
        tracker: Only this tracker; None for all.
        wait: Wait for a used-up rate budget instead of deferring.
        lock_timeout_s: How long to wait for another run's lock.
    """

    dry_run: bool = False
    yes: bool = False
    write_back: bool = False
    allow_empty: bool = False
    tracker: str | None = None
    wait: bool = False
    lock_timeout_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action and what became of it.

    Attributes:
        item: Title of the action item.
        item_id: Its identity (ULID).
        issue: Key of the issue for people, None before it exists.
        fields: What the action sets or tells, field name -> JSON value; for a change `{"from": ..., "to": ...}`.
        reason: Which side changed, from what to what, and which rule decided; written for a person.
        error: Why it failed or was put off.
    """

    action: ActionName
    item: str
    item_id: str
    document: str
    line: int
    tracker: str | None = None
    issue: str | None = None
    url: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    outcome: OutcomeName = "planned"
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """The result of a sync.

    Attributes:
        requests: Tracker name -> requests that went over the wire (processes for `bd`, file accesses for `local`).
        messages: What a person should know beside the actions, worded for them.
        warnings: What was told before anything was written: what would not work as planned, owners without an account.
        diagnostics: Document path -> what was wrong in it.
        documents: How many documents belong to the run; `read` of them were read again.
        items: How many action items they hold, placeholders not counted.
        unread: How many of the documents could not be read; the messages say why.
        troubled: Trackers that could not be used, or not to the end.
    """

    actions: tuple[ActionRecord, ...] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    exit_code: ExitCode = ExitCode.OK
    messages: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    diagnostics: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    documents: int = 0
    read: int = 0
    items: int = 0
    unread: int = 0
    troubled: tuple[str, ...] = ()

    @property
    def summary(self) -> Mapping[str, int]:
        """Counts derived from the actions: per action name those planned or done, then `failed` and `deferred`."""
        counts: Counter[str] = Counter()
        for record in self.actions:
            trouble = record.outcome if record.outcome in ("failed", "deferred") else None
            counts[trouble or ("unchanged" if record.outcome == "unchanged" else record.action)] += 1
        return dict(sorted(counts.items()))


class Progress:
    """Told about a sync while it runs. Every method does nothing; a command line overrides what it shows."""

    def planned(self, actions: Sequence[ActionRecord]) -> None:
        """The plan stands; nothing was written yet."""

    def warned(self, warnings: Sequence[str]) -> None:
        """What of the plan will not work, worded for a person; nothing was written yet."""

    def started(self, total: int) -> None:
        """So many actions are going to be applied."""

    def advanced(self, record: ActionRecord) -> None:
        """One action is over; `record.outcome` says how."""

    def announce(self, text: str) -> None:
        """Something that a person should see while waiting."""

    def confirm(self, question: str) -> bool:  # noqa: ARG002
        """Ask a person; False where nobody can be asked."""
        return False
