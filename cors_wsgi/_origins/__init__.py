"""Origins: how they are parsed, which are allowed, and what a refused one resembles."""
