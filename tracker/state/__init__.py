"""The state database: the only user of SQLAlchemy and Alembic."""
