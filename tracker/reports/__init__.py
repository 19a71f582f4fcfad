"""Nightly audit and weekly review: pure metrics and their renderers."""
