"""Jira, Cloud (version 3 of the REST API) and Data Center (version 2).

From the wire to the contract; a module imports from its own row and the rows above it:

============  ==================================================================================================
texts         `markup`, `description` (Data Center), `adf_reading`, `adf`, `document` (Cloud), `body` (either)
values        `config`, `references`, `metadata`, `mapping` (all pure)
transport     `failures` and `shapes` (what answers mean), `credentials`, `client` (requests)
the site      `people`, `site`, `permissions`, `visibility`, `transitions`, `workflow`
reading       `reader`, `pull` (changes), `probe`
writing       `groups` (parents), `preflight`, `lookahead`, `creating`, `updating`
the tracker   `adapter`
============  ==================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tracker.remote import TrackerContext

if TYPE_CHECKING:
    from adapters.jira.adapter import JiraTracker


def open_tracker(name: str, options: Mapping[str, Any], context: TrackerContext) -> JiraTracker:
    """The tracker that `[trackers.NAME]` with `type = "jira"` describes; see `tracker.remote.TrackerFactory`.

    Raises:
        UserError: an option is wrong, or names a file that is not there.
    """
    from adapters.jira.adapter import JiraTracker
    from adapters.jira.config import JiraOptions
    from tracker.validation import validate

    table = f"[trackers.{name}]"
    return JiraTracker(name, validate(JiraOptions, options, table).rooted(context.root, table), context)
