"""What is to be known of the site before anything is read or written: which Jira it is, its create screen, its words.

Read at most once per run; what seldom changes (deployment, clock, priorities) is remembered between runs, so that a run
in which nothing changed need not ask.
"""

from __future__ import annotations

from collections.abc import MutableMapping

from adapters.jira import metadata
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.mapping import Dialect, instant
from adapters.jira.metadata import Screen
from adapters.jira.people import handles_in
from tracker.errors import BadResponseError, NotFoundError

PAGE = 200
"""Most fields of a create screen that one request returns (createmeta, `maxResults`)."""


class Site:
    """Facts about one site and one project of it."""

    def __init__(
        self, name: str, client: Client, options: JiraOptions, memory: MutableMapping[str, str]
    ) -> None:
        self._name = name
        self._client = client
        self._options = options
        self._memory = memory
        self._screen: Screen | None = None
        client.skew_s = float(memory.get("skew_s", 0) or 0)

    @property
    def is_cloud(self) -> bool:
        """Whether this is Jira Cloud: configured, remembered, or asked once.

        Raises:
            AdapterError: it must be asked and cannot.
        """
        if self._options.deployment != "auto":
            return self._options.deployment == "cloud"
        known = self._memory.get(self._deployment_key)
        return (known or self.ask()) == "cloud"

    def ask(self) -> str:
        """Ask the site what it is and what time it has; remembers both.

        Raises:
            AdapterError: no answer, or not the answer of a Jira.
        """
        info = self._client.read("GET", "serverInfo")
        if not isinstance(info, dict) or "version" not in info:
            raise BadResponseError(
                f"{self._options.url} does not answer like a Jira", tracker=self._name, hint="Check `url`."
            )
        told = instant(info.get("serverTime"))
        if told is not None and self._client.has_answered:
            skew = (told - self._client.server_now()).total_seconds() + self._client.skew_s
            # The Date header has whole seconds; less than two of them are no skew.
            self._client.skew_s = skew if abs(skew) > 2 else 0.0
            self._memory["skew_s"] = str(self._client.skew_s)
        kind = "cloud" if str(info.get("deploymentType", "")).casefold() == "cloud" else "datacenter"
        self._memory[self._deployment_key] = kind
        return kind

    @property
    def dialect(self) -> Dialect:
        """How this site says things; asks for the priorities only if they were never read.

        Raises:
            AdapterError: something must be asked and cannot.
        """
        return Dialect(
            cloud=self.is_cloud,
            url=self._options.url,
            priorities=self._priorities(),
            cancelled_words=self._options.cancelled_words,
            blocked_statuses=self._options.blocked_statuses,
            handles=handles_in(self._memory),
        )

    def screen(self) -> Screen:
        """The create screen of the configured issue type, read once per run.

        Raises:
            NotFoundError: no such project or issue type, or no permission to create in it.
            AdapterError: it cannot be read.
        """
        if self._screen is None:
            self._screen = self._read_screen()
            self._memory["screen"] = self._screen.dump()
        return self._screen

    def known_screen(self) -> Screen | None:
        """The create screen as of this or an earlier run, None where it was never read. No request."""
        return self._screen or Screen.load(self._memory.get("screen", ""))

    def forget(self) -> None:
        """Read everything again."""
        self._screen = None
        for key in ("screen", "priorities", self._deployment_key):
            self._memory.pop(key, None)

    @property
    def _deployment_key(self) -> str:
        return f"deployment {self._options.url}"

    def _priorities(self) -> tuple[str, ...]:
        if self._options.priorities:
            return self._options.priorities
        screen = self.known_screen()
        if screen and screen.priorities:
            return screen.priorities
        if "priorities" not in self._memory:
            listed = metadata.values_in(self._client.read("GET", "priority"))
            self._memory["priorities"] = "\n".join(str(each.get("name")) for each in listed)
        return tuple(self._memory["priorities"].split("\n"))

    def _read_screen(self) -> Screen:
        project, wanted = self._options.project, self._options.issue_type
        base = f"issue/createmeta/{project}/issuetypes"
        try:
            types = self._pages(base)
        except BadResponseError as error:
            raise NotFoundError(error.message, hint="Check `project` and the permissions in it.") from error
        kind = metadata.issue_type_in(types, wanted)
        if kind is None:
            names = ", ".join(str(each.get("name")) for each in types)
            raise NotFoundError(
                f"project {project} offers no issue type {wanted!r} for creating",
                tracker=self._name,
                hint=f"It offers: {names}." if names else "This account may not create issues there.",
            )
        return metadata.screen_of(str(kind["id"]), self._pages(f"{base}/{kind['id']}"))

    def _pages(self, path: str) -> list[dict[str, object]]:
        out: list[dict[str, object]] = []
        while True:
            page = self._client.read("GET", path, params={"startAt": str(len(out)), "maxResults": str(PAGE)})
            values = metadata.values_in(page)
            out += [dict(each) for each in values]
            if not values or len(out) >= int(page.get("total", len(out)) if isinstance(page, dict) else 0):
                return out
