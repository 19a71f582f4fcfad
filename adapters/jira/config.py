"""The options of a `[trackers.NAME]` table with `type = "jira"`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tracker.addresses import is_in_clear, service_address
from tracker.errors import UserError

LEVELS = 5
GATEWAY = "https://api.atlassian.com/ex/jira"
"""Where scoped API tokens and OAuth tokens of Cloud go."""

CANCELLED = (
    "won't do",
    "won't fix",
    "wont fix",
    "duplicate",
    "cannot reproduce",
    "declined",
    "rejected",
    "invalid",
    "obsolete",
    "abandoned",
    "cancelled",
    "canceled",
    "incomplete",
    "not a bug",
)


class Resolutions(BaseModel):
    """The names of the resolutions that pmtrack sets when it closes an issue.

    Attributes:
        done: For what was done.
        cancelled: For what was decided against.
        duplicate: For what another issue covers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    done: str = "Done"
    cancelled: str = "Won't Do"
    duplicate: str = "Duplicate"


class JiraOptions(BaseModel):
    """Where the Jira is, how to get in, and what to write; docs/how-to/jira-cloud.md explains each.

    Attributes:
        url: The address that people use.
        deployment: Whether it is Cloud or Data Center; asked of the server by default.
        project: Key of the project.
        issue_type: Name of the issue type for new issues.
        email: E-mail address of the account (Cloud with an API token).
        email_env: Environment variable with it, where `email` is not set.
        token_env: Environment variable with the API token or personal access token.
        token_command: Command whose first line of output is the token, used if the variable is not set.
        token_keyring: `service` or `service:user` in the system keyring.
        auth: E-mail and token (`basic`), OAuth or a personal access token (`bearer`); by what is there by default.
        cloud_id: Send requests through the gateway of Atlassian, as scoped API tokens and OAuth tokens need it.
        gateway: Address of that gateway.
        allow_http: Accept a plain `http://` address that is not a loopback one.
        proxy: Address of an HTTP proxy.
        ca_bundle: File with the certificate authorities of your company.
        client_cert: File with a client certificate and its key.
        connect_timeout_s: Longest wait for a connection.
        read_timeout_s: Longest wait for an answer.
        read_retries: How often a read is repeated.
        connections: How many requests may be under way at once; new issues always go in batches of 50.
        longest_wait_s: How long a run waits when Jira asks for it; above that the work is put off to the next run.
        label: On every issue of pmtrack; it is how they are found again when the state is lost.
        priorities: Five names from the most urgent to the least; by the site's own order by default.
        resolutions: Names of the resolutions.
        cancelled_words: Resolutions and statuses that mean: decided against.
        blocked_statuses: Statuses that mean: blocked.
        components: Names of components for every new issue.
        security_level: Name of the security level of new issues.
        reporter: Account of the reporter of new issues.
        fields: Other fields of new issues, by name or id.
        transition_fields: Fields that a transition requires, by name or id.
        parent: `epic` for one issue of `parent_type` per post-mortem, with the items below it.
        parent_type: Issue type of that parent.
        remote_link: Link each issue with its document; one more request for each new issue.
        entity_property: Keep the identity in the entity property `pmtrack` too.
        full_read: `spread` reads issues that did not change again a part in each run, `daily` all at once each day.
        search_overlap_minutes: How far back the search for changes begins before the last one ended.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    deployment: Literal["auto", "cloud", "datacenter"] = "auto"
    project: str
    issue_type: str = "Task"

    email: str | None = None
    email_env: str = "JIRA_EMAIL"
    token_env: str = "JIRA_TOKEN"  # noqa: S105 - the name of a variable
    token_command: str | None = None
    token_keyring: str | None = None
    auth: Literal["auto", "basic", "bearer"] = "auto"
    cloud_id: str | None = None
    gateway: str = GATEWAY

    allow_http: bool = False
    proxy: str | None = None
    ca_bundle: Path | None = None
    client_cert: Path | None = None
    connect_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    read_timeout_s: Annotated[float, Field(gt=0)] = 30.0
    read_retries: Annotated[int, Field(ge=0, le=10)] = 4
    # Jira Cloud allows bursts of 100 reads and POSTs and 50 PUTs a second for each end point, shared by everybody on the site,
    # and 20 writes in 2 seconds to one issue (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/). A few
    # connections, each of which waits for its answer (0.3 to 2 s on Cloud), stay far below. A 429 on one of them stops all.
    connections: Annotated[int, Field(ge=1, le=10)] = 4
    longest_wait_s: Annotated[float, Field(ge=0)] = 60.0

    label: str = "pmtrack"
    priorities: tuple[str, ...] = ()
    resolutions: Resolutions = Resolutions()
    cancelled_words: tuple[str, ...] = CANCELLED
    blocked_statuses: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    security_level: str | None = None
    reporter: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    transition_fields: dict[str, Any] = Field(default_factory=dict)
    parent: Literal["none", "epic"] = "none"
    parent_type: str = "Epic"
    remote_link: bool = False
    entity_property: bool = True
    full_read: Literal["spread", "daily"] = "spread"
    search_overlap_minutes: Annotated[int, Field(ge=1)] = 120

    @field_validator("url")
    @classmethod
    def _bare_url(cls, url: str) -> str:
        return service_address(url, "https://acme.atlassian.net")

    @field_validator("project")
    @classmethod
    def _project_key(cls, key: str) -> str:
        if not key or not key.replace("_", "").isalnum() or not key[0].isalpha():
            raise ValueError(f"must be a project key like OPS, not {key!r}")
        return key.upper()

    @field_validator("label")
    @classmethod
    def _label(cls, label: str) -> str:
        if not label or any(character.isspace() for character in label):
            raise ValueError("must be one word: Jira's labels have no spaces")
        return label

    @field_validator("priorities")
    @classmethod
    def _priorities(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if names and len(names) != LEVELS:
            raise ValueError(
                "must name five priorities, from the most urgent to the least (a name may stand twice)"
            )
        return names

    @model_validator(mode="after")
    def _plain_http(self) -> JiraOptions:
        if is_in_clear(self.api_url) and not self.allow_http:
            raise ValueError(
                "url: http:// would send the token in clear; use https:// or set allow_http = true"
            )
        return self

    def rooted(self, root: Path, table: str) -> JiraOptions:
        """The same with the paths of files counted from the folder of the configuration.

        Raises:
            UserError: a file is not there.
        """
        named = {"ca_bundle": self.ca_bundle, "client_cert": self.client_cert}
        paths = {name: (root / path).resolve() for name, path in named.items() if path}
        for name, path in paths.items():
            if not path.exists():
                raise UserError(f"{table} {name}: there is no file {path}")
        return self.model_copy(update=paths)

    @property
    def api_url(self) -> str:
        """Where requests go: the gateway for scoped tokens and OAuth on Cloud, else `url`."""
        return f"{self.gateway.rstrip('/')}/{self.cloud_id}" if self.cloud_id else self.url
