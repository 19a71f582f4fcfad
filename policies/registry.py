"""The rules: an explicit table of the built-in ones, then the entry points of `pmtrack.policies`.

An entry point names a `Rule` or a sequence of them. Nothing is imported before it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from policies.notices import NOTICES
from policies.rule import Rule
from tracker.errors import UserError
from tracker.plugins import entry_points, load

AnyRule = Rule[Any]

BUILTIN: Mapping[str, str] = {
    "PM101": "policies.fields.pm101_missing_owner",
    "PM102": "policies.fields.pm102_shared_owner",
    "PM103": "policies.fields.pm103_unknown_owner",
    "PM104": "policies.fields.pm104_missing_due_date",
    "PM105": "policies.fields.pm105_missing_priority",
    "PM106": "policies.fields.pm106_untracked",
    "PM107": "policies.fields.pm107_placeholder",
    "PM108": "policies.fields.pm108_unreadable_date",
    "PM109": "policies.fields.pm109_duplicate_id",
    "PM110": "policies.fields.pm110_flat_priorities",
    "PM111": "policies.fields.pm111_missing_type",
    "PM201": "policies.dates.pm201_overdue",
    "PM202": "policies.dates.pm202_stale",
    "PM203": "policies.dates.pm203_past_horizon",
    "PM204": "policies.dates.pm204_past_sla",
    "PM205": "policies.dates.pm205_due_in_past",
    "PM206": "policies.dates.pm206_slipping",
    "PM207": "policies.dates.pm207_due_soon",
    "PM301": "policies.drift.pm301_done_here_open_there",
    "PM302": "policies.drift.pm302_closed_there_open_here",
    "PM303": "policies.drift.pm303_lost_issue",
    "PM304": "policies.drift.pm304_removed_item",
    "PM305": "policies.drift.pm305_dropped",
    "PM306": "policies.drift.pm306_unverified",
    "PM307": "policies.drift.pm307_field_drift",
    "PM308": "policies.drift.pm308_ambiguous_identity",
    "PM401": "policies.documents.pm401_no_action_items",
    "PM402": "policies.documents.pm402_finding_without_action",
    "PM403": "policies.documents.pm403_late_post_mortem",
    "PM404": "policies.documents.pm404_no_priority_work",
    "PM405": "policies.documents.pm405_one_sided",
    "PM406": "policies.documents.pm406_too_many_items",
    "PM407": "policies.documents.pm407_review_missed",
    "PM408": "policies.documents.pm408_timeline_gap",
    "PM409": "policies.documents.pm409_known_but_unfixed",
    "PM410": "policies.documents.pm410_missing_header",
    "PM411": "policies.documents.pm411_missing_post_mortem",
    "PM501": "policies.phrasing.pm501_vague_action",
    "PM502": "policies.phrasing.pm502_no_verb",
    "PM503": "policies.phrasing.pm503_fixes_people",
    "PM504": "policies.phrasing.pm504_blame",
}


def load_rule(code: str) -> AnyRule:
    """One built-in rule, without importing the others."""
    rule: AnyRule = import_module(BUILTIN[code]).RULE
    return rule


@lru_cache(maxsize=1)
def all_rules() -> tuple[AnyRule, ...]:
    """Every rule in the order of codes.

    Raises:
        UserError: an entry point gives no rule, or a code that is taken.
    """
    rules: dict[str, AnyRule] = {code: load_rule(code) for code in BUILTIN}
    for rule in _from_entry_points():
        if rule.code in rules:
            raise UserError(
                f"the rule code {rule.code} is given twice",
                hint="Uninstall one of the packages, or ask its author.",
            )
        rules[rule.code] = rule
    return tuple(rules[code] for code in sorted(rules))


def find_rule(name: str) -> AnyRule:
    """The rule of a code or name.

    Raises:
        UserError: no rule is called so; names the nearest.
    """
    if name.upper() in BUILTIN:
        return load_rule(name.upper())
    for rule in all_rules():
        if name.casefold() in (rule.code.casefold(), rule.slug):
            return rule
    raise unknown_rule(name)


def matches(rule: AnyRule, name: str) -> bool:
    """Whether a selection names the rule: its code, the beginning of its code, its name, or ALL."""
    word = name.strip()
    beginning = word.upper().rstrip("X")
    return (
        word.upper() == "ALL"
        or rule.slug == word.casefold()
        or (beginning != "" and rule.code.startswith(beginning))
    )


def require_known(names: Iterable[str]) -> None:
    """Check that every name of a selection means at least one rule.

    Raises:
        UserError: names the first that does not, and the nearest known one.
    """
    for name in names:
        if not any(matches(rule, name) for rule in all_rules()):
            raise unknown_rule(name)


def unknown_rule(name: str) -> UserError:
    """The error for a name that means no rule."""
    from difflib import get_close_matches

    if name.strip().upper() in NOTICES:
        return UserError(
            f"{name} is a notice of `pmtrack check` itself, not a rule",
            hint="It cannot be selected, ignored or set; do what the notice says.",
        )
    known = [word for rule in all_rules() for word in (rule.code, rule.slug)]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}?" if near else "See `pmtrack explain` for the list."
    return UserError(f"no rule is called {name!r}", hint=meant)


def _from_entry_points() -> Iterable[AnyRule]:
    for point in entry_points("pmtrack.policies"):
        loaded = load(point, "rule")
        for rule in (loaded,) if isinstance(loaded, Rule) else tuple(loaded):
            if not isinstance(rule, Rule):
                raise UserError(
                    f"the entry point {point.name!r} of pmtrack.policies gives no rule but {rule!r}",
                    hint="Uninstall its package, or ask its author: it must name a `Rule` or a sequence of them.",
                )
            yield rule
