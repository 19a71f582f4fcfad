"""pmtrack: turns the action items of incident post-mortems into tracked work and keeps both in step."""

__version__ = "0.1.0"
