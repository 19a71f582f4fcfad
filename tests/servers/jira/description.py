"""Holds what goes over the wire against the vendor's own description (OpenAPI), in both directions.

The documents are not part of the project; without them nothing is checked. They are read tolerantly where real sites
differ from them (real answers have more keys than the description, time stamps without a colon in the offset, and null in
enumerations), and where they contradict themselves (the Data Center document types every field value as an object and every
property as a string). Version 2 of Cloud is held against version 3, whose paths and payloads are the same but for long texts.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockResponse
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.servers.jira.server import Request

FILES = {"cloud": "jira-cloud-v3.json", "datacenter": "jira-dc-10.3.json"}
# In neither of the trimmed documents, or only for the other deployment's version of it.
UNDESCRIBED = ("securitylevel",)


class _Sent:
    """A request in the form that openapi-core reads."""

    def __init__(self, host: str, path: str, request: Request) -> None:
        self.host_url = host
        self.path = path
        self.method = request.method.lower()
        self.content_type = "application/json"
        self.body = json.dumps(request.body).encode() if request.body is not None else None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.params), header=Headers(), cookie=ImmutableMultiDict()
        )


class Checker:
    """Collects what does not fit; `problems` must be empty at the end of a test."""

    def __init__(self, shared: Path, deployment: str) -> None:
        self.deployment = deployment
        self.problems: list[str] = []
        self.checked = 0
        self._api = _document(shared / "api" / "openapi" / FILES[deployment])

    def check(self, request: Request, answer: Any) -> None:
        """Hold one exchange against the document."""
        if any(word in request.path for word in UNDESCRIBED) or request.status in (404, 410):
            return
        host, root = self._place()
        sent = _Sent(host, f"{root}{request.path}", request)
        self.checked += 1
        try:
            if request.status < 400:
                self._api.validate_request(sent)
            # The Data Center document describes one element where a list is answered.
            listed = isinstance(answer, list) and self.deployment == "datacenter"
            if answer is not None and request.status < 300 and not listed:
                told = MockResponse(json.dumps(answer).encode(), status_code=request.status)
                self._api.validate_response(sent, told)
        except OpenAPIError as error:
            reasons = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
            why = "; ".join(f"{list(getattr(each, 'path', []))} {str(each)[:200]}" for each in reasons)
            self.problems.append(f"{request.method} {request.path} {request.status}: {why}")

    def _place(self) -> tuple[str, str]:
        if self.deployment == "cloud":
            return "https://your-domain.atlassian.net", "/rest/api/3/"
        return "http://localhost:8090", "/rest/api/2/"


@cache
def _document(path: Path) -> OpenAPI:
    document = _tolerant(json.loads(path.read_text(encoding="utf-8")))
    document.pop("security", None)
    for operations in document["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    if path.name == FILES["datacenter"]:
        document["servers"] = [{"url": "http://localhost:8090/rest"}]
        for schema in document["components"]["schemas"].values():
            fields = schema.get("properties", {}).get("fields")
            if isinstance(fields, dict) and "additionalProperties" in fields:
                fields["additionalProperties"] = {}
        # Any JSON, as its own examples show.
        document["components"]["schemas"]["EntityPropertyBean"]["properties"]["value"] = {}
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))  # type: ignore[arg-type]


def _tolerant(node: Any) -> Any:
    if isinstance(node, list):
        return [_tolerant(each) for each in node]
    if not isinstance(node, dict):
        return node
    out = {key: _tolerant(value) for key, value in node.items()}
    if out.get("additionalProperties") is False:
        del out["additionalProperties"]
    if out.get("format") in ("date-time", "uri"):
        del out["format"]
    if "type" in out and isinstance(out["type"], str) and out["type"] != "object":
        out["nullable"] = True
    if "enum" in out and isinstance(out["enum"], list) and None not in out["enum"]:
        out["enum"] = [*out["enum"], None]
    return out
