from django.apps import AppConfig


class CamketConfig(AppConfig):
    """One Django app for all rooms: models live in their rooms and name the label `camket`."""

    name = "camket.project"
    label = "camket"
    default_auto_field = "django.db.models.BigAutoField"
