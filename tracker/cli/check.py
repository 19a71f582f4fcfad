"""`pmtrack check`: run the policy rules over documents, with the state where there is one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.context import Invocation, format_option
from tracker.errors import ExitCode
from tracker.values import dataclass

if TYPE_CHECKING:
    from policies.configuration import PolicySettings
    from tracker.findings import CheckResult
    from tracker.reading.documents import DocumentFile
    from tracker.world import World

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown")


def _words(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--select", multiple=True, callback=_words, help="Only these rules: codes, PM2, names, ALL.")
@click.option("--ignore", multiple=True, callback=_words, help="Not these rules.")
@click.option(
    "--profile", type=click.Choice(("minimal", "standard", "strict")), help="A named selection of rules."
)
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "info", "never")),
    help="Findings of this severity or worse give exit code 10.  [default: error; never for --format sarif]",
)
@click.option("--diff-base", metavar="REV", help="Only findings on lines changed since this git revision.")
@click.option("--write-baseline", is_flag=True, help="Record today's findings as known; only new ones fail.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of listing them.")
@click.option("--fix", is_flag=True, help="Add missing ids, write dates as ISO, fill due dates; then check.")
@click.option("--explain", is_flag=True, help="Print the documentation of every rule that found something.")
@click.option("--no-state", is_flag=True, help="Look at the documents alone, even where there is a state.")
@format_option(*FORMATS)
@click.option(
    "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output."
)
@click.pass_obj
def check(invocation: Invocation, /, paths: tuple[str, ...], **options: Any) -> int:
    """Run the policy rules over documents; works without a state and without network."""
    from tracker.cli.checking import Choice, policy_settings

    given = _Options(**options)
    choice = Choice(given.profile, given.select, given.ignore, given.fail_on)
    policies = policy_settings(invocation.settings, choice)
    return _Check(invocation, given, policies).run(paths)


@dataclass(frozen=True, slots=True)
class _Options:
    """The options as click gives them."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    profile: str | None
    fail_on: str | None
    diff_base: str | None
    write_baseline: bool
    statistics: bool
    fix: bool
    explain: bool
    no_state: bool
    form: str
    output: str | None


class _Check:
    """One run of the command."""

    def __init__(self, invocation: Invocation, options: _Options, policies: PolicySettings) -> None:
        self.invocation = invocation
        self.settings = invocation.settings
        self.options = options
        self.policies = policies

    def run(self, paths: Sequence[str]) -> int:
        """Read, check, print; the exit code."""
        from tracker.cli.checking import check as run_rules
        from tracker.cli.worlds import find_documents

        files = find_documents(self.settings, paths)
        if self.options.fix:
            files = self._fix(files, paths)
        result = run_rules(
            self._world(files),
            self.settings,
            self.policies,
            only=frozenset(file.path for file in files),
            changed=self._changed(files),
            baseline=not self.options.write_baseline,
        )
        if self.options.write_baseline:
            return self._write_baseline(result)
        self._print(result)
        return self._code(result)

    def _world(self, files: Sequence[DocumentFile]) -> World:
        from tracker.cli.worlds import documents_alone, has_state, with_state

        if self.options.no_state or not has_state(self.settings):
            return documents_alone(self.settings, files, self.invocation.now())
        return with_state(self.invocation, files)

    def _changed(self, files: Sequence[DocumentFile]) -> dict[str, list[tuple[int, int]]] | None:
        if self.options.diff_base is None:
            return None
        from tracker.cli.changes import changed_lines

        return dict(changed_lines(self.options.diff_base, [file.path for file in files]))

    def _fix(self, files: Sequence[DocumentFile], paths: Sequence[str]) -> list[DocumentFile]:
        from tracker.cli.fixing import fix_documents
        from tracker.cli.output import say
        from tracker.cli.worlds import find_documents

        for line in fix_documents(files, self.settings, self.policies):
            say(line)
        return find_documents(self.settings, paths)

    def _write_baseline(self, result: CheckResult) -> int:
        from policies.baseline import write_baseline
        from tracker import files
        from tracker.cli.output import say

        path = self.settings.root / self.policies.baseline
        files.replace(path, write_baseline(result.findings).encode())
        say(
            f"{len(result.findings)} findings recorded in {path.name}; from now on only new ones are reported."
        )
        return int(ExitCode.OK)

    def _print(self, result: CheckResult) -> None:
        from pathlib import Path

        from tracker.cli import colouring
        from tracker.cli.output import emit, redact
        from tracker.display import neutralise

        text = self._text(result)
        if self.options.output:
            Path(self.options.output).write_text(redact(neutralise(text)) + "\n", encoding="utf-8")
        elif text and self.options.form == "text" and colouring.wanted(sys.stdout):
            click.echo(redact(colouring.painted(text)), color=True)
        elif text:
            emit(text)

    def _text(self, result: CheckResult) -> str:
        from tracker.cli.checking import sources
        from tracker.reports.findings import renderer
        from tracker.reports.findings.text import statistics, summary

        if self.options.statistics:
            return "\n".join(part for part in (statistics(result), summary(result)) if part)
        text = renderer(self.options.form)(result, sources())
        if self.options.explain and self.options.form == "text":
            codes = sorted({one.code for one in result.findings})
            pages = (
                f"{result.rules[code].code} {result.rules[code].slug}\n\n{result.rules[code].documentation}"
                for code in codes
            )
            text = "\n\n".join([text, *pages])
        return text

    def _code(self, result: CheckResult) -> int:
        from tracker.findings import RANK
        from tracker.models import Severity

        if self.options.form == "sarif" and self.options.fail_on is None:
            return int(ExitCode.OK)
        worst, limit = result.worst(), self.policies.fail_on
        if worst is None or limit == "never" or RANK[worst] > RANK[Severity(limit)]:
            return int(ExitCode.OK)
        return int(ExitCode.FINDINGS)
