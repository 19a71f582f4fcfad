"""As much JQL as a client of this kind sends: boolean clauses over a few fields, relative and absolute dates, order.

The syntax follows the vendor's reference (https://support.atlassian.com/jira-software-cloud/docs/jql-fields/): dates are
"yyyy-MM-dd HH:mm" in the time zone of the user, or a duration relative to now ("-5m", "-2h", "1d").
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tests.servers.jira.model import Stored

Test = Callable[[Stored], bool]
_TOKEN = re.compile(
    r"""\s*(?:(\()|(\))|(,)|(>=|<=|!=|!~|=|>|<|~)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s(),=<>!~"']+))"""
)
_SPAN = re.compile(r"^([+-]?\d+)([wdhm])$")
_UNITS = {"w": 7 * 1440, "d": 1440, "h": 60, "m": 1}
_DATES = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


class JqlError(Exception):
    """The query is wrong; the message is the server's."""


@dataclass
class Query:
    """A parsed query: the test, whether it restricts anything, and the order (field, descending)."""

    matches: Test
    bounded: bool
    order: list[tuple[str, bool]]


@dataclass
class Names:
    """What a query may refer to: known project and issue keys, the statuses' categories, now and the user's zone."""

    projects: set[str]
    keys: set[str]
    categories: dict[str, str]
    status_names: dict[str, str]
    now: dt.datetime
    zone: str
    strict: bool = True


def parse(text: str, names: Names) -> Query:
    """Parse a query.

    Raises:
        JqlError: bad syntax, an unknown field, or (when `names.strict`) an unknown project or key.
    """
    where, order = _split_order(text)
    parser = _Parser(_tokens(where), names)
    test = parser.disjunction() if parser.tokens else (lambda _issue: True)
    if parser.tokens:
        raise JqlError(
            f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{parser.tokens[0][1]}'."
        )
    return Query(test, bool(where.strip()), _order(order))


def _split_order(text: str) -> tuple[str, str]:
    match = re.search(r"\border\s+by\b", text, re.IGNORECASE)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")


def _order(text: str) -> list[tuple[str, bool]]:
    parts = [part.split() for part in text.split(",") if part.strip()]
    return [(part[0].lower(), len(part) > 1 and part[1].lower() == "desc") for part in parts]


def _tokens(text: str) -> list[tuple[str, str]]:
    out, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise JqlError(f"Error in the JQL Query: The character '{text[at]}' is a reserved JQL character.")
        kinds = ("(", ")", ",", "op", "text", "text", "word")
        index = next(i for i, group in enumerate(match.groups()) if group is not None)
        out.append((kinds[index], match.groups()[index]))
        at = match.end()
    return out


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], names: Names) -> None:
        self.tokens = tokens
        self.names = names

    def disjunction(self) -> Test:
        tests = [self.conjunction()]
        while self._word("or"):
            tests.append(self.conjunction())
        return lambda issue: any(test(issue) for test in tests)

    def conjunction(self) -> Test:
        tests = [self.term()]
        while self._word("and"):
            tests.append(self.term())
        return lambda issue: all(test(issue) for test in tests)

    def term(self) -> Test:
        if self._word("not"):
            inner = self.term()
            return lambda issue: not inner(issue)
        if self._take("("):
            inner = self.disjunction()
            self._need(")")
            return inner
        return self.clause()

    def clause(self) -> Test:
        name = self._next()[1].lower()
        if self._word("not"):
            self._expect("in")
            values = self._list()
            inner = self._any(name, values)
            return lambda issue: not inner(issue)
        if self._word("in"):
            return self._any(name, self._list())
        if self._word("is"):
            negative = self._word("not")
            self._next()
            return lambda issue: bool(_values(name, issue, self.names)) == negative
        operator = self._next()[1]
        return _compare(name, operator, self._next()[1], self.names)

    def _any(self, name: str, values: list[str]) -> Test:
        tests = [_compare(name, "=", value, self.names) for value in values]
        return lambda issue: any(test(issue) for test in tests)

    def _list(self) -> list[str]:
        self._need("(")
        out = [self._next()[1]]
        while self._take(","):
            out.append(self._next()[1])
        self._need(")")
        return out

    def _next(self) -> tuple[str, str]:
        if not self.tokens:
            raise JqlError("Error in the JQL Query: unexpected end of the query.")
        return self.tokens.pop(0)

    def _take(self, kind: str) -> bool:
        if self.tokens and self.tokens[0][0] == kind:
            self.tokens.pop(0)
            return True
        return False

    def _need(self, kind: str) -> None:
        if not self._take(kind):
            raise JqlError(f"Error in the JQL Query: Expecting '{kind}'.")

    def _word(self, word: str) -> bool:
        if self.tokens and self.tokens[0][0] == "word" and self.tokens[0][1].lower() == word:
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._word(word):
            raise JqlError(f"Error in the JQL Query: Expecting '{word}'.")


def _compare(name: str, operator: str, value: str, names: Names) -> Test:
    if name in ("updated", "created", "due", "duedate"):
        return _compare_date(name, operator, _moment(value, names))
    if name in ("key", "issuekey", "id", "issue"):
        return _compare_key(operator, value, names)
    if name == "project" and names.strict and value not in names.projects:
        raise JqlError(f"The value '{value}' does not exist for the field 'project'.")
    if name not in _FIELDS:
        raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
    if operator in ("~", "!~"):
        words = re.findall(r"\w+", value.lower())
        return lambda issue: all(word in _text(name, issue) for word in words)
    wanted = value.lower()
    if operator == "!=":
        return lambda issue: wanted not in _values(name, issue, names)
    return lambda issue: wanted in _values(name, issue, names)


def _compare_key(operator: str, value: str, names: Names) -> Test:
    if operator in ("=", "!="):
        if names.strict and value not in names.keys:
            raise JqlError(f"An issue with key '{value}' does not exist for field 'key'.")
        same: Test = lambda issue: value in (issue.id, issue.key)  # noqa: E731 - reads best on one line
        return same if operator == "=" else (lambda issue: not same(issue))
    number = int(value.rpartition("-")[2])
    return lambda issue: _ordered(
        int(issue.id) if value.isdigit() else int(issue.key.rpartition("-")[2]), operator, number
    )


def _compare_date(name: str, operator: str, moment: dt.datetime) -> Test:
    if name in ("due", "duedate"):
        return lambda issue: (
            bool(issue.fields.get("duedate"))
            and _ordered(issue.fields["duedate"], operator, moment.date().isoformat())
        )
    return lambda issue: _ordered(getattr(issue, name), operator, moment)


def _ordered(left: object, operator: str, right: object) -> bool:
    results: dict[str, bool] = {
        ">=": left >= right,  # type: ignore[operator]
        "<=": left <= right,  # type: ignore[operator]
        ">": left > right,  # type: ignore[operator]
        "<": left < right,  # type: ignore[operator]
        "=": left == right,
        "!=": left != right,
    }
    return results[operator]


def _moment(value: str, names: Names) -> dt.datetime:
    if value.lower() == "now":
        return names.now
    span = _SPAN.match(value)
    if span:
        return names.now + dt.timedelta(minutes=int(span[1]) * _UNITS[span[2]])
    for form in _DATES:
        try:
            naive = dt.datetime.strptime(value, form)  # noqa: DTZ007 - the zone of the user is put on below
        except ValueError:
            continue
        return naive.replace(tzinfo=ZoneInfo(names.zone)).astimezone(dt.UTC)
    raise JqlError(f"Date value '{value}' for field 'updated' is invalid.")


_FIELDS = {
    "project",
    "labels",
    "status",
    "statuscategory",
    "summary",
    "description",
    "text",
    "issuetype",
    "type",
    "assignee",
    "parent",
    "resolution",
}


def _values(name: str, issue: Stored, names: Names) -> list[str]:
    fields = issue.fields
    if name == "project":
        return [issue.project.lower()]
    if name == "labels":
        return [label.lower() for label in fields.get("labels", [])]
    if name == "statuscategory":
        return [names.categories[fields["status"]], names.categories[fields["status"]].lower()]
    if name == "status":
        return [names.status_names[fields["status"]].lower(), fields["status"]]
    key = {"type": "issuetype"}.get(name, name)
    return [str(fields[key]).lower()] if fields.get(key) else []


def _text(name: str, issue: Stored) -> str:
    names = ("summary", "description") if name == "text" else (name,)
    return " ".join(str(issue.fields.get(each) or "") for each in names).lower()
