"""One file per policy rule; pure functions of the tracked world."""
