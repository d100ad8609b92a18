"""The installation's role as it should be: plain. Run as a superuser, a test takes off its own power first."""

import os

import pytest
from django.db import connection

from camket.store import wall
from tests.api.conftest import doors
from tests.api.conftest import minh as minh_at_the_door

__all__ = ["doors", "minh_at_the_door"]


def become_plain() -> None:
    """Give every table to a role without powers and become it, until the test's transaction is undone."""
    if not wall.sees_through():
        return
    role = f"camket_plain_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot change hands
        cursor.execute(f"CREATE ROLE {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ALTER TABLE {table} OWNER TO {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")


@pytest.fixture
def two_shops(world, now):
    """Minh bought from COMET, Thảo from KHATRA; from here on the role is plain. Gives world and both subjects."""
    from tests import kept
    from tests.cast import MINH, THAO

    subjects = kept.keep(world, "comet", MINH, now), kept.keep(world, "khatra", THAO, now)
    become_plain()
    return world, *subjects
