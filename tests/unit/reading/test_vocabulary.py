"""What headings and column names mean, and that the data holds no traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker import vocabulary
from tracker.vocabulary import LANGUAGES, default, fold


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Immediate action items", "action"),
        ("7. Corrective & Preventative Measures:", "action"),
        ("Lessons learned / follow-ups", "action"),
        ("What will we do to prevent this in the future?", "action"),
        ("How will we prevent this?", "improvement"),
        ("再発防止策と今後の対応", "action"),
        ("2.1 改进措施", "action"),
        ("Folio changes", ""),
        ("Fix of the tracking issue", ""),
    ],
)
def test_a_heading_is_known_by_the_phrases_in_it(heading: str, kind: str) -> None:
    kinds = default().find("heading", heading)
    assert kind in kinds if kind else "action" not in kinds


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("Tracking issue(s)", "ref"),
        ("Owner(s)", "owner"),
        ("Target date (UTC)", "due"),
        ("Person In Charge", "owner"),
        ("Done?", "status"),
        ("Verantwortlicher Bereich", "owner"),
        ("預計完成", "due"),
    ],
)
def test_a_column_is_known_by_its_name(column: str, role: str) -> None:
    assert default().find("column", column)[0] == role


@pytest.mark.parametrize("group", ["heading", "column", "label", "status", "priority", "field"])
def test_no_phrase_is_empty_in_normal_form(group: str) -> None:
    assert "" not in default().table(group)


@pytest.mark.parametrize("language", [*LANGUAGES, "names"])
def test_the_files_hold_phrases_in_normal_form_without_anything_among_them(language: str) -> None:
    text = (
        Path(vocabulary.__file__).with_name(f"{language}.txt").read_text(encoding="utf-8").replace("ß", "ss")
    )
    blocks = [block.partition("]\n")[2].strip("\n") for block in text.split("\n[")[1:]]
    phrases = [line.partition(" = ")[0] for block in blocks for line in block.split("\n")]
    assert [block for block in blocks if len(set(block.split("\n"))) < len(block.split("\n"))] == []
    assert [phrase for phrase in phrases if fold(phrase) != phrase or not phrase] == []
    assert len(phrases) > 50


def test_a_heading_has_the_language_that_comes_first_and_none_from_words_of_ones_own() -> None:
    words = vocabulary.build(("da", "no"), {("heading", "action"): ["Oppgaver etter", "Tiltag!"]})
    assert words.language_of("tiltag") == "da"
    assert words.language_of("Oppgaver etter") is None
    assert words.exact("heading", "tiltag") == ("action",)
