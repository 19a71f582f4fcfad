"""The calendar that rules are given; it is the one of the reports."""

from __future__ import annotations

from tracker.calendar import Calendar, later

__all__ = ["Calendar", "later"]
