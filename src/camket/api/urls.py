from django.urls import path

from camket.api import page
from camket.api.door import build

api = build()
urlpatterns = [
    path("", page.operations, {"api": api, "lang": "vi"}, name="api-page-vi"),
    path("en", page.operations, {"api": api, "lang": "en"}, name="api-page-en"),
    path("openapi.json", page.document, {"api": api}, name="openapi"),
    path("", api.urls),
]
