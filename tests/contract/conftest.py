"""Skips a contract test whose world lacks what it needs."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.contract.suite import Unsupported


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Turn `Unsupported` into a skip that names what is missing."""
    try:
        yield
    except Unsupported as missing:
        pytest.skip(f"this world cannot {missing}")
