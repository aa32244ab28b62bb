"""`cors-wsgi verify`: does a running server obey a policy?"""
