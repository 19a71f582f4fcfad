"""The document against the tracker: PM3xx."""
