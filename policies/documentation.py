"""The documentation of rules, made from the rules: a page each, and the catalogue's table. Pure text."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from policies.notices import NOTICES
from policies.registry import AnyRule
from policies.rule import NoSettings, Profile
from tracker.findings import RuleInfo
from tracker.models import Severity

_PROFILES = {
    Profile.MINIMAL: "minimal, standard, strict",
    Profile.STANDARD: "standard, strict",
    Profile.STRICT: "strict",
    Profile.SELECTED: "none; only when selected",
}


def docstring(rule: AnyRule) -> str:
    """The text that the rule's author wrote: the docstring of the module that holds its check."""
    return inspect.getdoc(sys.modules[rule.check.__module__]) or inspect.getdoc(rule.check) or rule.slug


def summary(rule: AnyRule) -> str:
    """The first sentence of the documentation."""
    return " ".join(docstring(rule).split("\n\n", 1)[0].split())


def describe(rule: AnyRule) -> RuleInfo:
    """The rule for the outputs."""
    return RuleInfo(rule.code, rule.slug, rule.severity, summary(rule), docstring(rule))


def describe_notice(code: str) -> RuleInfo:
    """A notice of the engine itself (PM0xx) for the outputs."""
    slug, severity, text = NOTICES[code]
    return RuleInfo(code, slug, severity, text, text)


def page(rule: AnyRule) -> str:
    """The rule's page in Markdown."""
    needs = ", ".join(sorted(rule.needs)) or "nothing but the documents"
    head = [
        f"# {rule.code} {rule.slug}",
        "",
        f"Severity: {rule.severity.value}. Profiles: {_PROFILES[rule.profile]}. Needs: {needs}.",
        "",
        docstring(rule),
        "",
        "## Settings",
        "",
    ]
    return "\n".join([*head, *_settings(rule), ""])


def _settings(rule: AnyRule) -> list[str]:
    if rule.settings is NoSettings or not fields(rule.settings):
        return ["None."]
    rows = [
        f"| `{one.name}` | `{_toml(one.default)}` | {one.metadata.get('about', '')} |"
        for one in fields(rule.settings)
    ]
    strict = [
        f"In the profile `strict`: {', '.join(f'`{name} = {_toml(value)}`' for name, value in rule.strict.items())}."
    ]
    return [
        f"In `[policies.rules.{rule.code}]`:",
        "",
        "| key | default | meaning |",
        "|---|---|---|",
        *rows,
        *(["", *strict] if rule.strict else []),
    ]


def _toml(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def catalogue(rules: Iterable[AnyRule]) -> str:
    """The table of all rules and notices in Markdown, each linked to its page."""
    lines = [
        "# Rules",
        "",
        "Made from the rules themselves; do not edit. `pmtrack explain CODE` prints a rule's page.",
        "",
        "| code | name | finds | severity | profile | needs |",
        "|---|---|---|---|---|---|",
    ]
    for rule in rules:
        profile = rule.profile.name.lower() if rule.profile is not Profile.SELECTED else "when selected"
        needs = ", ".join(sorted(rule.needs))
        lines.append(
            f"| [{rule.code}]({rule.code}.md) | {rule.slug} | {summary(rule)} | {rule.severity.value} | {profile} | {needs} |"
        )
    return "\n".join([*lines, "", *_notices(), ""])


def _notices() -> list[str]:
    rows = [
        f"| {code} | {slug} | {text} | {Severity(severity).value} |"
        for code, (slug, severity, text) in NOTICES.items()
    ]
    return [
        "Notices of `pmtrack check` itself:",
        "",
        "| code | name | says | severity |",
        "|---|---|---|---|",
        *rows,
    ]
