"""Rereading: issues that a run reads by id although the list of changes does not name them.

They are those that were transferred, those that could not be seen or read by the run before, and a part of the round in which
each issue is read again (`adapters.verification`). A hundred of them, whatever the reason, are one request, and what is read for the
sake of the round alone takes only what is left of the requests of a run in which nothing changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, MutableMapping, Sequence

from adapters.github import queries, reader, recurring
from adapters.github.reader import Failed, Hidden
from adapters.github.references import number_of
from adapters.github.repository import Repository
from adapters.verification import Round, Verification
from tracker.errors import AdapterError
from tracker.remote import FetchResult


class Rereading:
    """Chooses the issues and reads them.

    Args:
        repository: Holds them.
        memory: What the tracker remembers.
        spread: Whether there is a round.
    """

    def __init__(self, repository: Repository, memory: MutableMapping[str, str], *, spread: bool) -> None:
        self._repository = repository
        self._verification = Verification(memory, number_of)
        self._spread = spread

    def begin(self) -> None:
        """Note that everything was read at once."""
        self._verification.begin(self._repository.client.now())

    def read(
        self, ids: Sequence[str], seen: Collection[str], pending: Collection[int]
    ) -> Iterator[FetchResult]:
        """Read what should be read now.

        Args:
            ids: All linked issues.
            seen: Those that the list has told.
            pending: Numbers of those that must be read.
        """
        left = queries.MOST_REQUESTS - self._repository.client.requests
        hidden = set(self._repository.lost.hidden())
        lost = [each for each in ids if each in hidden]
        stale = self._stale(lost)
        if stale and left > 0 and not pending and not self._repository.recurring:
            yield from self._found_out(stale, lost)
            return
        away = {*self._repository.moved(), *lost}
        must = [each for each in ids if each not in seen and (each in away or number_of(each) in pending)]
        part, stands = self._part(ids, left * queries.BATCH - len(must))
        wanted = dict.fromkeys([*must, *(each for each in part if each not in seen)])
        broken = False
        for result in reader.fetch(self._repository, list(wanted)):
            failed = isinstance(result, Failed)
            broken = broken or failed
            # Of an issue that is read for the sake of the round alone nothing is said where the request failed.
            if not failed or result.id in must:
                yield result
        if part and not broken:
            self._verification.done(stands)
        if not wanted:
            self._ask_alone()

    def _stale(self, lost: Collection[str]) -> str | None:
        """The one of whom it was found out longest ago that it cannot be seen, if that is too long ago."""
        now = self._repository.client.now()
        return next((each for each in self._repository.lost.stale(now) if each in lost), None)

    def _found_out(self, stale: str, lost: Sequence[str]) -> Iterator[FetchResult]:
        """Ask REST about one that is out of sight, which takes the place of all others in this run."""
        yield reader.find_out(self._repository, stale)
        for each in lost:
            known = self._repository.lost.known(each)
            if known and each != stale:
                yield Hidden(each, known.reason)

    def _part(self, ids: Sequence[str], count: int) -> tuple[list[str], Round]:
        now = self._repository.client.now()
        spread = self._spread and self._repository.has_graphql
        return self._verification.part(ids, now, count) if spread else ([], Round(now, None))

    def _ask_alone(self) -> None:
        """Ask what the last run asked in one request, where no issue is read that it could go along with."""
        if self._repository.recurring:
            try:
                recurring.ask(self._repository)
            except AdapterError:
                return  # Who needs the answer asks, and tells why there is none.
