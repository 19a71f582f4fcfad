"""One adapter per tracker; each knows only the contract in `tracker.remote`, and none knows another.

`registry` finds the adapter of a type. `pool` (several requests at once), `lost` (issues that were not found), `verification`
(reading everything again, a part in each run) and `tokens` (commands and the keyring) serve several of them. The contract suite
that each of them passes is `tests/contract/suite.py`.
"""
