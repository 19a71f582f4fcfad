"""One adapter per tracker; each knows only the contract in tracker.remote."""
