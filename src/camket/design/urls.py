from django.urls import path

from camket.design import assets

urlpatterns = [path("static/<slug:digest>/<str:name>", assets.serve, name="asset")]
