"""Translate the settings of other CORS packages into a policy."""
