"""The address of a line in a document, from the URL of a git remote."""

from __future__ import annotations

import pytest

from tracker.sync import fields
from tracker.sync.permalink import Host, web_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "remote",
    [
        "git@github.com:acme/incidents.git",
        "org-123@github.com:acme/incidents",
        "ssh://git@github.com/acme/incidents.git",
        "ssh://git@ssh.github.com:443/acme/incidents.git",
        "https://github.com/acme/incidents",
        "https://bot:a-secret@github.com/acme/incidents.git",
        "git://github.com/acme/incidents.git/",
        " https://github.com/acme/incidents.git\n",
    ],
)
def test_every_form_of_a_remote_leads_to_the_same_page_without_its_secrets(remote: str) -> None:
    web = web_of(remote)
    assert web is not None
    assert web.base == "https://github.com/acme/incidents"


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:acme/pm.git", f"https://github.com/acme/pm/blob/{COMMIT}/docs/a%20b.txt#L12"),
        ("https://acme.ghe.com/acme/pm", f"https://acme.ghe.com/acme/pm/blob/{COMMIT}/docs/a%20b.txt#L12"),
        ("git@github.acme.org:acme/pm", f"https://github.acme.org/acme/pm/blob/{COMMIT}/docs/a%20b.txt#L12"),
        ("git@code.acme.org:acme/pm", f"https://code.acme.org/acme/pm/blob/{COMMIT}/docs/a%20b.txt#L12"),
        (
            "git@gitlab.com:acme/sre/pm.git",
            f"https://gitlab.com/acme/sre/pm/-/blob/{COMMIT}/docs/a%20b.txt#L12",
        ),
        (
            "https://gitlab.acme.org:8443/sre/pm.git",
            f"https://gitlab.acme.org:8443/sre/pm/-/blob/{COMMIT}/docs/a%20b.txt#L12",
        ),
        (
            "git@bitbucket.org:acme/pm.git",
            f"https://bitbucket.org/acme/pm/src/{COMMIT}/docs/a%20b.txt#lines-12",
        ),
        (
            "ssh://git@bitbucket.acme.org:7999/ops/pm.git",
            f"https://bitbucket.acme.org/projects/OPS/repos/pm/browse/docs/a%20b.txt?at={COMMIT}#12",
        ),
        (
            "https://git.acme.org/scm/ops/pm.git",
            f"https://git.acme.org/projects/OPS/repos/pm/browse/docs/a%20b.txt?at={COMMIT}#12",
        ),
        (
            "ssh://git@stash.acme.org:7999/~jdoe/pm.git",
            f"https://stash.acme.org/users/jdoe/repos/pm/browse/docs/a%20b.txt?at={COMMIT}#12",
        ),
    ],
)
def test_each_host_has_its_own_form_of_permalink(remote: str, address: str) -> None:
    web = web_of(remote, {"code.acme.org"})
    assert web is not None
    assert web.link(COMMIT, "docs/a b.txt", 12) == address


@pytest.mark.parametrize(
    "remote",
    [
        "/srv/git/pm.git",
        "../pm",
        "file:///srv/git/pm.git",
        "C:/work/pm",
        "git@git.acme.org:acme/pm.git",
        "https://github.com/acme",
        "https://github.com/acme/pm/extra",
        "https://github.com:99999999/acme/pm",
        "https://github.com/acme/p)m](https://evil.example",
        "git@git hub.com:acme/pm",
        "ext::sh -c whoami",
        "",
    ],
)
def test_a_remote_whose_pages_are_not_known_gives_no_address(remote: str) -> None:
    assert web_of(remote) is None


def test_a_rendered_document_is_shown_plain_so_that_the_line_is_there() -> None:
    web = web_of("git@github.com:acme/pm")
    assert web is not None
    assert web.host is Host.GITHUB
    assert web.link(None, "a.md", 3) == "https://github.com/acme/pm/blob/HEAD/a.md?plain=1#L3"


@pytest.mark.parametrize(
    "remote",
    ["git@github.com:a/pm", "git@gitlab.com:a/pm", "git@bitbucket.org:a/pm", "https://x.org/scm/a/pm"],
)
def test_another_commit_or_line_of_the_same_document_is_no_change_of_the_context(remote: str) -> None:
    web = web_of(remote)
    assert web is not None
    contexts = [
        fields.stable(f"**Document:** [docs/a.md, line {line}]({web.link(commit, 'docs/a.md', line)})")
        for commit, line in ((COMMIT, 12), ("f" * 40, 13), (None, 7))
    ]
    assert len(set(contexts)) == 1
    assert fields.stable(f"({web.link(COMMIT, 'docs/a.md', 1)})") != fields.stable(
        f"({web.link(COMMIT, 'docs/b.md', 1)})"
    )
