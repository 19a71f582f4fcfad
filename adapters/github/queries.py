"""The GraphQL that the adapter sends. Issues are written through REST only, where each write has a status of its own.

`stateReason` says NOT_PLANNED for duplicates unless `enableDuplicate` is set.
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.github.config import GitHubOptions
from adapters.github.references import Place

#: https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
BATCH = 100
#: Of a run in which nothing changed; what the list of changes leaves of them reads a part of all issues again.
MOST_REQUESTS = 3

_ISSUE = """
  __typename number id fullDatabaseId title body state stateReason(enableDuplicate: true) url
  createdAt updatedAt closedAt repository { nameWithOwner }
  labels(first: 50) { nodes { name } } assignees(first: 20) { nodes { login } }
"""

_DUE_FIELD = """
  issueFieldValues(first: 30) { nodes {
    ... on IssueFieldDateValue { value field { ... on IssueFieldDate { name } } }
  } }
"""

_DUE_PROJECT = """
  projectItems(first: 20) { nodes {
    id project { number } fieldValueByName(name: %s) { ... on ProjectV2ItemFieldDateValue { date } }
  } }
"""


def issue_fragment(options: GitHubOptions) -> str:
    """The fields of an issue that are read, as a fragment named `issue`."""
    due = _DUE_FIELD if options.due_field else ""
    if options.project:
        due = _DUE_PROJECT % quoted(options.project.due_field)
    return f"fragment issue on Issue {{ {_ISSUE} {due} }}"


def together(
    options: GitHubOptions,
    *,
    nodes: bool,
    places: Sequence[Place] = (),
    searches: Sequence[str] = (),
    numbers: Sequence[int] = (),
) -> str:
    """Issues by node id and by place (`m0`, `m1`, ...), and what `people` and `by_number` ask, in one query.

    Variables: `ids` if there are nodes; `owner`, `name` if there are searches or numbers.
    """
    beside = [*_people(searches), *_numbers(numbers)]
    variables = ["$ids: [ID!]!"] * nodes + ["$owner: String!, $name: String!"] * bool(beside)
    parts = ["nodes(ids: $ids) { __typename ...issue }"] * nodes
    if beside:
        parts.append(f"repository(owner: $owner, name: $name) {{ {' '.join(beside)} }}")
    for index, place in enumerate(places):
        owner, _, name = place.repository.partition("/")
        parts.append(
            f"m{index}: repository(owner: {quoted(owner)}, name: {quoted(name)})"
            f" {{ issueOrPullRequest(number: {place.number}) {{ __typename ...issue }} }}"
        )
    fragment = issue_fragment(options) if nodes or places or numbers else ""
    return f"query({', '.join(variables)}) {{ {' '.join(parts)} }} {fragment}".replace("query()", "query")


def by_number(options: GitHubOptions, numbers: Sequence[int]) -> str:
    """Issues by number, under aliases `n12`; variables: `owner`, `name`."""
    lines = "\n".join(_numbers(numbers))
    return (
        "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {"
        f" {lines} }} }} {issue_fragment(options)}"
    )


def _numbers(numbers: Sequence[int]) -> list[str]:
    return [
        f"n{number}: issueOrPullRequest(number: {number}) {{ __typename ...issue }}" for number in numbers
    ]


def newest_first(options: GitHubOptions) -> str:
    """A page of all issues, last updated first, with the state of the repository.

    Variables: `owner`, `name`, `after`. Pull requests are not among them.
    """
    return (
        "query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, name: $name) {"
        " id nameWithOwner isArchived hasIssuesEnabled viewerPermission"
        f" issues(first: {BATCH}, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{"
        " totalCount pageInfo { hasNextPage endCursor } nodes { ...issue } } } }"
        f" {issue_fragment(options)}"
    )


def people(searches: Sequence[str]) -> str:
    """Assignable people by parts of login or name, under aliases `p0`, `p1`, ...; variables: `owner`, `name`."""
    lines = "\n".join(_people(searches))
    return (
        f"query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {lines} }} }}"
    )


def _people(searches: Sequence[str]) -> list[str]:
    return [
        f"p{index}: assignableUsers(query: {quoted(text)}, first: 20) {{ nodes {{ login name email }} }}"
        for index, text in enumerate(searches)
    ]


DISCUSSION = """query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { discussion(number: $number) { url } }
}"""

PROJECT = """query($owner: String!, $number: Int!, $field: String!) {
  repositoryOwner(login: $owner) { ... on ProjectV2Owner { projectV2(number: $number) {
    id title field(name: $field) { ... on ProjectV2Field { id name dataType } }
  } } }
}"""

ADD_TO_PROJECT = """mutation($project: ID!, $content: ID!) {
  addProjectV2ItemById(input: {projectId: $project, contentId: $content}) { item { id } }
}"""

SET_PROJECT_DATE = """mutation($project: ID!, $item: ID!, $field: ID!, $date: Date!) {
  updateProjectV2ItemFieldValue(
    input: {projectId: $project, itemId: $item, fieldId: $field, value: {date: $date}}
  ) { projectV2Item { id } }
}"""

CLEAR_PROJECT_DATE = """mutation($project: ID!, $item: ID!, $field: ID!) {
  clearProjectV2ItemFieldValue(input: {projectId: $project, itemId: $item, fieldId: $field}) { projectV2Item { id } }
}"""


def create_labels(colours: Sequence[str], description: str) -> str:
    """Several labels in one mutation, under aliases `l0`, `l1`, ...; variables: `repository`, and the names as `l0`, ..."""
    names = ", ".join(f"$l{index}: String!" for index in range(len(colours)))
    lines = "\n".join(
        f"l{index}: createLabel(input: {{repositoryId: $repository, name: $l{index}, color: {quoted(colour)},"
        f" description: {quoted(description)}}}) {{ label {{ name }} }}"
        for index, colour in enumerate(colours)
    )
    return f"mutation($repository: ID!, {names}) {{ {lines} }}"


def quoted(text: str) -> str:
    """A GraphQL string literal."""
    import json

    return json.dumps(text)
