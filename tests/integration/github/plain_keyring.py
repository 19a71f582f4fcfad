"""A keyring in a file without encryption, for tests: a backend as the keyring library wants it, chosen by its own variable."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    """Keeps passwords in the JSON file that `PMTRACK_TEST_KEYRING` names."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def get_password(self, service: str, username: str) -> str | None:
        """The password, None where there is none."""
        password: str | None = self._all().get(f"{service}/{username}")
        return password

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        self._file.write_text(
            json.dumps({**self._all(), f"{service}/{username}": password}), encoding="utf-8"
        )

    @property
    def _file(self) -> Path:
        return Path(os.environ["PMTRACK_TEST_KEYRING"])

    def _all(self) -> dict[str, str]:
        kept: dict[str, str] = (
            json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        )
        return kept
