"""Where commands meet Django: set-up, and database errors turned into sentences. Pure commands never import this."""

import os

import django
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import InterfaceError, OperationalError, ProgrammingError

from camket.base.errors import CamketError
from camket.cli import errors
from camket.store import unavailable
from camket.store.errors import DatabaseAwayError

SETTINGS = "camket.project.settings"


def set_up() -> None:
    """Load the settings and every room's models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise errors.settings_wrong("improper") from error
    from camket.store import wall  # late import: set-up

    wall.stand_by_default(wall.EVERYWHERE)


def translate(error: Exception) -> CamketError | None:
    """Turn a database error that the owner can mend into a sentence; None for anything else.

    The database's own words are left out: they may quote values.
    """
    if isinstance(error, OperationalError | ProgrammingError | InterfaceError):
        missing = ("no such table", "no such column", "does not exist")
        if any(words in str(error) for words in missing) and "database" not in str(error):
            return errors.database_not_ready()
    told = unavailable.told(error)
    return errors.database_unreachable() if isinstance(told, DatabaseAwayError) else told
