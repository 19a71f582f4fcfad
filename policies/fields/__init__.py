"""Fields of an action item: PM1xx."""
