"""What the commands print as JSON keeps the published schemas."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import Command
from tracker.cli.contracts import CONTRACTS


def check(name: str, text: str, repository: Path) -> Any:
    value = json.loads(text)
    schema = json.loads((repository / "docs/reference/schemas" / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(value)
    return value


@pytest.fixture
def examples(repository: Path, tmp_path: Path) -> Path:
    shutil.copytree(repository / "examples", tmp_path / "examples")
    return tmp_path


def test_every_contract_has_a_test() -> None:
    assert set(CONTRACTS) == {"parse", "sync", "status", "doctor", "check", "audit", "review"}


def test_parse_keeps_its_schema(examples: Path, repository: Path, call: Command) -> None:
    documents = check("parse", call("parse", "--format", "json", "examples").stdout, repository)
    assert len(documents) == 10


def test_plan_sync_and_status_keep_their_schemas(examples: Path, repository: Path, call: Command) -> None:
    plan = check("sync", call("plan", "--format", "json", "examples").stdout, repository)
    assert {action["outcome"] for action in plan["actions"]} == {"planned"}
    done = check("sync", call("sync", "--yes", "--format", "json", "examples").stdout, repository)
    assert {action["outcome"] for action in done["actions"]} == {"done"}
    assert done["summary"] == {"create": len(done["actions"])}
    again = check("sync", call("sync", "--format", "json", "examples").stdout, repository)
    assert again["actions"] == []
    status = check("status", call("status", "--all", "--format", "json").stdout, repository)
    assert len(status["items"]) == done["items"]
    assert {row["issue"] for row in status["items"]} == {action["issue"] for action in done["actions"]}


def test_doctor_keeps_its_schema(examples: Path, repository: Path, call: Command) -> None:
    checks = check("doctor", call("doctor", "--format", "json").stdout, repository)["checks"]
    assert {row["area"] for row in checks} >= {"configuration", "documents", "state", "tracker local"}


def test_check_audit_and_review_keep_their_schemas(examples: Path, repository: Path, call: Command) -> None:
    cold = check("check", call("check", "--format", "json", "examples").stdout, repository)
    assert cold["findings"]
    assert cold["skipped"], "rules that need a tracker's view cannot run yet"
    call("sync", "--yes", "examples")
    audit = check("audit", call("audit", "--format", "json").stdout, repository)
    assert (audit["report"], audit["totals"]["open"] > 0) == ("audit", True)
    review = check("review", call("review", "--format", "json").stdout, repository)
    assert review["report"] == "review"
