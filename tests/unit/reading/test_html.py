"""HTML in the forms in which wikis and editors export it."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.models import ActionItem, Status
from tracker.reading import read


def items(text: str, name: str = "a.html") -> tuple[ActionItem, ...]:
    return read(name, text.encode()).items


def test_a_plain_page_gives_titles_lines_and_bytes() -> None:
    data = b"<h1>T</h1>\n<h3>Action Items</h3>\n<ul>\n <li>\n   Add an alert for\n   queues</li>\n <li>Write it</li></ul>"
    first, second = read("a.html", data).items
    assert (first.title, first.line, second.title, second.line) == (
        "Add an alert for queues",
        5,
        "Write it",
        7,
    )
    span = second.spans["title"]
    assert data[span.start : span.end] == b"Write it"


def test_a_bold_line_before_a_break_is_the_title_and_the_rest_explains() -> None:
    (item,) = items("<h2>Actions</h2><ol><li><strong>Rotate keys</strong><br>because they leaked</li></ol>")
    assert (item.title, item.description) == ("Rotate keys", "because they leaked")


def test_confluence_storage_format_with_tasks_people_dates_and_jira_keys() -> None:
    text = """<h2>Action items</h2>
<ac:task-list>
<ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>Raise the limit
 <ac:link><ri:user ri:username="ann" /></ac:link> <time datetime="2026-03-04" /></ac:task-body></ac:task>
<ac:task><ac:task-id>2</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>Cache images
 (<ac:structured-macro ac:name="jira"><ac:parameter ac:name="server">J</ac:parameter>
 <ac:parameter ac:name="key">OPS-7</ac:parameter></ac:structured-macro>)</ac:task-body></ac:task>
</ac:task-list>"""
    first, second = items(text)
    assert (first.title, first.status, first.owners) == ("Raise the limit", Status.DONE, ("ann",))
    assert first.due == dt.date(2026, 3, 4)
    assert (second.title, second.status, second.refs) == ("Cache images", Status.OPEN, ("OPS-7",))


def test_confluence_view_export_with_inline_tasks_and_a_table() -> None:
    text = """<h1>Incident</h1><h2>Follow-ups</h2>
<ul class="inline-task-list"><li class="checked" data-inline-task-id="1">Tell support</li></ul>
<table class="confluenceTable"><tbody><tr><th>Action</th><th>Owner</th><th>Status</th></tr>
<tr><td><p>Fix the probe</p></td><td><a class="user-mention" href="/u/x">Ann Lee</a></td>
<td><span class="status-macro">IN PROGRESS</span></td></tr></tbody></table>"""
    first, second = items(text)
    assert (first.title, first.status) == ("Tell support", Status.DONE)
    assert (second.title, second.owners, second.status) == ("Fix the probe", ("Ann Lee",), Status.IN_PROGRESS)


def test_google_docs_links_lead_to_their_real_target() -> None:
    url = "https://www.google.com/url?q=https://github.com/a/b/issues/9&amp;sa=D"
    (item,) = items(f'<h2>Action items</h2><ul><li><span>Do it </span><a href="{url}">issue</a></li></ul>')
    assert (item.title, item.refs) == ("Do it", ("https://github.com/a/b/issues/9",))


def test_notion_to_do_lists_tell_their_state() -> None:
    text = """<h2>Next steps</h2><ul class="to-do-list"><li><div class="checkbox checkbox-on"></div>
<span class="to-do-children-checked">Ship it</span></li></ul>
<ul class="to-do-list"><li><div class="checkbox checkbox-off"></div> <span>Watch it</span></li></ul>"""
    assert [(item.title, item.status) for item in items(text)] == [
        ("Ship it", Status.DONE),
        ("Watch it", Status.OPEN),
    ]


TITLED = """<h2>Action items</h2><table><tr><th colspan="4">Follow-up of INC-7</th></tr>
<tr><th>Team</th><th>Action</th><th>Owner</th><th>Due</th></tr>
<tr><td colspan="4">Immediate actions</td></tr>
<tr><td rowspan="2">SRE</td><td>Fix the probe</td><td>Ann</td><td>2026-05-01</td></tr>
<tr><td rowspan="3">Add an alert</td><td>Bob</td><td rowspan="3">2026-06-01</td></tr>
<tr><td>Search</td><td>Cy</td></tr>
<tr></tr><tr><td>Search</td><td colspan="2">Cap the pool</td><td>2026-07-01</td></tr></table>"""


def test_cells_over_several_columns_and_rows_move_no_other_cell() -> None:
    found = read("a.html", TITLED.encode())
    assert [(item.title, item.owners, f"{item.due}", item.line) for item in found.items] == [
        ("Fix the probe", ("Ann",), "2026-05-01", 4),
        ("Add an alert", ("Bob", "Cy"), "2026-06-01", 5),
        ("Cap the pool", (), "2026-07-01", 7),
    ]
    assert found.diagnostics == ()


@pytest.mark.parametrize("size", ["0", "-1", "x", "99999", "9" * 5000])
def test_the_size_of_a_cell_is_at_most_that_of_a_table(size: str) -> None:
    text = f"<h2>Action items</h2><table><tr><th>Action</th><th>Owner</th></tr><tr><td>Do it</td><td colspan={size} rowspan={size}>Ann</td></tr></table>"
    assert [(item.title, item.owners) for item in items(text)] == [("Do it", ("Ann",))]


def test_html_tables_inside_markdown_are_read_with_the_lines_of_the_whole() -> None:
    text = "# T\n\n## Action items\n\n<table>\n<tr><th>Action</th><th>Owner</th></tr>\n<tr><td>Do it</td><td>@ann</td></tr>\n</table>\n"
    (item,) = items(text, "a.md")
    assert (item.title, item.owners, item.line) == ("Do it", ("ann",), 7)


def test_entities_are_never_expanded_or_fetched() -> None:
    text = """<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "aaaa">]>
<h2>Action items</h2><ul><li>read &x; and &y; now</li></ul>"""
    (item,) = items(text)
    assert "aaaa" not in item.title
    assert item.title.startswith("read")
