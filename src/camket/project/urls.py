from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("camket.design.urls")),
    path("api/v1/", include("camket.api.urls")),
    path("", include("camket.site.urls")),
]
handler400 = "camket.project.errors.bad_request"
handler403 = "camket.project.errors.forbidden"
handler404 = "camket.project.errors.not_found"
handler500 = "camket.project.errors.failed"
