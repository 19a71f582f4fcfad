"""Colours on a terminal, and nothing but colours."""

from __future__ import annotations

import io

import click

from tracker.cli.colouring import painted, wanted

TEXT = "docs/a.md\n  3:7 error PM201 overdue: was due\n      Finish it.\n    | Fix \x1b[31mit\n    | ^^^\n\n1 error."


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_severity_and_marker_share_a_colour_and_the_document_is_bold() -> None:
    lines = painted(TEXT).split("\n")
    assert lines[0] == click.style("docs/a.md", bold=True)
    assert lines[1] == f"  3:7 {click.style('error', fg='red', bold=True)} PM201 overdue: was due"
    assert lines[4] == click.style("    | ^^^", fg="red")


def test_without_its_colours_the_text_is_what_a_pipe_gets() -> None:
    assert click.unstyle(painted(TEXT)) == TEXT.replace("\x1b", "␛")


def test_an_escape_sequence_of_a_document_is_shown_and_not_obeyed() -> None:
    assert "Fix ␛[31mit" in painted(TEXT)


def test_only_a_terminal_that_is_not_told_otherwise_gets_colours() -> None:
    assert wanted(Terminal(), {})
    assert not wanted(Terminal(), {"NO_COLOR": "1"})
    assert not wanted(io.StringIO(), {})
