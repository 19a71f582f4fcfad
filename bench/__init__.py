"""Measurements as ratios against a yardstick of the same run: `make bench`, or `python -m bench NAME`.

One module a subject; each has `measure() -> Iterator[Figure]`. Not tests: a busy machine must never fail the suite.
"""
