"""Checks requests and answers against GitHub's own OpenAPI description, with openapi-core.

The description is patched where GitHub's own recorded answers do not keep to it: date-time formats, closed objects, and
enumerations that are nullable without listing null.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from tests.servers.github.rest import Request, Response

_HOST = "https://api.github.com"
# Undescribed on purpose: these are not in the description.
_SKIPPED = ("/repositories/", "/app/")


@functools.cache
def _loaded(path: Path) -> Any:
    from openapi_core import Config, OpenAPI

    document = json.loads(path.read_text(encoding="utf-8"))
    _relax(document)
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))  # type: ignore[arg-type] # the check of the document itself takes minutes


def _relax(node: Any) -> None:
    if isinstance(node, list):
        for each in node:
            _relax(each)
        return
    if not isinstance(node, dict):
        return
    if node.get("additionalProperties") is False:
        del node["additionalProperties"]
    if node.get("format") in ("date-time", "uri"):
        del node["format"]
    if node.get("nullable") and isinstance(node.get("enum"), list) and None not in node["enum"]:
        node["enum"].append(None)
    for each in node.values():
        _relax(each)


class Contract:
    """Collects what breaks the description; a test asserts that `violations` is empty."""

    def __init__(self, description: Path) -> None:
        self._openapi = _loaded(description)
        self.violations: list[str] = []
        self.checked = 0

    def check(self, request: Request, response: Response) -> None:
        """Check one exchange."""
        from openapi_core.testing import MockRequest, MockResponse

        if request.path.startswith(_SKIPPED):
            return
        self.checked += 1
        data = b"" if request.body is None else json.dumps(request.body).encode()
        asked = MockRequest(
            _HOST,
            request.method.lower(),
            request.path,
            args=dict(request.query),
            data=data,
            content_type="application/json",
        )
        self._note(request, lambda: self._openapi.validate_request(asked))
        if response.status in (200, 201):
            told = MockResponse(response.text().encode(), response.status, content_type="application/json")
            self._note(request, lambda: self._openapi.validate_response(asked, told))

    def _note(self, request: Request, validate: Any) -> None:
        from openapi_core.exceptions import OpenAPIError

        try:
            validate()
        except OpenAPIError as error:
            cause = getattr(error, "__cause__", None)
            details = "; ".join(
                str(each) for each in getattr(cause, "schema_errors", ()) or (cause or error,)
            )
            self.violations.append(f"{request.method} {request.path}: {details}"[:500])
