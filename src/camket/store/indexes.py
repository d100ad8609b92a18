"""Indexes that Django states differently for each database."""

from typing import Any

from django.db import models


class TimeIndex(models.Index):
    """Over a column that grows with time: a block range index on PostgreSQL (a few bytes per megabyte of rows)."""

    def create_sql(self, model: type[models.Model], schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            using = " USING brin"
        return super().create_sql(model, schema_editor, using, **kwargs)
