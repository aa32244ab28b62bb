from django_cors_wsgi.tenants import TenantOrigin


class Origin(TenantOrigin):
    pass
