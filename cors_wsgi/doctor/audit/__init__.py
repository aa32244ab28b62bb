"""`cors-wsgi audit`: which origins does a server let in?"""
