"""Wording: PM5xx."""
