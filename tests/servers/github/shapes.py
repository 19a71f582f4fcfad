"""The JSON that GitHub's REST API answers with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.servers.github.store import Issue, Repository, Store, User

COLOUR = "ededed"


def when(time: dt.datetime | None) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else None


def user(person: User, api: str) -> dict[str, Any]:
    home = f"{api}/users/{person.login}"
    links = {
        f"{kind}_url": f"{home}/{kind}"
        for kind in ("followers", "subscriptions", "organizations", "repos", "received_events")
    }
    return {
        "login": person.login,
        "id": person.id,
        "node_id": f"U_{person.id}",
        "avatar_url": f"{api}/avatars/{person.id}",
        "gravatar_id": "",
        "url": home,
        "html_url": f"{api}/{person.login}",
        "following_url": f"{home}/following{{/other_user}}",
        "gists_url": f"{home}/gists{{/gist_id}}",
        "starred_url": f"{home}/starred{{/owner}}{{/repo}}",
        "events_url": f"{home}/events{{/privacy}}",
        "type": "User",
        "site_admin": False,
        **links,
    }


def label(repository: Repository, name: str, api: str) -> dict[str, Any]:
    return {
        "id": abs(hash(name)) % 10**9,
        "node_id": f"LA_{name}",
        "url": f"{api}/repos/{repository.full_name}/labels/{name.replace(' ', '%20')}",
        "name": name,
        "description": None,
        "color": repository.labels.get(name, COLOUR),
        "default": False,
    }


def milestone(store: Store, repository: Repository, number: int, api: str) -> dict[str, Any]:
    url = f"{api}/repos/{repository.full_name}/milestones/{number}"
    return {
        "url": url,
        "html_url": url,
        "labels_url": f"{url}/labels",
        "id": number,
        "node_id": f"MI_{number}",
        "number": number,
        "title": repository.milestones[number],
        "description": None,
        "creator": None,
        "open_issues": 0,
        "closed_issues": 0,
        "state": "open",
        "created_at": when(store.stamp()),
        "updated_at": when(store.stamp()),
        "due_on": None,
        "closed_at": None,
    }


def issue(store: Store, repository: Repository, one: Issue, api: str) -> dict[str, Any]:
    url = f"{api}/repos/{repository.full_name}/issues/{one.number}"
    people = [user(store.users[login.casefold()], api) for login in one.assignees]
    kind = "pull" if one.pull_request else "issues"
    made: dict[str, Any] = {
        "url": url,
        "repository_url": f"{api}/repos/{repository.full_name}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{api}/{repository.full_name}/{kind}/{one.number}",
        "id": one.id,
        "node_id": one.node_id,
        "number": one.number,
        "title": one.title,
        "user": user(store.users[one.author.casefold()], api),
        "labels": [label(repository, name, api) for name in one.labels],
        "state": one.state,
        "locked": one.locked,
        "assignee": people[0] if people else None,
        "assignees": people,
        "milestone": milestone(store, repository, one.milestone, api) if one.milestone else None,
        "comments": 0,
        "created_at": when(one.created),
        "updated_at": when(one.updated),
        "closed_at": when(one.closed),
        "author_association": "MEMBER",
        "active_lock_reason": None,
        "body": one.body,
        "closed_by": None,
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": one.reason,
        "issue_field_values": [
            {
                "issue_field_id": key,
                "issue_field_name": store.org_fields[key],
                "node_id": f"IFV_{key}",
                "data_type": "date",
                "value": value,
            }
            for key, value in one.fields.items()
        ],
    }
    if one.type:
        made["type"] = {"id": 1, "node_id": "IT_1", "name": one.type, "description": None}
    if one.pull_request:
        made["pull_request"] = {"url": url, "html_url": made["html_url"], "diff_url": url, "patch_url": url}
    return made


def account(person: User, api: str) -> dict[str, Any]:
    """What `GET /user` tells of the one who asks."""
    texts = dict.fromkeys(("company", "blog", "location", "email", "hireable", "bio"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    times = dict.fromkeys(("created_at", "updated_at"), "2026-01-05T09:00:00Z")
    private = ("collaborators", "disk_usage", "owned_private_repos", "private_gists", "total_private_repos")
    more = {
        "blog": "",
        "two_factor_authentication": True,
        "user_view_type": "private",
        **dict.fromkeys(private, 0),
    }
    return {**user(person, api), "name": person.name or None, **texts, **counts, **times, **more}


_LINKS = """archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads
events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones
notifications pulls releases stargazers statuses subscribers subscription tags teams trees clone git mirror ssh svn"""
_COUNTS = """forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count network_count
subscribers_count"""
_SWITCHES = "fork has_projects has_wiki has_pages has_discussions disabled"


def repository(one: Repository, viewer: User, api: str, owner: User) -> dict[str, Any]:
    may = viewer.role == "write"
    home = f"{api}/repos/{one.full_name}"
    created = "2026-01-05T09:00:00Z"
    return {
        **{f"{name}_url": f"{home}/{name}" for name in _LINKS.split()},
        **dict.fromkeys(_COUNTS.split(), 0),
        **dict.fromkeys(_SWITCHES.split(), False),
        **dict.fromkeys(("pushed_at", "created_at", "updated_at"), created),
        **dict.fromkeys(("description", "homepage", "language", "license")),
        "id": one.id,
        "node_id": f"R_{one.id}",
        "name": one.name,
        "full_name": one.full_name,
        "private": one.private,
        "owner": user(owner, api),
        "html_url": f"{api}/{one.full_name}",
        "url": home,
        "has_issues": one.has_issues,
        "archived": one.archived,
        "default_branch": "main",
        "permissions": {"admin": False, "maintain": False, "push": may, "triage": may, "pull": True},
    }
