"""An API of shops, whose pages' origins are in a database."""
