"""An adapter and a rule for pmtrack, found by their entry points."""
