"""`pmtrack explain`: the documentation of a policy rule, or the list of all."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Print the documentation of a policy rule, or the list of all rules."""
    from tracker.cli.output import emit

    emit(_list() if code is None else _page(code))


def _page(code: str) -> str:
    from policies.documentation import page
    from policies.notices import NOTICES
    from policies.registry import find_rule

    if code.upper() in NOTICES:
        slug, severity, text = NOTICES[code.upper()]
        return f"# {code.upper()} {slug}\n\nSeverity: {severity.value}. A notice of `pmtrack check` itself.\n\n{text}"
    return page(find_rule(code)).rstrip("\n")


def _list() -> str:
    from policies.documentation import summary
    from policies.notices import NOTICES
    from policies.registry import all_rules

    rows = [(rule.code, rule.slug, rule.severity.value, summary(rule)) for rule in all_rules()]
    rows += [(code, slug, severity.value, text) for code, (slug, severity, text) in NOTICES.items()]
    return "\n".join(f"{code}  {severity:7}  {slug:26}  {text}" for code, slug, severity, text in rows)
