"""The configuration: look-up, environment, validation and the words of its errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tracker import config
from tracker.errors import UserError
from tracker.models import Person
from tracker.settings import Limits, MergeSettings, Route, Settings, TrackerSettings
from tracker.validation import validate

FULL = """\
documents = ["docs/postmortems/**/*.md"]
state = "sqlite:///.pmtrack/state.db"
default_tracker = "jira"

[trackers.jira]
type = "jira"
url = "https://acme.atlassian.net"
project = "OPS"
token_env = "JIRA_TOKEN"

[trackers.public]
type = "github"
repository = "acme/incidents"

[[routes]]
documents = "docs/postmortems/payments/**"
tracker = "public"

[people.alice]
names = ["Alice Smith", "@asmith", "alice@acme.example"]
github = "asmith"
jira = "5b10ac8d82e05b22cc7d4ef5"
team = "storage"
manager = "bob"

[people.bob]
names = "Bob Jones"

[merge]
due = "tracker"

[limits]
creates = 7
"""


def load(folder: Path, text: str | None = None, environ: dict[str, str] | None = None) -> Settings:
    if text is not None:
        (folder / "pmtrack.toml").write_text(text, encoding="utf-8")
    return config.load(folder, environ or {})


def message(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(UserError) as caught:
        load(folder, text, environ)
    return f"{caught.value.message} | {caught.value.hint}"


def test_without_a_file_the_embedded_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(root=tmp_path)


def test_without_a_file_pydantic_is_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tracker import config; config.load(Path.cwd(), {}); "
        "print(sorted({'pydantic', 'sqlalchemy', 'jira', 'github'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_fixed_key_is_read(tmp_path: Path) -> None:
    settings = load(tmp_path, FULL)
    assert settings.source == tmp_path / "pmtrack.toml"
    assert settings.documents == ("docs/postmortems/**/*.md",)
    assert settings.default_tracker == "jira"
    assert settings.trackers["jira"] == TrackerSettings(
        "jira", "jira", {"url": "https://acme.atlassian.net", "project": "OPS", "token_env": "JIRA_TOKEN"}
    )
    assert settings.routes == (Route("docs/postmortems/payments/**", "public"),)
    assert settings.people["alice"] == Person(
        "alice",
        ("Alice Smith", "@asmith", "alice@acme.example"),
        {"github": "asmith", "jira": "5b10ac8d82e05b22cc7d4ef5"},
        team="storage",
        manager="bob",
    )
    assert settings.people["bob"].names == ("Bob Jones",)
    assert settings.merge == MergeSettings(due="tracker")
    assert settings.limits == Limits(creates=7, updates=40)


def test_the_file_is_found_from_a_folder_below(tmp_path: Path) -> None:
    below = tmp_path / "docs" / "postmortems"
    below.mkdir(parents=True)
    (tmp_path / "pmtrack.toml").write_text("timezone = 'Europe/Berlin'\n", encoding="utf-8")
    settings = config.load(below, {})
    assert (settings.root, settings.timezone) == (tmp_path, "Europe/Berlin")


def test_the_table_of_pyproject_is_read_and_one_without_it_is_passed_over(tmp_path: Path) -> None:
    below = tmp_path / "package"
    below.mkdir()
    (below / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.pmtrack.limits]\ncreates = 3\n", encoding="utf-8")
    settings = config.load(below, {})
    assert (settings.limits.creates, settings.source) == (3, tmp_path / "pyproject.toml")


def test_a_named_file_is_taken_and_nothing_looked_up(tmp_path: Path) -> None:
    (tmp_path / "pmtrack.toml").write_text("timezone = 'Europe/Berlin'\n", encoding="utf-8")
    other = tmp_path / "other" / "ours.toml"
    other.parent.mkdir()
    other.write_text("labels = 'incident'\n", encoding="utf-8")
    settings = config.load(tmp_path, {}, other)
    assert (settings.labels, settings.timezone, settings.root) == (("incident",), "UTC", other.parent)


def test_the_environment_wins_over_the_file_also_for_nested_keys(tmp_path: Path) -> None:
    environ = {
        "PMTRACK_STATE": "postgresql://db/pmtrack",
        "PMTRACK_LIMITS__CREATES": "100",
        "PMTRACK_TRACKERS__JIRA__PROJECT": "PAY",
        "PMTRACK_LABELS": '["incident", "pmtrack"]',
        "PMTRACK_CONFIG": "not a key",
        "PMTRACK_DOLT": "/opt/dolt",
        "HOME": "/nowhere",
    }
    settings = load(tmp_path, FULL, environ)
    assert settings.state == "postgresql://db/pmtrack"
    assert settings.limits.creates == 100
    assert settings.trackers["jira"].options["project"] == "PAY"
    assert settings.trackers["jira"].options["url"] == "https://acme.atlassian.net"
    assert settings.labels == ("incident", "pmtrack")


def test_the_environment_alone_configures_a_tracker(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"PMTRACK_TRACKERS__LOCAL__PATH": "work.jsonl"})
    assert settings.trackers == {"local": TrackerSettings("local", "local", {"path": "work.jsonl"})}
    assert settings.default_tracker == "local"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("documnets = ['a']\n", "unknown key documnets (pmtrack.toml, line 1), did you mean 'documents'?"),
        (
            "timezone = 'UTC'\n\n[limits]\ncreate = 5\n",
            "unknown key limits.create (pmtrack.toml, line 4), did you mean 'creates'?",
        ),
        ("[[routes]]\ndocuments = 'a'\ntracker = 'local'\nlabels = 'x'\n", "known keys: documents, tracker"),
        (
            "[limits]\ncreates = -1\n",
            "limits.creates (pmtrack.toml, line 2): input should be greater than or equal to 0",
        ),
        (
            "[limits]\ncreates = 'many'\n",
            "limits.creates (pmtrack.toml, line 2): input should be a valid integer",
        ),
        (
            "[merge]\ndue = 'jira'\n",
            "merge.due (pmtrack.toml, line 2): input should be 'document', 'tracker' or 'manual'",
        ),
        ("state = '.pmtrack/state.db'\n", "must be an SQLAlchemy URL such as sqlite:///.pmtrack/state.db"),
        ("timezone = 'Berlin'\n", "'Berlin' is no time zone; write one like Europe/Berlin"),
        (
            "default_tracker = 'gihub'\n[trackers.github]\n",
            "there is no tracker 'gihub', did you mean 'github'?",
        ),
        (
            "[trackers.a]\ntype='local'\n[trackers.b]\ntype='local'\n",
            "several trackers are configured (a, b) and none is the default",
        ),
        ("[[routes]]\ndocuments = 'pay/**'\ntracker = 'jira'\n", "there is no tracker 'jira'"),
        (
            "[people.alice]\nemial = 'a@b.c'\n",
            "unknown key people.alice.emial (pmtrack.toml, line 2), did you mean 'email'?",
        ),
        ("[people.alice]\nmanager = 'carol'\n", "there is no [people.carol]"),
        (
            "[trackers.jira]\ntoken = 'abc'\n",
            "trackers.jira.token (pmtrack.toml, line 2): a secret does not belong",
        ),
        ("a = \n", "pmtrack.toml is not valid TOML: Invalid value (at line 1, column 5)"),
        ("link_base = 'file:///etc'\n", "link_base (pmtrack.toml, line 1)"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in message(tmp_path, text)


def test_a_table_and_a_key_in_it_are_not_both_set_by_the_environment(tmp_path: Path) -> None:
    text = message(tmp_path, "", {"PMTRACK_LIMITS": "5", "PMTRACK_LIMITS__CREATES": "3"})
    assert "PMTRACK_LIMITS__CREATES and a shorter variable" in text
    assert "Unset one of them: PMTRACK_LIMITS is a table" in text


def test_a_wrong_variable_is_named_as_variable(tmp_path: Path) -> None:
    text = message(tmp_path, "", {"PMTRACK_LIMITS__CREATES": "lots"})
    assert "PMTRACK_LIMITS__CREATES: input should be a valid integer" in text


def test_the_value_of_a_refused_secret_is_not_shown(tmp_path: Path) -> None:
    assert "hunter2hunter2" not in message(tmp_path, "[trackers.jira]\npassword = 'hunter2hunter2'\n")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pmtrack.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not valid TOML"):
        config.load(tmp_path, {})


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*gone.toml: No such file"):
        config.load(tmp_path, {}, tmp_path / "gone.toml")


def test_a_rule_over_several_keys_names_them_itself() -> None:
    from adapters.jira.config import JiraOptions

    with pytest.raises(UserError, match=r"^\[trackers\.jira\]: url: http:// would send the token in clear"):
        validate(JiraOptions, {"url": "http://jira.acme.example", "project": "OPS"}, "[trackers.jira]")
