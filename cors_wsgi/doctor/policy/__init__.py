"""`cors-wsgi policy`: check a policy, print it, and ask it about requests."""
