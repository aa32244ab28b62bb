from django.urls import include, path
from rest_framework.routers import SimpleRouter

from shop import api, views

router = SimpleRouter()
router.register("orders", api.OrderViewSet, basename="order")

urlpatterns = [
    path("csrf/", views.csrf),
    path("login/", views.log_in),
    path("logout/", views.log_out),
    path("orders/", views.place_order),
    path("api/catalogue/", api.Catalogue.as_view()),
    path("api/", include(router.urls)),
]
