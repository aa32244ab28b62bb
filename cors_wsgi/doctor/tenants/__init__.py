"""`cors-wsgi tenants`: what a database needs, for policies whose origins are in it."""
