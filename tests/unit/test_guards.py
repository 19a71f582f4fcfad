"""The guards of conftest.py really guard."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError


def test_the_home_directory_is_a_temporary_one() -> None:
    assert Path.home().name.startswith("pmtrack-test-home-")


@pytest.mark.filterwarnings("ignore:A test tried to use")
def test_a_connection_beyond_loopback_is_refused() -> None:
    with socket.socket() as connection, pytest.raises(SocketConnectBlockedError):
        connection.connect(("192.0.2.1", 80))


def test_a_connection_to_loopback_works() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_waiting_is_refused() -> None:
    with pytest.raises(AssertionError, match="pass a clock"):
        time.sleep(1)


def test_the_working_directory_is_the_tests_own(tmp_path: Path) -> None:
    assert Path.cwd() == tmp_path


def test_tokens_of_the_developer_are_not_visible() -> None:
    assert not [name for name in os.environ if name.startswith(("GITHUB_", "JIRA_"))]
