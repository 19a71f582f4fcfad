"""The options of a local tracker."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LocalOptions(BaseModel):
    """`[trackers.NAME]` with `type = "local"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(default=".pmtrack/issues.jsonl", min_length=1, description="The JSONL file.")
