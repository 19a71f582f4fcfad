"""What a document is: a post-mortem, a template of one, or some other text. Pure."""

from __future__ import annotations

import re

from tracker.models import PostMortem
from tracker.patterns import pattern

_TELLING = pattern(
    r"post[-_ ]?mortem|incident|outage|downtime|\brca\b|root[-_ ]cause|retrospective|störung|vorfall|ausfall|incidente|\bpanne"
    r"|falha|caída|障害|インシデント|ポストモーテム|事故|장애|故障|复盘",
    re.IGNORECASE,
)


def kind_of(document: PostMortem, *, template: bool) -> str:
    """Whether it is a "post-mortem", a "template" (nothing but template text) or something "other".

    A document without action items is a post-mortem when its title or path says so, or when it holds what only post-mortems
    have: a severity, an incident id, a timeline, causes or gaps.
    """
    if any(not item.placeholder for item in document.items):
        return "post-mortem"
    if document.items or template:
        return "template"
    facts = (document.severity, document.incident_id, document.timeline, document.notes, document.reviews)
    told = f"{document.title or ''} {document.path}"
    return "post-mortem" if any(facts) or _TELLING.search(told) else "other"
