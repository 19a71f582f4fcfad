"""What the steps that take an entry apart need to know, for one document."""

from __future__ import annotations

from dataclasses import field

from tracker.reading.dates import Calendar
from tracker.reading.people import People
from tracker.reading.states import States
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary


@dataclass(frozen=True)
class Knowledge:
    """The words, the calendar of the document, the people, and the states."""

    words: Vocabulary
    calendar: Calendar
    people: People
    states: States = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", States(self.words))

    def is_word(self, kind: str, phrase: str) -> bool:
        """Whether a phrase in normal form is one of the small words of a kind (`due`, `ref`, `done`, ...)."""
        return phrase in self.words.phrases("words", kind)
