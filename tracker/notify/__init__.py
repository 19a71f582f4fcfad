"""Delivery of reports: Slack, e-mail, webhook; who gets what is decided purely, sending is the thin edge."""
