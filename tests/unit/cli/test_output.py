"""Printing: what documents and trackers contain cannot command the terminal, and no secret slips out."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli import output
from tracker.concealed import conceal
from tracker.display import neutralise

ORDERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(st.text(st.characters(categories=["Cc", "Cf", "L", "Zs", "So"])))
def test_a_neutralised_text_holds_no_control_character(text: str) -> None:
    cleaned = neutralise(text)
    assert not [c for c in cleaned if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert not ORDERING & set(cleaned)


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])))
def test_an_ordinary_text_is_left_alone(text: str) -> None:
    assert neutralise(text) == text


def test_an_escape_sequence_stays_visible() -> None:
    assert neutralise("a\x1b[31mred\x9b1m") == "a␛[31mred\ufffd1m"


def test_one_line_has_no_line_break() -> None:
    assert output.one_line(" a\r\n b\n\tc ") == "a b c"


def test_secrets_of_the_environment_are_replaced_by_their_names() -> None:
    environ = {"GITHUB_TOKEN": "ghp_abcdef", "HOME": "/home/alice", "SHORT_TOKEN": "abc"}
    assert (
        output.redact("Bearer ghp_abcdef at /home/alice abc", environ)
        == "Bearer [GITHUB_TOKEN] at /home/alice abc"
    )


def test_json_is_one_document_that_no_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"title": "a\x1b[2J\x9b\u202eb", "n": [1, None]}
    output.print_json(value)
    text = capsys.readouterr().out
    assert json.loads(text) == value
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"]


def test_a_table_shows_markup_and_escapes_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(["Title", "Owner"], [["[bold]x[/bold] \x1b[2J", None], [":smile: a\nb", "Zoë"]])
    text = capsys.readouterr().out
    assert "[bold]x[/bold] ␛[2J" in text
    assert ":smile: a b" in text
    assert "\x1b" not in text


def test_a_long_title_is_folded_and_not_lost(capsys: pytest.CaptureFixture[str]) -> None:
    title = " ".join(f"word{number}" for number in range(80))
    output.print_table(["Title"], [[title]])
    assert [word for word in capsys.readouterr().out.split() if word.startswith("word")] == title.split()


def test_a_secret_that_was_learnt_is_shown_by_its_name_and_short_words_are_left_alone() -> None:
    assert conceal("canary-90be11", "token of jira") == "canary-90be11"
    conceal("word", "token of github")
    assert output.redact("a word, canary-90be11!", {}) == "a word, [token of jira]!"


def test_of_a_secret_that_begins_with_another_nothing_is_left() -> None:
    conceal("canary-4d07", "password")
    conceal("canary-4d07-and-more", "token")
    assert output.redact("canary-4d07-and-more", {}) == "[token]"


def test_what_rich_writes_on_a_terminal_has_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    conceal("canary-11aa77", "token")
    output.show_lines([(("create", "green"), (" canary-11aa77", ""))])
    assert "canary" not in capsys.readouterr().out


def test_a_line_of_json_keeps_every_character_and_commands_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_json_line({"title": "a\x9b\x7f\u202eb"})
    text = capsys.readouterr().out
    assert json.loads(text) == {"title": "a\x9b\x7f\u202eb"}
    assert text.isascii()
