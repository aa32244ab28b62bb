"""The same orders through Django REST framework, and a catalogue that anybody may read."""

from django.db.models import QuerySet
from django_cors_wsgi import cors_policy
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ModelSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet

from cors_wsgi import Policy
from shop.models import Order


class OrderSerializer(ModelSerializer):
    class Meta:
        model = Order
        fields = ("id", "item", "quantity")


class OrderViewSet(ModelViewSet):
    """For the user who has logged in: session cookie, and X-CSRFToken to change anything."""

    serializer_class = OrderSerializer

    def get_queryset(self) -> QuerySet[Order]:
        return Order.objects.filter(owner=self.request.user).order_by("pk")

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.save(owner=self.request.user)


@cors_policy(Policy(allow_origins="*"))
class Catalogue(APIView):
    permission_classes = (AllowAny,)

    def get(self, _request: Request) -> Response:
        return Response(["Assam", "Darjeeling", "Sencha"])
