"""`cors-wsgi explain`: what a console line means."""
