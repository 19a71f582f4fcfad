"""Run the local Jira server as a process: `python -m tests.servers.jira --port-file PATH [--deployment datacenter]`.

Writes its URL into the port file when it serves, and ends when it gets a signal. People act through `POST
/person/ACTION` with a JSON list of arguments: the methods of `Site` that change issues; `fault` takes the fields of a
`Fault`, `requests` tells (and forgets) what came in, `issues` what is stored.
"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from tests.servers.jira.model import strict_workflow
from tests.servers.jira.server import JiraServer
from tests.servers.jira.site import Site


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--deployment", choices=("cloud", "datacenter"), default="cloud")
    parser.add_argument("--workflow", choices=("simple", "strict"), default="simple")
    parser.add_argument("--index-lag", type=float, default=0.0, help="seconds")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    arguments = parser.parse_args()
    site = Site(arguments.deployment)
    site.index_lag_s = arguments.index_lag
    if arguments.workflow == "strict":
        site.projects["OPS"].workflow = strict_workflow()
    site.add_project("PAY", "Payments")
    server = JiraServer(site, port=arguments.port)
    server.latency_s = arguments.latency_ms / 1000
    server.start()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    part = arguments.port_file.with_suffix(".part")
    part.write_text(server.url, encoding="utf-8")
    part.replace(arguments.port_file)
    stop.wait()
    server.stop()


if __name__ == "__main__":
    main()
