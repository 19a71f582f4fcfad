"""The state: what pmtrack remembers between runs. The only user of SQLAlchemy; import it only where it is used."""
