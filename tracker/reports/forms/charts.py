"""Charts as small inline SVG: no script, no font, no colour of their own (the page's style sheet gives light, dark and print).

Every text goes through `Markup.format`, which escapes it. Each chart names itself (`title`, `desc`) for screen readers; the
template puts a table with the same numbers behind it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from tracker.reports.page import Chart, Series

WIDTH, HEIGHT = 440, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 14, 16, 30
_BAR_HEIGHT, _BAR_LABEL = 26, 128
_STEPS = (1, 2, 2.5, 5, 10)


def svg(chart: Chart, anchor: str) -> Markup:
    """The chart as an SVG element.

    Args:
        chart: Labels and series of equal length.
        anchor: Unique in the page; the ids of title and description are made of it.
    """
    draw = {"lines": _lines, "columns": _columns, "bars": _bars}[chart.kind]
    height = _BAR_HEIGHT * len(chart.labels) + 8 if chart.kind == "bars" else HEIGHT
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{a}-t {a}-d">'
        '<title id="{a}-t">{title}</title><desc id="{a}-d">{summary}</desc>{body}</svg>'
    ).format(w=WIDTH, h=height, a=anchor, title=chart.title, summary=chart.summary, body=draw(chart))


def ticks(highest: float) -> Sequence[float]:
    """Round numbers from 0 to at least the highest value; whole ones, about four steps."""
    rough = max(highest, 1) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in _STEPS if power * factor >= rough)
    step = max(1.0, math.ceil(step))
    return [step * number for number in range(math.ceil(max(highest, 1) / step) + 1)]


def _join(parts: Sequence[Markup]) -> Markup:
    return Markup("").join(parts)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM)


def _grid(scale: Sequence[float]) -> Markup:
    return _join(
        [
            Markup(
                '<line class="grid{zero}" x1="{x1}" x2="{x2}" y1="{y:.1f}" y2="{y:.1f}"/>'
                '<text class="tick" x="{x}" y="{ty:.1f}" text-anchor="end">{v:.0f}</text>'
            ).format(
                zero="" if value else " zero",
                x1=_LEFT,
                x2=WIDTH - _RIGHT,
                x=_LEFT - 7,
                y=_y(value, scale[-1]),
                ty=_y(value, scale[-1]) + 4,
                v=value,
            )
            for value in scale
        ]
    )


def _axis(labels: Sequence[str], places: Sequence[float]) -> Markup:
    """Labels below; every other one where they would touch, the last one always."""
    every = max(1, math.ceil(len(labels) / 6))
    shown = [number for number in range(len(labels)) if (len(labels) - 1 - number) % every == 0]
    return _join(
        [
            Markup('<text class="tick" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{label}</text>').format(
                x=places[number],
                y=HEIGHT - 10,
                anchor="end" if places[number] > WIDTH - _RIGHT - 12 else "middle",
                label=labels[number],
            )
            for number in shown
        ]
    )


def _lines(chart: Chart) -> Markup:
    scale = ticks(max(max(series.values) for series in chart.series))
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(chart.labels) - 1)
    places = [_LEFT + step * number for number in range(len(chart.labels))]
    drawn = [
        _line(series, places, scale[-1], filled=not number) for number, series in enumerate(chart.series)
    ]
    return _join([_grid(scale), _axis(chart.labels, places), *drawn])


def _line(series: Series, places: Sequence[float], top: float, *, filled: bool) -> Markup:
    points = [(x, _y(value, top)) for x, value in zip(places, series.values, strict=True)]
    path = "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    base = HEIGHT - _BOTTOM
    area = Markup('<path class="area {role}" d="{path} L{x2:.1f},{base} L{x1:.1f},{base} Z"/>').format(
        role=series.role, path=path, x1=points[0][0], x2=points[-1][0], base=base
    )
    line = Markup('<path class="line {role}" d="{path}"/>').format(role=series.role, path=path)
    end = Markup('<circle class="dot {role}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>').format(
        role=series.role, x=points[-1][0], y=points[-1][1]
    )
    return _join([area if filled else Markup(""), line, Markup("") if series.role == "quiet" else end])


def _columns(chart: Chart) -> Markup:
    scale = ticks(max(max(series.values) for series in chart.series))
    band = (WIDTH - _LEFT - _RIGHT) / len(chart.labels)
    places = [_LEFT + band * (number + 0.5) for number in range(len(chart.labels))]
    width = min(14.0, band * 0.7 / len(chart.series))
    drawn = [
        _column(series.role, place + (number - len(chart.series) / 2) * width, width, value, scale[-1])
        for number, series in enumerate(chart.series)
        for place, value in zip(places, series.values, strict=True)
    ]
    return _join([_grid(scale), _axis(chart.labels, places), *drawn])


def _column(role: str, x: float, width: float, value: float, top: float) -> Markup:
    y = _y(value, top)
    return Markup(
        '<rect class="bar {role}" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="2"/>'
    ).format(role=role, x=x, y=y, w=width - 1.5, h=HEIGHT - _BOTTOM - y)


def _bars(chart: Chart) -> Markup:
    values = chart.series[0].values
    highest = max([*values, 1.0])
    room = WIDTH - _BAR_LABEL - 52
    return _join(
        [
            Markup(
                '<text class="name" x="{lx}" y="{ty}" text-anchor="end">{label}</text>'
                '<rect class="bar {role}" x="{x}" y="{y}" width="{w:.1f}" height="14" rx="3"/>'
                '<text class="value" x="{vx:.1f}" y="{ty}">{value:.0f}</text>'
            ).format(
                lx=_BAR_LABEL - 10,
                ty=number * _BAR_HEIGHT + 19,
                label=label,
                role=chart.series[0].role,
                x=_BAR_LABEL,
                y=number * _BAR_HEIGHT + 8,
                w=max(2.0, value / highest * room),
                vx=_BAR_LABEL + max(2.0, value / highest * room) + 8,
                value=value,
            )
            for number, (label, value) in enumerate(zip(chart.labels, values, strict=True))
        ]
    )
