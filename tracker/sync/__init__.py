"""Merge, plan, apply: how both sides come into step."""
