"""pmtrack: turns the action items of incident post-mortems into tracked work and keeps both in step."""

__version__ = "0.1.0"

COLLECTOR = (100_000, 20, 50)
"""Thresholds for `gc.set_threshold` in our own processes: large documents are trees of small values without cycles, and looking
through them again and again for cycles doubles the time of a file of megabytes."""
