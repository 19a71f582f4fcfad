# ruff: noqa: N802, N803, A002 - the names of GitHub's schema
"""The part of GitHub's GraphQL that pmtrack uses, executed and validated by graphql-core.

The schema below repeats names and types of GitHub's public schema (docs.github.com/en/graphql), cut down to what is asked
for; a query that names anything else is refused as GitHub would refuse it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from tests.servers.github import shapes
from tests.servers.github.store import Issue, Project, Repository, Store, User

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo

    Info = GraphQLResolveInfo[Any]

_SDL = """
scalar Date
scalar DateTime
scalar URI
scalar BigInt
enum IssueState { OPEN CLOSED }
enum IssueStateReason { COMPLETED NOT_PLANNED DUPLICATE REOPENED }
enum IssueOrderField { CREATED_AT UPDATED_AT COMMENTS }
enum OrderDirection { ASC DESC }
enum RepositoryPermission { ADMIN MAINTAIN WRITE TRIAGE READ }
enum ProjectV2FieldType { DATE TEXT NUMBER }
input IssueOrder { field: IssueOrderField!, direction: OrderDirection! }
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean!, endCursor: String }
type Label { name: String! }
type LabelConnection { nodes: [Label] }
type User { login: String!, name: String, email: String! }
type UserConnection { nodes: [User] }
type IssueFieldDate { name: String! }
type IssueFieldDateValue { value: String!, field: IssueFieldDate }
union IssueFieldValue = IssueFieldDateValue
type IssueFieldValueConnection { nodes: [IssueFieldValue] }
type ProjectV2Field { id: ID!, name: String!, dataType: ProjectV2FieldType! }
union ProjectV2FieldConfiguration = ProjectV2Field
type ProjectV2 { id: ID!, number: Int!, title: String!, field(name: String!): ProjectV2FieldConfiguration }
type ProjectV2ItemFieldDateValue { date: Date }
union ProjectV2ItemFieldValue = ProjectV2ItemFieldDateValue
type ProjectV2Item { id: ID!, project: ProjectV2!, fieldValueByName(name: String!): ProjectV2ItemFieldValue }
type ProjectV2ItemConnection { nodes: [ProjectV2Item] }
type Issue implements Node {
  id: ID!, number: Int!, fullDatabaseId: BigInt, title: String!, body: String!, state: IssueState!
  stateReason(enableDuplicate: Boolean): IssueStateReason, url: URI!
  createdAt: DateTime!, updatedAt: DateTime!, closedAt: DateTime, repository: Repository!
  labels(first: Int): LabelConnection, assignees(first: Int): UserConnection!
  issueFieldValues(first: Int): IssueFieldValueConnection, projectItems(first: Int): ProjectV2ItemConnection
}
type PullRequest implements Node { id: ID!, number: Int! }
union IssueOrPullRequest = Issue | PullRequest
type IssueConnection { totalCount: Int!, pageInfo: PageInfo!, nodes: [Issue] }
type Discussion { url: URI! }
type Repository implements Node {
  id: ID!, nameWithOwner: String!, isArchived: Boolean!, hasIssuesEnabled: Boolean!
  viewerPermission: RepositoryPermission
  issues(first: Int, after: String, orderBy: IssueOrder): IssueConnection!
  issueOrPullRequest(number: Int!): IssueOrPullRequest
  assignableUsers(query: String, first: Int): UserConnection!
  discussion(number: Int!): Discussion
}
interface ProjectV2Owner { projectV2(number: Int!): ProjectV2 }
interface RepositoryOwner { login: String! }
type Organization implements ProjectV2Owner & RepositoryOwner { login: String!, projectV2(number: Int!): ProjectV2 }
type Query {
  nodes(ids: [ID!]!): [Node]!
  repository(owner: String!, name: String!): Repository
  repositoryOwner(login: String!): RepositoryOwner
}
input AddProjectV2ItemByIdInput { projectId: ID!, contentId: ID! }
input ProjectV2FieldValue { date: Date }
input UpdateProjectV2ItemFieldValueInput { projectId: ID!, itemId: ID!, fieldId: ID!, value: ProjectV2FieldValue! }
input ClearProjectV2ItemFieldValueInput { projectId: ID!, itemId: ID!, fieldId: ID! }
input CreateLabelInput { repositoryId: ID!, name: String!, color: String!, description: String }
type CreateLabelPayload { label: Label }
type AddProjectV2ItemByIdPayload { item: ProjectV2Item }
type UpdateProjectV2ItemFieldValuePayload { projectV2Item: ProjectV2Item }
type ClearProjectV2ItemFieldValuePayload { projectV2Item: ProjectV2Item }
type Mutation {
  addProjectV2ItemById(input: AddProjectV2ItemByIdInput!): AddProjectV2ItemByIdPayload
  updateProjectV2ItemFieldValue(input: UpdateProjectV2ItemFieldValueInput!): UpdateProjectV2ItemFieldValuePayload
  clearProjectV2ItemFieldValue(input: ClearProjectV2ItemFieldValueInput!): ClearProjectV2ItemFieldValuePayload
  createLabel(input: CreateLabelInput!): CreateLabelPayload
}
"""
_LABEL_MUTATION = "  createLabel(input: CreateLabelInput!): CreateLabelPayload\n"

_MAX_NODES = 100


@functools.cache
def _schema(*, labels: bool) -> GraphQLSchema:
    return build_schema(_SDL if labels else _SDL.replace(_LABEL_MUTATION, ""))


def execute(store: Store, viewer: User, api: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The answer to a GraphQL request: data, perhaps partial, and errors with GitHub's `type`."""
    root = Root(store, viewer, api)
    schema = _schema(labels=store.knows_label_mutation)
    result = graphql_sync(
        schema, str(payload.get("query")), root_value=root, variable_values=payload.get("variables") or {}
    )
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_error(error) for error in result.errors]
    return answer


def _error(error: GraphQLError) -> dict[str, Any]:
    told: dict[str, Any] = {"message": error.message}
    if error.path:
        told["path"] = error.path
    return told | {"type": (error.extensions or {}).get("type", "UNPROCESSABLE")}


def _missing(what: str) -> GraphQLError:
    return GraphQLError(f"Could not resolve to {what}.", extensions={"type": "NOT_FOUND"})


class Root:
    """Query and Mutation."""

    def __init__(self, store: Store, viewer: User, api: str) -> None:
        self.store, self.viewer, self.api = store, viewer, api

    def nodes(self, _info: Info, ids: list[str]) -> list[Any]:
        if len(ids) > _MAX_NODES:
            raise GraphQLError(
                f"You may not provide more than {_MAX_NODES} node ids", extensions={"type": "ARGUMENT_LIMIT"}
            )
        return [self._node(each) for each in ids]

    def repository(self, _info: Info, owner: str, name: str) -> RepositoryNode:
        found = self.store.repository(f"{owner}/{name}")
        if found is None or self.viewer.role == "none":
            raise _missing(f"a Repository with the name '{owner}/{name}'")
        return RepositoryNode(self, found)

    def repositoryOwner(self, _info: Info, login: str) -> OwnerNode:
        return OwnerNode(self, login)

    def addProjectV2ItemById(self, _info: Info, input: dict[str, str]) -> dict[str, Any]:
        project = self._project(input["projectId"])
        item = project.items.setdefault(input["contentId"], f"PVTI_{len(project.items) + 1}")
        return {"item": {"id": item}}

    def updateProjectV2ItemFieldValue(self, _info: Info, input: dict[str, Any]) -> dict[str, Any]:
        self._project(input["projectId"]).dates[input["itemId"]] = input["value"]["date"]
        return {"projectV2Item": {"id": input["itemId"]}}

    def clearProjectV2ItemFieldValue(self, _info: Info, input: dict[str, Any]) -> dict[str, Any]:
        self._project(input["projectId"]).dates.pop(input["itemId"], None)
        return {"projectV2Item": {"id": input["itemId"]}}

    def createLabel(self, _info: Info, input: dict[str, str]) -> dict[str, Any]:
        found = next(
            (each for each in self.store.repositories.values() if f"R_{each.id}" == input["repositoryId"]),
            None,
        )
        if found is None:
            raise _missing("a node with the global id")
        if self.viewer.role != "write":
            raise GraphQLError(
                "pm-bot does not have the correct permissions", extensions={"type": "FORBIDDEN"}
            )
        if input["name"].casefold() in {each.casefold() for each in found.labels}:
            raise GraphQLError("Name has already been taken")
        found.labels[input["name"]] = input["color"]
        return {"label": {"name": input["name"]}}

    def _project(self, node_id: str) -> Project:
        for project in self.store.projects.values():
            if project.node_id == node_id:
                return project
        raise _missing("a node with the global id")

    def _node(self, node_id: str) -> Any:
        found = self.store.find_node(node_id)
        if found is None or self.viewer.role == "none":
            return _missing(f"a node with the global id of '{node_id}'")
        return IssueNode(self, *found)


class OwnerNode:
    """An organisation."""

    __typename = "Organization"

    def __init__(self, root: Root, login: str) -> None:
        self.root, self.login = root, login

    def projectV2(self, _info: Info, number: int) -> ProjectNode:
        project = self.root.store.projects.get(number)
        if project is None or project.owner.casefold() != self.login.casefold():
            raise _missing(f"a ProjectV2 with the number {number}")
        return ProjectNode(project)


class ProjectNode:
    """A project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.id, self.number, self.title = project.node_id, project.number, "Board"

    def field(self, _info: Info, name: str) -> dict[str, Any] | None:
        if name != self.project.field_name:
            return None
        return {"__typename": "ProjectV2Field", "id": self.project.field_id, "name": name, "dataType": "DATE"}


class RepositoryNode:
    """A repository."""

    def __init__(self, root: Root, one: Repository) -> None:
        self.root, self.one = root, one
        self.id, self.nameWithOwner = f"R_{one.id}", one.full_name
        self.isArchived, self.hasIssuesEnabled = one.archived, one.has_issues
        self.viewerPermission = "WRITE" if root.viewer.role == "write" else "READ"

    def issues(self, _info: Info, first: int, orderBy: dict[str, str], after: str | None = None) -> Any:
        issues = [each for each in self.root.store.listed(self.one) if not each.pull_request]
        key = "updated" if orderBy["field"] == "UPDATED_AT" else "created"
        issues.sort(
            key=lambda each: (getattr(each, key), each.number), reverse=orderBy["direction"] == "DESC"
        )
        start = int(after) if after else 0
        chosen = issues[start : start + first]
        more = start + first < len(issues)
        return {
            "totalCount": len(issues),
            "pageInfo": {"hasNextPage": more, "endCursor": str(start + len(chosen))},
            "nodes": [IssueNode(self.root, self.one, each) for each in chosen],
        }

    def issueOrPullRequest(self, _info: Info, number: int) -> Any:
        issue = self.one.issues.get(number)
        if issue is None or number in self.one.hidden:
            raise _missing(f"an issue or pull request with the number of {number}")
        if issue.pull_request:
            return {"__typename": "PullRequest", "id": issue.node_id, "number": number}
        return IssueNode(self.root, self.one, issue)

    def assignableUsers(self, _info: Info, query: str, first: int) -> dict[str, Any]:
        people = [each for each in self.root.store.users.values() if each.role == "write"]
        wanted = query.casefold()
        found = [each for each in people if wanted in f"{each.login} {each.name}".casefold()]
        return {
            "nodes": [{"login": each.login, "name": each.name or None, "email": ""} for each in found[:first]]
        }

    def discussion(self, _info: Info, number: int) -> dict[str, str]:
        if number not in self.one.discussions:
            raise _missing(f"a Discussion with the number of {number}")
        return {"url": f"{self.root.api}/{self.one.full_name}/discussions/{number}"}


class IssueNode:
    """An issue."""

    __typename = "Issue"

    def __init__(self, root: Root, repository: Repository, issue: Issue) -> None:
        self.root, self.issue = root, issue
        self.repository = RepositoryNode(root, repository)
        self.id, self.number, self.fullDatabaseId = issue.node_id, issue.number, str(issue.id)
        self.title, self.body, self.state = issue.title, issue.body or "", issue.state.upper()
        self.url = f"{root.api}/{repository.full_name}/issues/{issue.number}"
        self.createdAt, self.updatedAt = shapes.when(issue.created), shapes.when(issue.updated)
        self.closedAt = shapes.when(issue.closed)

    def stateReason(self, _info: Info, enableDuplicate: bool = False) -> str | None:
        reason = (self.issue.reason or "").upper() or None
        return "NOT_PLANNED" if reason == "DUPLICATE" and not enableDuplicate else reason

    def labels(self, _info: Info, first: int) -> dict[str, Any]:
        return {"nodes": [{"name": name} for name in self.issue.labels[:first]]}

    def assignees(self, _info: Info, first: int) -> dict[str, Any]:
        return {"nodes": [{"login": login, "email": ""} for login in self.issue.assignees[:first]]}

    def issueFieldValues(self, _info: Info, first: int) -> dict[str, Any]:
        values = list(self.issue.fields.items())[:first]
        names = self.root.store.org_fields
        return {
            "nodes": [
                {"__typename": "IssueFieldDateValue", "value": value, "field": {"name": names[key]}}
                for key, value in values
            ]
        }

    def projectItems(self, _info: Info, first: int) -> dict[str, Any]:
        items = [
            ItemNode(project, project.items[self.issue.node_id])
            for project in self.root.store.projects.values()
            if self.issue.node_id in project.items
        ]
        return {"nodes": items[:first]}


class ItemNode:
    """An item of a project."""

    def __init__(self, project: Project, item: str) -> None:
        self.id, self._project = item, project
        self.project = ProjectNode(project)

    def fieldValueByName(self, _info: Info, name: str) -> dict[str, str] | None:
        date = self._project.dates.get(self.id) if name == self._project.field_name else None
        return {"__typename": "ProjectV2ItemFieldDateValue", "date": date} if date else None
