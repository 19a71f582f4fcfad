"""How untrusted texts look on a screen, and how wide columns become: one table of characters for everything that is shown.

Texts from documents and trackers must not command a terminal (escape sequences), nor re-order a line (Trojan Source,
CVE-2021-42574).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tracker.patterns import pattern

REORDERING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Characters that turn the order of a line around; marks that only give a direction are no danger in a terminal."""

_MARKS = (0x200E, 0x200F, 0x061C)
_PICTURES: dict[int, int | str] = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_PICTURES |= {0x7F: 0x2421} | dict.fromkeys([*range(0x80, 0xA0), *REORDERING], "\ufffd")
_MARKED = _PICTURES | dict.fromkeys(_MARKS, "\ufffd")

GAP = 2
_NARROWEST = 8


def neutralise(text: str) -> str:
    """The text without anything that a terminal would obey; newlines and tabs stay.

    C0 controls become their pictures (ESC is shown as ␛), C1 controls and `REORDERING` a replacement character.
    """
    return text.replace("\r\n", "\n").translate(_PICTURES)


def neutralise_line(text: str) -> str:
    """The text on one line for any layout: also without marks of direction, white space collapsed."""
    return " ".join(text.replace("\r", "\n").translate(_MARKED).split())


def folded(text: str, width: int) -> str:
    """The text in lines of at most so many columns, parted between words, else after a slash or a hyphen, else anywhere."""
    from rich.cells import cell_len, chop_cells

    lines, line = list[str](), ""
    for piece in _PIECE.findall(text):
        if cell_len(line + piece.rstrip()) <= width:
            line += piece
            continue
        if line:
            lines.append(line)
        *whole, line = chop_cells(piece, width) if cell_len(piece.rstrip()) > width else [piece]
        lines += whole
    return "\n".join(one.rstrip() for one in (*lines, line))


# Neither a day such as 2026-11-20 nor an id such as INC-5 is parted.
_PIECE = pattern(r"\S*?(?:/|-(?!\d))\s*|\S+\s*|\s+")


def fit(
    widths: Sequence[int], room: int, fixed: Collection[int] = (), least: Sequence[int] = ()
) -> list[int]:
    """Widths of columns that fit into a line: the widest that may change gives way first.

    Args:
        widths: What each column would need.
        room: Characters in a line, the gaps between columns included.
        fixed: Numbers of the columns that keep their width.
        least: How narrow each column may become, 8 for every one where nothing is given.
    """
    fitted = list(widths)
    floors = least or [_NARROWEST] * len(fitted)
    while sum(fitted) + GAP * (len(fitted) - 1) > room:
        loose = [
            number for number in range(len(fitted)) if number not in fixed and fitted[number] > floors[number]
        ]
        if not loose:
            break
        fitted[max(loose, key=lambda number: fitted[number])] -= 1
    return fitted
