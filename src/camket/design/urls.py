from django.urls import path

from camket.design import assets, patterns

urlpatterns = [
    path("static/<slug:digest>/<str:name>", assets.serve, name="asset"),
    path("_patterns", patterns.patterns, name="patterns"),
]
