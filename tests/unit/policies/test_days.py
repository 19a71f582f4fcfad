"""Business days, horizons, severities and time limits."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.calendar import Calendar
from policies.configuration import CalendarSettings, make_calendar
from policies.globs import matches_glob
from policies.horizon import horizon_end
from policies.wording import LANGUAGES, any_language, wording
from tracker.errors import UserError
from tracker.severity import incident_of, severity_rank

WEDNESDAY = dt.date(2026, 5, 6)


def test_a_weekend_is_not_worked() -> None:
    assert Calendar().business_days(dt.date(2026, 5, 8), dt.date(2026, 5, 11)) == 1
    assert Calendar().after_business_days(dt.date(2026, 5, 8), 1) == dt.date(2026, 5, 11)


def test_the_weekend_can_be_another() -> None:
    friday_saturday = Calendar(weekend=frozenset({4, 5}))
    assert friday_saturday.after_business_days(dt.date(2026, 5, 7), 1) == dt.date(2026, 5, 10)


def test_holidays_are_those_of_country_and_subdivision() -> None:
    ascension, corpus_christi = dt.date(2026, 5, 14), dt.date(2026, 6, 4)
    assert not Calendar(country="DE").is_business_day(ascension)
    assert Calendar(country="DE").is_business_day(corpus_christi)
    assert not Calendar(country="DE", subdivision="BY").is_business_day(corpus_christi)


def test_a_country_without_known_holidays_is_an_error() -> None:
    with pytest.raises(UserError) as error:
        make_calendar(CalendarSettings(country="XX"))
    assert "XX" in error.value.message


def test_the_day_is_the_one_of_the_time_zone() -> None:
    late = dt.datetime(2026, 5, 6, 23, 30, tzinfo=dt.UTC)
    assert Calendar("Asia/Tokyo").day(late) == dt.date(2026, 5, 7)
    assert Calendar().day(late) == WEDNESDAY


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 60))
def test_counting_forth_and_back_agrees(day: dt.date, count: int) -> None:
    calendar = Calendar()
    assert calendar.business_days(day, calendar.after_business_days(day, count)) == count


@pytest.mark.parametrize(
    ("heading", "end"),
    [
        ("Immediate (This Week)", "2026-05-13"),
        ("Immediate Actions (Next 24 hours)", "2026-05-07"),
        ("Short-term Actions (Next week)", "2026-05-17"),
        ("Short-Term (Within 1 Month)", "2026-06-06"),
        ("Medium-term Actions (Next month)", "2026-06-30"),
        ("Long-Term (Within 1 Quarter)", "2026-08-06"),
        ("Long-term Actions (Next quarter)", "2026-09-30"),
        ("Within 2 weeks", "2026-05-20"),
        ("In 1-3 months", "2026-08-07"),
        ("Sofort (diese Woche)", "2026-05-13"),
        ("Innerhalb von 3 Wochen", "2026-05-27"),
        ("Sous 2 semaines", "2026-05-20"),
        ("Próximo mes", "2026-06-30"),
        ("Próximo trimestre", "2026-09-30"),
        ("来月", "2026-06-30"),
        ("2週間以内", "2026-05-20"),
        ("Next 3-5 days", "2026-05-11"),
        ("(3–10 days)", "2026-05-16"),
        ("Within 5 business days", "2026-05-13"),
        ("Innerhalb von 3 Werktagen", "2026-05-11"),
        ("Sous 3 jours ouvrés", "2026-05-11"),
        ("En 3 días hábiles", "2026-05-11"),
        ("Em 3 dias úteis", "2026-05-11"),
        ("3営業日以内", "2026-05-11"),
        ("11週間以内", "2026-07-22"),
        ("Detection", None),
        (None, None),
    ],
)
def test_a_heading_promises_a_horizon(heading: str | None, end: str | None) -> None:
    found = horizon_end(heading, WEDNESDAY)
    assert (found.isoformat() if found else None) == end


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("SEV1", 1),
        ("Sev-2", 2),
        ("SEV0", 1),
        ("P0", 1),
        ("P1", 2),
        ("S3", 3),
        ("Critical", 1),
        ("High", 2),
        ("major", 2),
        ("Medium", 3),
        ("low (cosmetic)", 4),
        ("1", 1),
        ("Kritisch", 1),
        ("Élevée", 2),
        ("Crítica", 1),
        ("高", 2),
        ("Critical / High / Medium / Low", None),
        ("SEV1 | SEV2 | SEV3", None),
        ("", None),
        (None, None),
        ("unknown", None),
        ("immediate", None),
        ("slow responses, follow-up", None),
        ("non-critical", None),
    ],
)
def test_severities_have_ranks_whatever_they_are_called(text: str | None, rank: int | None) -> None:
    assert severity_rank(text) == rank


def test_a_severity_that_is_a_bare_number_is_called_one() -> None:
    assert [incident_of(text) for text in ("2", "SEV2")] == ["a severity 2 incident", "a SEV2 incident"]


@pytest.mark.parametrize(
    ("path", "glob", "matches"),
    [
        ("docs/archive/a.md", "archive/**", True),
        ("archive/2020/a.md", "archive/**", True),
        ("docs/a.md", "archive/**", False),
        ("docs/a.md", "**/*.md", True),
        ("a.md", "**/*.md", True),
        ("docs/a.md", "*.md", True),
        ("docs/a.md", "docs/?.md", True),
        ("docs/sub/a.md", "docs/*.md", False),
        ("xdocs/a.md", "docs/*.md", False),
    ],
)
def test_globs_match_from_any_folder_downwards(path: str, glob: str, *, matches: bool) -> None:
    assert matches_glob(path, glob) is matches


@given(st.dates(), st.integers(0, 10**7), st.sampled_from(["days", "business days", "weeks", "months"]))
def test_no_horizon_leaves_the_calendar(day: dt.date, count: int, unit: str) -> None:
    end = horizon_end(f"within {count} {unit}", day)
    assert end is not None
    assert end >= day


def test_a_wrong_century_is_counted_quickly() -> None:
    assert Calendar().business_days(dt.date(1, 1, 1), dt.date.max) > 2_000_000
    assert Calendar().after_business_days(dt.date(9999, 12, 30), 5) == dt.date.max


HORIZONS = [
    source
    for language in LANGUAGES
    if (words := wording(language))
    for name, sources in words.sources.items()
    if name.startswith("horizon.")
    for source in sources
]


@pytest.mark.parametrize("source", HORIZONS)
@given(data=st.data())
def test_every_phrase_of_a_horizon_holds_one_of_its_stems(source: str, data: st.DataObject) -> None:
    phrase = data.draw(st.from_regex(source, fullmatch=True))
    assert any(stem in phrase.casefold() for stem in any_language("horizon"))
