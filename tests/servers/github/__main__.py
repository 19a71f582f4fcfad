"""The server as a process, for campaigns that kill and restart pmtrack: `python -m tests.servers.github --port-file FILE`.

People and faults come through `POST /_control` with a JSON object:

    {"do": "close", "number": 3}                          and edit, reopen, delete, convert: see `store.Store`
    {"do": "fault", "kind": "drop-after", "skip": 2}      see `faults.Fault`
    {"do": "issues"}                                      the issues as the REST API tells them
    {"do": "log"}                                         method, path and status of every request
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path
from typing import Any

from tests.servers.github import Fault, GitHubServer, Kind, Store, shapes

TOKEN = "a-token"


def control(server: GitHubServer, repository: str, order: dict[str, Any]) -> Any:
    """Carry out one order."""
    found = server.store.repository(repository)
    assert found is not None
    do = order.pop("do")
    if do == "fault":
        server.faults.add(Fault(Kind(order.pop("kind")), **order))
        return {}
    if do == "issues":
        with server.store.lock:
            return [shapes.issue(server.store, found, each, server.url) for each in found.issues.values()]
    if do == "log":
        return [[each.method, each.path, each.status] for each in server.log]
    number = order.pop("number")
    getattr(server.store, do)(found, number, **order)
    return {}


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--port-file", type=Path, help="Written with the address as soon as the server listens."
    )
    parser.add_argument("--repository", default="acme/incidents")
    parser.add_argument("--user", action="append", default=[], help="LOGIN or LOGIN=NAME; may be repeated.")
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--no-graphql", action="store_true")
    arguments = parser.parse_args()
    store = Store()
    store.add_user("pm-bot", "Bot", token=TOKEN)
    for user in arguments.user:
        login, _, name = user.partition("=")
        store.add_user(login, name)
    store.add_repository(arguments.repository)
    server = GitHubServer(store)
    server.latency_s = arguments.latency_ms / 1000
    server.has_graphql = not arguments.no_graphql
    server.control = lambda order: control(server, arguments.repository, order)
    server.start()
    if arguments.port_file:
        partial = arguments.port_file.with_suffix(".partial")
        partial.write_text(server.url, encoding="utf-8")
        os.replace(partial, arguments.port_file)  # noqa: PTH105 - atomic, also for a reader that polls
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    stopped.wait()
    server.stop()


if __name__ == "__main__":
    main()
