"""Reports in parts: a long one is never in memory as a whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.reports.scenario import audit_report, review_report
from tracker.cli.output import emit_parts
from tracker.files import replace
from tracker.reports.audit import Audit
from tracker.reports.report import Report, parts, render


def longer(report: Report, times: int) -> Report:
    """The audit with its new entries several times."""
    assert isinstance(report.values, Audit)
    return dataclasses.replace(
        report, values=dataclasses.replace(report.values, new=report.values.new * times)
    )


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_longer_report_has_more_parts_and_no_longer_ones(form: str) -> None:
    short, long = ([*parts(longer(audit_report(), times), form)] for times in (50, 1_000))
    assert len(long) > len(short) + 40
    assert max(map(len, long)) == max(map(len, short))


@pytest.mark.parametrize("form", ["markdown", "html", "json", "csv"])
def test_the_parts_are_the_report(form: str) -> None:
    assert "".join(parts(review_report(), form)) == render(review_report(), form)


def test_parts_on_standard_output_are_neutralised_and_end_their_own_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    emit_parts(f"{number} \x1b[2J\n" for number in range(2_500))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert shown.splitlines()[-1] == "2499 ␛[2J"
    assert shown.endswith("\n")


def test_a_secret_is_taken_out_of_the_parts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_TOKEN", "s3cret-s3cret")
    emit_parts(['{"title": ', '"s3cret-s3cret"}\n'])
    assert "s3cret" not in capsys.readouterr().out


def test_a_file_is_left_alone_when_a_part_cannot_be_made(tmp_path: Path) -> None:
    file = tmp_path / "audit.json"
    file.write_bytes(b"last night's")

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        replace(file, broken())
    assert file.read_bytes() == b"last night's"
    assert [one.name for one in tmp_path.iterdir()] == ["audit.json"]
