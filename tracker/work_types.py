"""What type of work an action item is, by the words of its category or heading: one answer for the rules and the review. Pure.

The types are those of the Site Reliability Workbook, chapter 10, with investigation and documentation beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

TYPES: Mapping[str, tuple[str, ...]] = {
    "prevent": (
        "preven", "harden", "remediat", "fix", "technical", "automation", "testing",
        "vorbeug", "prävention", "vermeidung", "prévent", "予防", "再発防止", "恒久対応", "恒久対策",
    ),
    "detect": (
        "detect", "monitor", "alert", "observ",
        "erkennung", "überwachung", "alarmierung", "détect", "surveillance", "supervision", "alerte", "detec", "検知", "監視",
    ),
    "mitigate": (
        "mitigat", "contain", "workaround", "repair", "recover",
        "eindämmung", "behebung", "sofortmassnahme", "wiederherstellung", "atténuation", "correction", "contournement",
        "rétablissement", "mitiga", "corrección", "correção", "contención", "contenção", "recuperaci", "recuperação",
        "緩和", "暫定対応", "暫定対策", "復旧",
    ),
    "respond": (
        "respon", "process", "communicat", "reaktion", "kommunikation", "réponse", "réaction", "respuesta", "resposta", "comunica",
        "対応", "連絡",
    ),
    "document": ("document", "runbook", "docs", "dokument", "文書化", "ドキュメント"),
    "investigate": (
        "investig", "research", "analy", "untersuchung", "enquête", "análisis", "análise", "調査", "分析",
    ),
}  # fmt: skip
"""Parts of words by type, casefolded, looked for in this order: English, German, French, Spanish, Portuguese, Japanese."""


@lru_cache(maxsize=4096)
def type_of(text: str | None) -> str | None:
    """The type of work that a category or heading names, one of `TYPES`; None where it names none."""
    word = (text or "").casefold()
    return next((name for name, parts in TYPES.items() if any(part in word for part in parts)), None)
