"""Named SQL of the vault's hot paths. The same text runs on SQLite and PostgreSQL; plans are checked by a test."""

from typing import Final

# Whether some contact of the person is proven.
VERIFIED_FACTS: Final = """
SELECT 'verified' AS kind, '' AS a, '' AS b, '' AS c, '' AS d, CAST(0 AS bigint) AS n, NULL AS m
 WHERE EXISTS (SELECT 1 FROM camket_item v
                WHERE v.subject_id = %(subject)s AND v.shop_id = %(shop)s AND v.verified)
"""

ITEM_COLUMNS: Final = (
    "subject_id, id, shop_id, category, key_id, sealed, purposes, source, basis, retention, collected_at, expires_at, "
    "circulates_until, verified, third_party, legacy, group_id, version"
)
KEY_COLUMNS: Final = "subject_id, id, shop_id, retention, wrapped, made_at"

# Sealed values of some categories with their wrapped keys; what has expired is not even read. Shaped as facts are
# (kind, a, b, c, d, n, m) with the item's other columns behind, so that a look reads both in one round trip.
ITEM_FACTS: Final = """
SELECT 'item' AS kind, i.category AS a, i.purposes AS b, i.source AS c, i.basis AS d, i.collected_at AS n,
       i.sealed AS m, i.id, i.key_id, i.retention, i.expires_at, i.circulates_until, i.verified, i.third_party,
       i.legacy, i.group_id, i.version, k.wrapped
  FROM camket_item i JOIN camket_item_key k ON k.subject_id = i.subject_id AND k.id = i.key_id
 WHERE i.subject_id = %(subject)s AND i.shop_id = %(shop)s
   AND (i.expires_at IS NULL OR i.expires_at > %(now)s) AND i.category IN ({categories})
"""
# The keys a person has, one per retention class, in the same shape.
KEY_FACTS: Final = """
SELECT 'held' AS kind, k.retention AS a, '' AS b, '' AS c, '' AS d, CAST(0 AS bigint) AS n, k.wrapped AS m, k.id
  FROM camket_item_key k WHERE k.subject_id = %(subject)s AND k.shop_id = %(shop)s
"""

# The keys a person has, one per retention class.
KEYS: Final = "SELECT id, retention, wrapped FROM camket_item_key WHERE subject_id = %s AND shop_id = %s"

INSERT_ITEMS: Final = f"INSERT INTO camket_item ({ITEM_COLUMNS}) VALUES "  # noqa: S608 - names of columns, from above
INSERT_KEYS: Final = f"INSERT INTO camket_item_key ({KEY_COLUMNS}) VALUES "  # noqa: S608 - names of columns, from above

# A correction moves a retention class to a new key.
RETIRE_KEY: Final = "UPDATE camket_item_key SET retention = %s WHERE subject_id = %s AND id = %s"
MOVE_ITEM: Final = (
    "UPDATE camket_item SET key_id = %s, sealed = %s, version = %s, verified = %s WHERE subject_id = %s AND id = %s"
)
# The event that a period counts from has happened.
ANCHOR_ITEM: Final = "UPDATE camket_item SET expires_at = %s, sealed = %s WHERE subject_id = %s AND id = %s"
DELETE_KEY: Final = "DELETE FROM camket_item_key WHERE subject_id = %s AND id = %s"


def rows(count: int, columns: str) -> str:
    """Placeholders for several rows of one INSERT."""
    one = "(" + ", ".join(["%s"] * len(columns.split(", "))) + ")"
    return ", ".join([one] * count)


def holes(count: int) -> str:
    """Placeholders of an IN list."""
    return ", ".join(["%s"] * count)
