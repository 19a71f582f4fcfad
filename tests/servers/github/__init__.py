"""A stateful GitHub for tests: REST and the GraphQL that pmtrack uses, with everything that can go wrong."""

from tests.servers.github.contract import Contract
from tests.servers.github.faults import Fault, Kind
from tests.servers.github.server import GitHubServer, Limits
from tests.servers.github.store import Issue, Project, Repository, Store, User

__all__ = [
    "Contract",
    "Fault",
    "GitHubServer",
    "Issue",
    "Kind",
    "Limits",
    "Project",
    "Repository",
    "Store",
    "User",
]
