from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CamketConfig(AppConfig):
    """One Django app for all rooms: models live in their rooms and name the label `camket`."""

    name = "camket.project"
    label = "camket"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from camket.store import wall  # late import: set-up

        connection_created.connect(wall.stand_watch)
        post_migrate.connect(_build_wall, sender=self)


def _build_wall(**_: Any) -> None:
    """Every migration ends behind the second wall, also one that added a table a minute ago."""
    from camket.store import wall  # late import: set-up

    wall.build()
