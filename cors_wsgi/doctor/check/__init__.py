"""`cors-wsgi check`: fetch as a browser would, and say what blocks it."""
