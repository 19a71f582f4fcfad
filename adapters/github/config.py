"""The options of a `[trackers.NAME]` table with `type = "github"`."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from tracker.addresses import is_in_clear, service_address

_CONNECTIONS = 4

_Colour = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{6}$")]
_Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelOptions(_Table):
    """Labels that tell what GitHub has no field for; `{value}` is replaced, an empty text switches the label off.

    `priority` is read back too: it is how a priority that a person changes in GitHub is seen.

    Attributes:
        priority: For the priority, 0 to 4.
        severity: For the severity of the incident.
        category: For the category of the action item.
        team: For the team of the owner, from the people map.
    """

    priority: str = "priority: P{value}"
    severity: str = "severity: {value}"
    category: str = ""
    team: str = ""


class AppOptions(_Table):
    """A GitHub App installation instead of a token.

    Attributes:
        id: The App's id or client id.
        installation_id: Its installation in the organisation.
        private_key_env: Environment variable with the PEM text of the App's private key.
        private_key_file: Or the file that holds it, relative to the configuration.
    """

    id: int | str
    installation_id: int
    private_key_env: str = "GITHUB_APP_PRIVATE_KEY"
    private_key_file: str | None = None


class ProjectOptions(_Table):
    """A Projects (v2) board that holds the due date.

    Attributes:
        number: The number in the project's URL.
        owner: Organisation or user; None for the owner of the repository.
        due_field: Name of its date field.
    """

    number: int = Field(gt=0)
    owner: str | None = None
    due_field: str = "Due date"


class GitHubOptions(_Table):
    """What can be set for a GitHub tracker; docs/how-to/github.md explains each.

    Attributes:
        repository: `owner/name`.
        api_url: `https://api.github.com`, or `https://HOST/api/v3` for GitHub Enterprise Server.
        web_url: Where people see the issues; found from `api_url`.
        allow_http: Accept a plain `http://` address that is not a loopback one.
        api_version: Sent as `X-GitHub-Api-Version`; empty to send none.
        token_env: Environment variable with the token.
        token_command: Command that prints the token (`gh auth token`), used if the variable is not set.
        keyring: Service name under which the system keyring holds the token, for the user `repository`'s owner.
        app: Log in as an installation of a GitHub App instead.
        ca_bundle: File with the certificate authorities of a GitHub Enterprise Server.
        full_read: `spread` reads issues that did not change again a part in each run, `daily` all at once each day.
        timeout_s: For connecting and for reading. GitHub itself gives up after 10 seconds.
        write_interval_s: Pause between writes, as GitHub asks for.
        content_per_minute: Most creates a minute; default 80 on github.com, none elsewhere; 0 for none.
        content_per_hour: Most creates an hour; default 500 on github.com, none elsewhere; 0 for none.
        connections: Most creates under way at once where `write_interval_s` is 0, else they go one by one; default 1 on
            github.com, which asks for that, 4 elsewhere.
        max_wait_s: Longest that a run waits for a limit without `--wait`.
        settle_s: How long after the last write its absence proves that it never happened.
        labels: Which labels an issue gets.
        create_labels: Create missing labels, with colours; without it missing labels are left out and reported.
        label_colours: Colour of a label (six hex digits) by name.
        milestone: Title of the milestone for new issues.
        issue_type: Name of the organisation's issue type for new issues.
        due_field: Name of the organisation's date issue-field that holds the due date.
        project: Or the project whose date field holds it.
        parent_issues: One parent issue per post-mortem, with the items as its sub-issues.
        default_assignee: Takes new issues whose owner nobody could be matched with.
    """

    repository: _Repository
    api_url: str = "https://api.github.com"
    web_url: str | None = None
    allow_http: bool = False
    api_version: str = "2022-11-28"
    token_env: str = "GITHUB_TOKEN"  # noqa: S105 - the name of a variable
    token_command: str | None = None
    keyring: str | None = None
    app: AppOptions | None = None
    ca_bundle: str | None = None
    full_read: Literal["spread", "daily"] = "spread"
    timeout_s: int = Field(default=15, ge=1)
    write_interval_s: float = Field(default=1.0, ge=0)
    content_per_minute: int | None = Field(default=None, ge=0)
    content_per_hour: int | None = Field(default=None, ge=0)
    connections: int | None = Field(default=None, ge=1, le=10)
    max_wait_s: float = Field(default=60, ge=0)
    settle_s: float = Field(default=10, ge=0)
    labels: LabelOptions = LabelOptions()
    create_labels: bool = True
    label_colours: dict[str, _Colour] = Field(default_factory=dict)
    milestone: str | None = None
    issue_type: str | None = None
    due_field: str | None = None
    project: ProjectOptions | None = None
    parent_issues: bool = False
    default_assignee: str | None = None

    @field_validator("api_url", "web_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return None if url is None else service_address(url, "https://api.github.com or https://HOST/api/v3")

    @model_validator(mode="after")
    def _sound(self) -> GitHubOptions:
        if is_in_clear(self.api_url) and not self.allow_http:
            raise ValueError(
                "api_url is plain http, which would send the token in clear; use https, or set allow_http = true"
            )
        if self.due_field and self.project:
            raise ValueError("due_field and project both want to hold the due date; keep one")
        return self

    @property
    def hosted(self) -> bool:
        """Whether this is GitHub's own service, with its documented limits."""
        host = urlsplit(self.api_url).hostname or ""
        return host == "api.github.com" or host.endswith(".ghe.com")

    @property
    def web(self) -> str:
        """Where people see the issues, without a slash at the end."""
        if self.web_url:
            return self.web_url
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"

    @property
    def creates_at_once(self) -> int:
        """Most creates under way at once.

        GitHub asks for one after the other, a second apart:
        https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api (avoid concurrent
        requests, pause between mutative requests).
        """
        if self.write_interval_s > 0:
            return 1
        return self.connections or (1 if self.hosted else _CONNECTIONS)

    @property
    def per_minute(self) -> int:
        """Creates a minute, 0 for no limit.

        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (content creation); GitHub
        Enterprise Server has no limits unless its administrator switches them on.
        """
        return self._limit(self.content_per_minute, 80)

    @property
    def per_hour(self) -> int:
        """Creates an hour, 0 for no limit; the same page."""
        return self._limit(self.content_per_hour, 500)

    def _limit(self, chosen: int | None, documented: int) -> int:
        if chosen is not None:
            return chosen
        return documented if self.hosted else 0
