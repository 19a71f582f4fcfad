"""The options of a Beads tracker."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class BeadsOptions(BaseModel):
    """`[trackers.NAME]` with `type = "beads"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    directory: str = Field(
        default=".", min_length=1, description="Where `bd` runs; it looks for `.beads` upwards."
    )
    database: str | None = Field(
        default=None,
        min_length=1,
        description="The `.beads` folder itself, instead of looking for it (BEADS_DIR).",
    )
    program: str = Field(default="bd", min_length=1, description="The program, as a name on PATH or a path.")
    actor: str = Field(
        default="pmtrack", min_length=1, description="Who the audit trail of Beads says it was."
    )
    prefix: str | None = Field(
        default=None, pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", description="Of the ids; asked of `bd` by default."
    )
    issue_type: str = Field(default="task", min_length=1, description="Type of a new bead.")
    types: dict[str, str] = Field(
        default_factory=dict,
        description="Category of an action item (as the document shows it) -> type of its bead.",
    )
    epics: bool = Field(
        default=False, description="File the beads of a post-mortem under an epic of its own."
    )
    dropped_reasons: tuple[str, ...] = Field(
        default=(), description="More beginnings of a close reason that mean: decided against."
    )
    push: bool = Field(
        default=False, description="Let `bd` push to its Dolt remote after a write, if it is set up to."
    )
    timeout_s: float = Field(
        default=120.0, gt=0, description="Longest run of one `bd`, without the time for its items."
    )
    lock_wait_s: float = Field(
        default=60.0, ge=0, description="How long to try again while the database is locked."
    )
