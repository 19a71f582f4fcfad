"""Delivery of reports: Slack, e-mail, webhook."""
