"""Alembic revisions, oldest first; one file a schema version, never changed once released."""
