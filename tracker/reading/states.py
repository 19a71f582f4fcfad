"""Status and priority words to their normalised values; the words themselves are data of the vocabulary. Pure."""

from __future__ import annotations

from tracker.models import Status
from tracker.patterns import pattern
from tracker.vocabulary import Vocabulary, fold

EMOJI = {
    "✅": Status.DONE,
    "✔": Status.DONE,
    "✓": Status.DONE,
    "☑": Status.DONE,
    "☒": Status.DONE,
    "🗹": Status.DONE,
    "🎉": Status.DONE,
    "❌": Status.OPEN,
    "✗": Status.OPEN,
    "✖": Status.OPEN,
    "✘": Status.OPEN,
    "⏳": Status.OPEN,
    "⌛": Status.OPEN,
    "🕐": Status.OPEN,
    "🔜": Status.OPEN,
    "🆕": Status.OPEN,
    "⬜": Status.OPEN,
    "🔲": Status.OPEN,
    "☐": Status.OPEN,
    "⭕": Status.OPEN,
    "📋": Status.OPEN,
    "🔄": Status.IN_PROGRESS,
    "🚧": Status.IN_PROGRESS,
    "🟡": Status.IN_PROGRESS,
    "🏗": Status.IN_PROGRESS,
    "⛔": Status.BLOCKED,
    "🛑": Status.BLOCKED,
    "⏸": Status.BLOCKED,
    "🚫": Status.CANCELLED,
    "🗑": Status.CANCELLED,
    "\N{SQUARE ROOT}\N{LATIN SMALL LETTER ETH}": Status.DONE,
    "‚úÖ": Status.DONE,
}
"""Signs and what they say of an item; the last ones are a check mark read in a wrong encoding."""
SHORTCODES = {
    "white_check_mark": Status.DONE,
    "heavy_check_mark": Status.DONE,
    "ballot_box_with_check": Status.DONE,
    "check": Status.DONE,
    "tada": Status.DONE,
    "x": Status.OPEN,
    "hourglass": Status.OPEN,
    "hourglass_flowing_sand": Status.OPEN,
    "construction": Status.IN_PROGRESS,
    "arrows_counterclockwise": Status.IN_PROGRESS,
    "no_entry": Status.BLOCKED,
    "no_entry_sign": Status.CANCELLED,
}
"""The same signs as GitHub, GitLab and Slack let them be written: ":white_check_mark:"."""
_SHORTCODE = pattern(r":([a-z_]{1,30}):")
OPENING_SIGNS = frozenset(emoji[0] for emoji in EMOJI)
"""The characters with which these open: a quick look before they are compared."""
_BOX = pattern(r"^\[([ xX✓✔~/-]?)\]|^\(([ xX])\)")
_PARTS = pattern(r"[(（,;:：\n]|\s[-–—/]\s?|[-–—]\s|\.\s")
_MOST_WORDS = 4


def box(text: str) -> Status | None:
    """The state of a check box written in the text ("[x]", "[ ]")."""
    found = _BOX.match(text.strip())
    if not found:
        return None
    sign = (found[1] or found[2] or " ").strip()
    if not sign:
        return Status.OPEN
    return Status.IN_PROGRESS if sign in "~/-" else Status.DONE


def sign(text: str) -> Status | None:
    """The state that the first sign of the text tells."""
    if text[:1] == ":" and (code := _SHORTCODE.match(text)):
        return SHORTCODES.get(code[1])
    if text[:1] not in OPENING_SIGNS:
        return None
    return next((status for emoji, status in EMOJI.items() if text.startswith(emoji)), None)


def shortcode(text: str, at: int) -> int:
    """The length of the shortcode of a sign that stands here, 0 for none."""
    code = _SHORTCODE.match(text, at)
    return len(code[0]) if code and code[1] in SHORTCODES else 0


def _share(text: str) -> Status | None:
    """The state of what is done by a share: "100 %", "50%"."""
    found = _SHARE.fullmatch(text)
    if not found:
        return None
    share = int(found[1])
    return Status.DONE if share >= _WHOLE else Status.IN_PROGRESS if share else Status.OPEN


_SHARE = pattern(r"(\d{1,3}) ?%")
_WHOLE = 100


class States:
    """Looks status and priority words up."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words

    def status(self, text: str) -> Status | None:
        """The status that a cell or a labelled value states: words first, then a check box, then a sign."""
        stripped = text.strip().strip("*_`~").strip()
        return self.word(stripped) or box(stripped) or self._sign_in(stripped) or _share(stripped)

    def _sign_in(self, text: str) -> Status | None:
        if ":" in text and (code := _SHORTCODE.search(text)):
            return SHORTCODES.get(code[1])
        return None if text.isascii() else next((EMOJI[emoji] for emoji in EMOJI if emoji in text), None)

    def word(self, text: str) -> Status | None:
        """The status whose words open the text, or one of its parts as a whole."""
        exact = self.exact(text)
        if exact:
            return exact
        parts = _PARTS.split(text, maxsplit=3)
        for part in parts if len(parts) > 1 else ():
            exact = self.exact(part)
            if exact:
                return exact
        return self.opening(text)

    def exact(self, text: str) -> Status | None:
        """The status whose phrase is the whole text."""
        kind = self.words.first("status", text)
        return Status(kind) if kind else None

    def opening(self, text: str) -> Status | None:
        """The status whose phrase opens the text."""
        tokens = fold(text[:80]).split()
        for size in range(min(_MOST_WORDS, len(tokens)), 0, -1):
            kind = self.words.table("status").get(" ".join(tokens[:size]))
            if kind:
                return Status(kind[0])
        return None

    def priority(self, text: str) -> int | None:
        """0 (most urgent) to 4 for a priority word, also "P1 (user scope)" and "1 - High"; None for anything else."""
        for part in (text, *_PARTS.split(text, maxsplit=3)):
            kind = self.words.first("priority", part)
            if kind:
                return int(kind)
        return None
