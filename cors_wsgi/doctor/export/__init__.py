"""`cors-wsgi export`: write a policy down for another layer."""
