"""The other formats: each gives the same items as the same text in Markdown, with the lines of its own source."""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tracker.models import ActionItem, PostMortem, Status
from tracker.reading import read
from tracker.reading.frontends import EXTENSIONS, FORMATS, format_of, load

RST = """=============
Queue outage
=============

:Date: 2026-05-06
:Severity: SEV2

Action items
============

* Add an alert (owner: ann, due: 2026-05-20)
* Drain the queue, see `#12 <https://github.com/a/b/issues/12>`_

========== ======= ========== ======
Action     Owner   Due        Status
========== ======= ========== ======
Fix probe  Bo Li   2026-06-01 Done
========== ======= ========== ======
"""
ADOC = """= Queue outage
Ann Lee

*Date:* 2026-05-06

== Action items

* [x] Add an alert
* [ ] Drain the queue, https://github.com/a/b/issues/12[#12]

|===
|Action |Owner |Due

|Fix probe
|Bo Li
|2026-06-01
|===
"""
WIKI = """= Queue outage =
'''Date:''' 2026-05-06

== Action items ==
* Add an alert (owner: ann)
* Drain the queue

{| class="wikitable"
! Action !! Owner !! Due
|-
| Fix probe || Bo Li || 2026-06-01
|}
"""
ORG = """#+TITLE: Queue outage
#+DATE: 2026-05-06
* Summary
It was down.
* Action items
** TODO [#A] Add an alert
   DEADLINE: <2026-05-20 Wed>
   :PROPERTIES:
   :OWNER: ann
   :END:
** DONE Tell support
- [ ] Drain the queue [[https://github.com/a/b/issues/12][#12]]

| Action    | Owner | Due        |
|-----------+-------+------------|
| Fix probe | Bo Li | 2026-06-01 |
"""


def facts(item: ActionItem) -> tuple[str, tuple[str, ...], str | None, int]:
    return item.title, item.owners, item.due.isoformat() if item.due else None, item.line


def titled(document: PostMortem) -> tuple[str | None, str | None]:
    return document.title, document.date.isoformat() if document.date else None


def test_restructured_text_with_field_list_bullets_and_a_simple_table() -> None:
    found = read("a.rst", RST.encode())
    assert titled(found) == ("Queue outage", "2026-05-06")
    assert found.severity == "SEV2"
    assert [facts(item) for item in found.items] == [
        ("Add an alert", ("ann",), "2026-05-20", 11),
        ("Drain the queue", (), None, 12),
        ("Fix probe", ("Bo Li",), "2026-06-01", 17),
    ]
    assert found.items[1].refs == ("https://github.com/a/b/issues/12",)


def test_asciidoc_by_way_of_pandoc() -> None:
    found = read("a.adoc", ADOC.encode())
    assert titled(found) == ("Queue outage", "2026-05-06")
    assert [facts(item) for item in found.items] == [
        ("Add an alert", (), None, 8),
        ("Drain the queue", (), None, 9),
        ("Fix probe", ("Bo Li",), "2026-06-01", 14),
    ]
    assert found.items[0].status is Status.DONE


@pytest.mark.parametrize("sign", ["----", "....", "++++", "```"])
def test_asciidoc_with_a_block_that_is_never_closed_is_read(sign: str) -> None:
    found = read("a.adoc", f"= Queue outage\n\n== Action items\n\n* Add an alert\n\n{sign}\n$ top\n".encode())
    assert [item.title for item in found.items] == ["Add an alert"]
    assert found.diagnostics == ()


def test_a_paragraph_of_a_thousand_marks_in_restructured_text_is_read_without_them() -> None:
    text = "Action items\n============\n\n* " + "`a " * 1000 + "\n\n* Add an *urgent* alert\n"
    found = read("a.rst", text.encode())
    assert [item.title for item in found.items][1:] == ["Add an urgent alert"]
    assert "`" not in found.items[0].title
    assert len(found.items[0].title.split()) == 1000


def test_mediawiki_by_way_of_pandoc() -> None:
    found = read("a.wiki", WIKI.encode())
    assert found.date == dt.date(2026, 5, 6)
    assert [facts(item) for item in found.items] == [
        ("Add an alert", ("ann",), None, 5),
        ("Drain the queue", (), None, 6),
        ("Fix probe", ("Bo Li",), "2026-06-01", 11),
    ]


def test_org_with_states_priorities_deadlines_and_a_table() -> None:
    found = read("a.org", ORG.encode())
    assert titled(found) == ("Queue outage", "2026-05-06")
    assert [facts(item) for item in found.items] == [
        ("Add an alert", ("ann",), "2026-05-20", 6),
        ("Tell support", (), None, 11),
        ("Drain the queue", (), None, 12),
        ("Fix probe", ("Bo Li",), "2026-06-01", 16),
    ]
    assert [item.status for item in found.items] == [Status.OPEN, Status.DONE, Status.OPEN, None]
    assert found.items[0].priority == "A"


def word_document() -> bytes:
    from docx import Document

    document: Any = Document()
    document.add_heading("Queue outage", 0)
    document.add_paragraph("Date: 2026-05-06")
    document.add_heading("Action items", 1)
    document.add_paragraph("Add an alert (owner: ann)", style="List Bullet")
    document.add_paragraph("Drain the queue", style="List Number")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(
        table.rows, (("Action", "Owner", "Due"), ("Fix probe", "Bo Li", "2026-06-01")), strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    page = io.BytesIO()
    document.save(page)
    return page.getvalue()


def test_word_with_lists_and_a_table() -> None:
    found = read("a.docx", word_document())
    assert titled(found) == ("Queue outage", "2026-05-06")
    assert [facts(item)[:3] for item in found.items] == [
        ("Add an alert", ("ann",), None),
        ("Drain the queue", (), None),
        ("Fix probe", ("Bo Li",), "2026-06-01"),
    ]
    lines = [item.line for item in found.items]
    assert lines == sorted(lines)


def test_word_with_cells_over_several_columns_and_rows() -> None:
    from docx import Document

    document: Any = Document()
    document.add_heading("Action items", 1)
    table = document.add_table(rows=4, cols=3)
    rows = (
        ("Action", "Owner", "Due"),
        ("Immediate actions", "", ""),
        ("Fix probe", "Bo", "2026-06-01"),
        ("Cap it", "", "2026-07-01"),
    )
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(1, 2))
    table.cell(2, 1).merge(table.cell(3, 1))
    page = io.BytesIO()
    document.save(page)
    assert [facts(item)[:3] for item in read("a.docx", page.getvalue()).items] == [
        ("Fix probe", ("Bo",), "2026-06-01"),
        ("Cap it", (), "2026-07-01"),
    ]


def test_restructured_text_with_a_cell_over_two_rows_and_one_over_two_columns() -> None:
    table = """\
+-----------+-------+------------+
| Action    | Owner | Due        |
+===========+=======+============+
| Fix probe | Bo Li | 2026-06-01 |
+-----------+       +------------+
| Cap it    |       | 2026-07-01 |
+-----------+-------+------------+
| Add an alert      | 2026-08-01 |
+-------------------+------------+
"""
    found = read("a.rst", f"Action items\n============\n\n{table}".encode())
    assert [facts(item)[:3] for item in found.items] == [
        ("Fix probe", ("Bo Li",), "2026-06-01"),
        ("Cap it", ("Bo Li",), "2026-07-01"),
        ("Add an alert", (), "2026-08-01"),
    ]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 30_000_000)
    found = read("bomb.docx", page.getvalue())
    assert [one.code for one in found.diagnostics] == ["too-large"]


def test_a_word_file_that_is_none_is_reported() -> None:
    assert [one.code for one in read("a.docx", b"PK\3\4 no").diagnostics] == ["unreadable"]


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("a.docx", "docx", "docx"), ("a.rst", "docutils.core", "rst"), ("a.adoc", "pypandoc", "asciidoc"), ("a.wiki", "pypandoc", "mediawiki"), ("a.org", "orgparse", "org")],
)  # fmt: skip
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    name: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    (one,) = read(name, b"x").diagnostics
    assert one.code == "missing-extra"
    assert f"install pmtrack with its extra `{extra}`" in one.message


def test_pandoc_without_its_program_is_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise OSError("No pandoc was found")

    monkeypatch.setattr("pypandoc.get_pandoc_path", nowhere)
    assert [one.code for one in read("a.wiki", b"x").diagnostics] == ["missing-extra"]


def test_every_extension_leads_to_a_front_end_that_can_be_loaded() -> None:
    assert set(EXTENSIONS.values()) == set(FORMATS)
    assert all(callable(load(name)) for name in FORMATS)
    assert format_of("x/Post.MD") == "markdown"
    assert format_of("x.tar/README") is None


def test_a_rendered_page_without_heading_levels_keeps_its_sections() -> None:
    text = "Title¶\nDate: 2026-05-06 Severity: SEV1\nTimeline¶\n- 10:00 it broke\nAction Items¶\nImmediate¶\n"
    text += "| Action | Owner |\n|---|---|\n| Do it | Ann |\nLessons Learned¶\n- be kind\n"
    found = read("a.txt", text.encode())
    assert [(item.title, item.section, item.line) for item in found.items] == [("Do it", "Immediate", 9)]
    assert (found.severity, found.date) == ("SEV1", dt.date(2026, 5, 6))


def test_escaped_markdown_and_tables_spread_over_blank_lines_are_read() -> None:
    text = "\\# T\n\n\\## Action items\n\n\\- one\n\n| Action | Owner |\n\n|---|---|\n\n| two | Ann |\n"
    assert [(item.title, item.line) for item in read("a.md", text.encode()).items] == [
        ("one", 5),
        ("two", 11),
    ]


@pytest.mark.parametrize(
    ("name", "document"),
    [
        (
            "a.rst",
            "Action items\n============\n\n.. include:: {path}\n\n.. raw:: html\n   :file: {path}\n\n* here\n",
        ),
        ("a.adoc", "= T\n\n== Action items\n\n* here\n\ninclude::{path}[]\n"),
        ("a.wiki", "== Action items ==\n* here\n{{{{{path}}}}}\n"),
        ("a.org", "* Action items\n- here\n#+INCLUDE: {path}\n"),
        ("a.md", "## Action items\n\n- here\n\n{{% include {path} %}}\n"),
    ],
)
def test_no_file_that_a_document_names_is_opened(tmp_path: Path, name: str, document: str) -> None:
    other = tmp_path / "other.txt"
    other.write_text("* secret\n\n- [ ] secret\n", encoding="utf-8")
    found = read(name, document.format(path=other).encode())
    assert [item.title for item in found.items] == ["here"]


def test_asciidoc_that_pandoc_gives_up_is_read_line_by_line_and_told() -> None:
    found = read(
        "a.adoc", b"= First\n\n== Action items\n\n* [ ] do it\n\n= Second\n\n== Action items\n\n* then that\n"
    )
    assert [(item.title, item.line) for item in found.items] == [("do it", 5), ("then that", 11)]
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["roughly"]
