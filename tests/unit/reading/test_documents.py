"""Finding documents on disk, and reading any bytes at all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import NoInputError
from tracker.reading import documents, read
from tracker.reading.settings import make
from tracker.reading.source import Source


def write(folder: Path, name: str, text: str = "# X\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(files: list[documents.DocumentFile]) -> list[str]:
    return [Path(file.path).name for file in files]


def test_a_folder_is_walked_for_known_extensions_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/c.markdown", "sub/picture.png", ".git/d.md"):
        write(tmp_path, name)
    assert names(documents.find([tmp_path])) == ["a.txt", "b.md", "c.markdown"]


def test_a_file_given_by_name_is_taken_whatever_its_extension_and_only_once(tmp_path: Path) -> None:
    path = write(tmp_path, "POSTMORTEM")
    assert names(documents.find([path, path])) == ["POSTMORTEM"]


def test_the_walk_notes_size_and_time_without_opening_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "# A\n")
    path.chmod(0)
    (file,) = documents.find([tmp_path])
    status = path.stat()
    assert (file.size, file.mtime_ns) == (4, status.st_mtime_ns)


def test_symbolic_links_that_form_a_loop_end(tmp_path: Path) -> None:
    write(tmp_path, "sub/a.md")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert names(documents.find([tmp_path])) == ["a.md"]


def test_links_that_lead_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "secret/a.md")
    write(tmp_path, "docs/b.md")
    (tmp_path / "docs" / "out").symlink_to(tmp_path / "secret", target_is_directory=True)
    (tmp_path / "docs" / "c.md").symlink_to(tmp_path / "secret" / "a.md")
    (tmp_path / "docs" / "d.md").symlink_to(tmp_path / "docs" / "b.md")
    assert names(documents.find([tmp_path / "docs"])) == ["b.md", "d.md"]


def test_a_dangling_link_is_a_document_with_a_problem(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (file,) = documents.find([tmp_path])
    assert "No such file" in file.problem
    assert documents.read_file(file).diagnostics[0].code == "unreadable"


def test_a_file_link_that_points_to_itself_is_a_problem_not_a_hang(tmp_path: Path) -> None:
    (tmp_path / "self.md").symlink_to(tmp_path / "self.md")
    (file,) = documents.find([tmp_path])
    assert file.problem


def test_a_file_whose_name_is_no_text_is_a_problem_with_a_name_that_can_be_written(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/n\xff.md")).write_bytes(b"# A\n")
    (file,) = documents.find([tmp_path])
    assert file.path.endswith("/n\\xff.md")
    assert file.path.encode()
    assert "rename it" in documents.read_file(file).diagnostics[0].message


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path, "a.md").chmod(0)
    write(tmp_path, "b.md", "# B\n\n## Action items\n\n- do it\n")
    first, second = documents.read_many(documents.find([tmp_path]))
    assert first.diagnostics[0].code == "unreadable"
    assert second.items[0].title == "do it"


def test_excluded_globs_are_left_out(tmp_path: Path) -> None:
    for name in ("a.md", "drafts/b.md", "template.md"):
        write(tmp_path, name)
    assert names(documents.find([tmp_path], exclude=["drafts", "template*"])) == ["a.md"]


@pytest.mark.parametrize("make_it", [False, True])
def test_a_missing_path_and_an_empty_folder_are_named(tmp_path: Path, make_it: bool) -> None:
    folder = tmp_path / "folder"
    if make_it:
        folder.mkdir()
    with pytest.raises(NoInputError, match="folder"):
        documents.find([folder])


def test_many_documents_come_in_order_also_from_several_processes(tmp_path: Path) -> None:
    filler = "words " * 20_000
    for number in range(80):
        write(tmp_path, f"{number:03}.md", f"# {number}\n\n{filler}\n\n## Action items\n\n- do {number}\n")
    files = documents.find([tmp_path])
    assert sum(file.size for file in files) > documents.LARGE
    found = list(documents.read_many(files, make({"workers": 2})))
    assert [one.title for one in found] == [str(number) for number in range(80)]
    assert [one.items[0].title for one in found] == [f"do {number}" for number in range(80)]


_PIECES = st.lists(
    st.sampled_from(
        ("# ", "- [ ] ", "|a|b|\n|-|-|\n", "== A ==\n", "{|\n", "|===\n", "----\n", ".. note::\n", ".. [1] ", "[1]_", "* TODO ", ":END:\n", "[^1]", "<table>", "<li>", "</ul>", "<!--", "]]>", "&x;", "Action items\n", "Owner: Ann", "31.02.2026", "\n\n", "    ", "`", "**", "\x00", "\u202e")
    )
    | st.text(max_size=8),
    max_size=30,
).map(lambda pieces: "".join(pieces).encode(errors="replace"))  # fmt: skip


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html", "a.rst", "a.org", "a.docx"])
@given(data=st.binary(max_size=400) | _PIECES)
def test_no_bytes_make_a_front_end_fail(name: str, data: bytes) -> None:
    assert read(name, data).path == name


@pytest.mark.parametrize("name", ["a.adoc", "a.wiki"])
@settings(max_examples=4)  # a process for each
@given(data=_PIECES)
def test_no_bytes_make_a_front_end_with_pandoc_fail(name: str, data: bytes) -> None:
    assert read(name, data).path == name


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        ("# Prüfung\n".encode("latin-1"), "encoding"),
        ("# Wide\n".encode("utf-16"), "encoding"),
    ],
)
def test_bytes_that_are_no_text_are_told_as_diagnostics(data: bytes, code: str) -> None:
    assert [one.code for one in read("a.md", data).diagnostics] == [code]


def test_wrong_bytes_keep_their_line_and_are_read_as_windows_1252() -> None:
    found = read("a.md", b"# T\n\n## Action items\n\n- Pr\xfcfe den Cache\n- zweitens\n")
    assert [item.title for item in found.items] == ["Prüfe den Cache", "zweitens"]
    assert found.diagnostics[0].line == 5


def test_a_large_document_in_another_encoding_is_decoded_in_linear_time() -> None:
    text = "größer als die\n" * 5000 + "words " * 600_000
    before = time.process_time()
    assert Source(text.encode("latin-1")).text == text
    assert time.process_time() - before < 10, (
        "a tenth of a second; more than a minute where each byte copies the rest"
    )


def test_crlf_bom_and_tabs_change_nothing_but_offsets() -> None:
    text = "# T\n\n## Action items\n\n|\tAction\t|\tOwner\t|\n|---|---|\n|\tdo\tit\t|\tAnn Lee\t|\n"
    plain = read("a.md", text.encode()).items
    odd = read("a.md", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()).items
    assert plain == odd
    assert plain[0].title == "do it"
    assert plain[0].owners == ("Ann Lee",)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("a.md", "".join("  " * depth + "- x\n" for depth in range(1500))),
        ("a.md", "- " * 3000 + "x"),
        ("a.md", "> " * 3000 + "x"),
        ("a.md", "<ul><li>x" * 3000),
        ("a.html", "<ul><li>x" * 6000),
        ("a.html", "<table><tr><td>" * 3000 + "x"),
        ("a.txt", "".join(" " * depth + "- x\n" for depth in range(1500))),
        ("a.org", "".join("*" * depth + " x\n" for depth in range(1, 1000))),
    ],
    ids=["lists", "lists in a line", "quotes", "HTML in Markdown", "HTML", "tables", "text", "outline"],
)
def test_deep_nesting_is_read_to_its_end(name: str, document: str) -> None:
    assert read(name, ("ACTION ITEMS\n\n" + document).encode()).sha256
