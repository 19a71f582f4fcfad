"""Tracker references in a text: URLs of issues and pull requests, and bare keys. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from tracker.patterns import pattern
from tracker.reading.hyphens import plain_hyphens

_URL = pattern(r"https?://[^\s<>\"'`|，。、）】」]+", re.IGNORECASE)
_KEY = pattern(r"(?<![\w/.#-])([A-Z][A-Z0-9_]{1,15}-\d{1,7})(?![\w-])")
_HASH = pattern(r"(?<![\w&/])(?<![Ii]ncident )((?:[\w.-]{1,100}/[\w.-]{1,100})?[#!]\d{1,7})(?![\w-])")
_BEAD = pattern(r"(?<![\w/])bd://([A-Za-z0-9][\w.-]*)")
_BARE_BEAD = pattern(r"(?<![\w/.-])(bd-[a-z0-9]{2,8}(?:\.\d+)*)(?![\w-])")
# A bead of a database with any prefix, where nothing else is expected: `bd` makes the last part from digits and letters,
# pmtrack from a marker of twelve letters.
_BEAD_ALONE = pattern(r"(?:[a-z][a-z0-9_]*-)+(?:[a-z0-9]{0,7}\d[a-z0-9]{0,7}|[a-z2-7]{12})(?:\.\d+)*")
_LOCAL = pattern(r"(?<![\w/.-])(pm-[a-z2-7]{12})(?![\w-])")  # issues of the embedded tracker
_PHABRICATOR = pattern(r"(?<![\w/.-])([TD]\d{3,7})(?![\w-])")
_PHABRICATOR_TASK = pattern(r"(?<![\w/.-])(T\d{4,7})(?![\w-])")
_AZURE = pattern(r"(?<!\w)(AB#\d{1,7})(?!\w)")
_NAMED = pattern(r"(?<![\w/.-])([A-Za-z][\w.]*[-_.][\w.-]*#\d{1,7})(?!\w)")
_GERRIT = pattern(r"(?<!\w)((?:gerrit|rt|lp|bz):\d{3,9})(?!\w)")
_BUG = pattern(r"(?<!\w)((?:[Bb]ug|BZ|rhbz)\s?#?\d{3,9})(?!\w)")
_ISSUE_PATH = pattern(
    r"/(?:issues?|pull|pulls|pull-requests|merge_requests|browse|_workitems/edit|story|bugs?|ticket|tickets|work_items|"
    r"cards?|c|i|t|detail|tasks?|pulses|stories|work-items)/(?:[^/]*/)?#?[\w-]*\d|/[TD]\d+$|/\+bug/\d+|/\+/\d+"
    r"|/[A-Z][A-Z0-9]+-\d+(?:/|$|\?)|^/0/\d+/\d+|^/~[^/]+/[^/]+/\d+$"
)
_ISSUE_QUERY = pattern(r"(?:^|&)(?:id|selectedIssue|bug_id|issue)=[\w-]*\d")
_NOT_KEYS = frozenset(
    (
        "UTF",
        "SHA",
        "MD",
        "ISO",
        "RFC",
        "CVE",
        "HTTP",
        "TLS",
        "SSL",
        "AES",
        "RSA",
        "IPV",
        "COVID",
        "SEV",
        "UTC",
        "GMT",
        "CET",
        "PST",
        "EST",
        "BST",
        "GPT",
        "PEP",
        "X86",
        "ARM",
        "US",
        "EU",
        "AP",
        "CA",
        "SA",
        "AF",
        "ME",
        "EC",
        "CPU",
        "GPU",
        "TCP",
        "UDP",
        "KB",
        "MB",
        "GB",
        "TB",
        "ADR",
        "WCAG",
        "OWASP",
        "CWE",
        "IEEE",
        "BCP",
        "STD",
        "RS",
        "HS",
        "ES",
        "PS",
        "LOG",
        "WAL",
        "ECMA",
        "PKCS",
        "FIPS",
        "DR",
        "NIST",
        "PCI",
        "SOC",
        "ITIL",
        "LTS",
        "RC",
        "BETA",
        "ALPHA",
        "JDK",
        "JAVA",
        "PY",
        "PYTHON",
        "NODE",
        "API",
        "ES6",
    )
)


class Reference(NamedTuple):
    """A reference as shown, and where it stands in the text."""

    ref: str
    start: int
    end: int
    url: bool


def is_issue_url(url: str) -> bool:
    """Whether a URL names one issue, ticket or pull request of any of the usual trackers."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    if is_source_url(url):
        return False
    if _ISSUE_PATH.search(parts.path):
        return True
    return bool(_ISSUE_QUERY.search(parts.query)) and (
        "bug" in parts.path or "issue" in parts.query or "jira" in parts.netloc
    )


def is_source_url(url: str) -> bool:
    """Whether a URL is one of a commit, a file or a folder of a repository: evidence, and no reference."""
    return any(part in url for part in ("/commit/", "/commits/", "/blob/", "/tree/", "/compare/"))


def find(text: str, *, strict: bool = True) -> list[Reference]:
    """All references, in order of their place.

    Args:
        text: Any text; the search is linear in it.
        strict: Take only what is a reference wherever it stands; False in a ticket column, where `T123` and any URL count.
    """
    found: list[Reference] = []
    text = plain_hyphens(text)
    if "://" in text:
        found += _urls(text, strict=strict)
    taken = [(ref.start, ref.end) for ref in found]
    for expression in _patterns(text, strict=strict):
        for match in expression.finditer(text):
            inside = any(start <= match.start(1) < end for start, end in taken)
            if not inside and not _no_key(expression, match[1]):
                start = match.start() if expression is _BEAD else match.start(1)
                found.append(Reference(match[1].rstrip(".-"), start, match.end(), url=False))
                taken.append((start, match.end()))
    return sorted(found, key=lambda ref: ref.start)


def beads(text: str) -> list[str]:
    """Ids of Beads in a tracker cell that holds nothing else (`acme-a1b2, acme-c3d4`), none otherwise."""
    words = text.replace(",", " ").replace("`", " ").split()
    return words if all(_BEAD_ALONE.fullmatch(word) for word in words) else []


def _patterns(text: str, *, strict: bool) -> list[re.Pattern[str]]:
    patterns = [_BEAD] if "bd://" in text else []
    if "bd-" in text:
        patterns.append(_BARE_BEAD)
    if "pm-" in text:
        patterns.append(_LOCAL)
    if "-" in text:
        patterns.append(_KEY)
    if "#" in text or "!" in text:
        patterns.append(_HASH)
    if "ug" in text or "BZ" in text or "rhbz" in text:
        patterns.append(_BUG)
    if ":" in text:
        patterns.append(_GERRIT)
    if "AB#" in text:
        patterns.append(_AZURE)
    if not strict:
        patterns += [_PHABRICATOR, _NAMED]
    elif "T" in text:
        patterns.append(_PHABRICATOR_TASK)
    return patterns


def _no_key(expression: re.Pattern[str], text: str) -> bool:
    return expression is _KEY and text.partition("-")[0] in _NOT_KEYS


def _urls(text: str, *, strict: bool) -> list[Reference]:
    out = []
    for match in _URL.finditer(text):
        url = _trim(match[0])
        if is_issue_url(url) or (not strict and not is_source_url(url)):
            out.append(Reference(url, match.start(), match.start() + len(url), url=True))
    return out


def _trim(url: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays where the URL opened one."""
    while url and (
        url[-1] in ".,;:!?*_~" or (url[-1] == ")" and url.count("(") < url.count(")")) or url[-1] == "]"
    ):
        url = url[:-1]
    return url
