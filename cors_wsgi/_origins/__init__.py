"""Origins: what is written, what is allowed, what a refused one was close to."""
