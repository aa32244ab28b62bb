"""`python -m cors_wsgi` is `cors-wsgi`."""

from cors_wsgi.doctor import main

if __name__ == "__main__":
    main()
