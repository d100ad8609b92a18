from django.urls import path

from camket.site import health, messages, views

urlpatterns = [
    path("", views.start, {"lang": "vi"}, name="start-vi"),
    path("en/", views.start, {"lang": "en"}, name="start-en"),
    path("healthz", health.healthz, name="healthz"),
    path("_messages", messages.messages, name="messages"),
    path("<slug:slug>/chinh-sach-bao-mat", views.policy, {"lang": "vi"}, name="policy-vi"),
    path("<slug:slug>/chinh-sach-bao-mat.yaml", views.policy_yaml, name="policy-yaml"),
    path("<slug:slug>/chinh-sach-bao-mat.json", views.policy_json, name="policy-json"),
    path("en/<slug:slug>/privacy-policy", views.policy, {"lang": "en"}, name="policy-en"),
]
