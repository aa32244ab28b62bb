"""`python -m cors_wsgi.doctor` is `cors-wsgi`."""

from cors_wsgi.doctor import main

main()
