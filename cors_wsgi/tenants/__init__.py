"""Policies whose origins are in a database, and change while the application serves."""
