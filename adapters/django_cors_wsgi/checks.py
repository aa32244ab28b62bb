"""System checks: what in the settings would make CORS, or what depends on it, fail."""
