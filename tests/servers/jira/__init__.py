"""A stateful Jira server for tests: Cloud and Data Center, with faults, latency and a late search index."""

from tests.servers.jira.faults import Fault, captcha, maintenance, rate_limited
from tests.servers.jira.model import CustomField, User
from tests.servers.jira.server import CLOUD_ID, EMAIL, TOKEN, JiraServer, Request
from tests.servers.jira.site import Site

__all__ = [
    "CLOUD_ID",
    "EMAIL",
    "TOKEN",
    "CustomField",
    "Fault",
    "JiraServer",
    "Request",
    "Site",
    "User",
    "captcha",
    "maintenance",
    "rate_limited",
]
