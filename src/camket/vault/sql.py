"""Named SQL of the vault's hot paths. The same text runs on SQLite and PostgreSQL; plans are checked by a test."""

from typing import Final

# Whether some contact of the person is proven.
VERIFIED_FACTS: Final = """
SELECT 'verified' AS kind, '' AS a, '' AS b, '' AS c, '' AS d, CAST(0 AS bigint) AS n, NULL AS m
 WHERE EXISTS (SELECT 1 FROM camket_item v
                WHERE v.subject_id = %(subject)s AND v.shop_id = %(shop)s AND v.verified)
"""

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

CATEGORY: Final = "SELECT category FROM camket_item WHERE subject_id = %s AND id = %s AND shop_id = %s"
# The items that share an item's key, and the key.
_ITS_KEY: Final = (
    "(SELECT i.key_id FROM camket_item i WHERE i.subject_id = %(subject)s AND i.id = %(item)s AND i.shop_id = %(shop)s)"
)
CLASS_ITEMS: Final = (
    "SELECT {columns} FROM camket_item t "  # noqa: S608 (texts of ours)
    "WHERE t.subject_id = %(subject)s AND t.key_id = " + _ITS_KEY + " ORDER BY t.id"
)
CLASS_KEY: Final = (
    "SELECT {columns} FROM camket_item_key t "  # noqa: S608 (texts of ours)
    "WHERE t.subject_id = %(subject)s AND t.id = " + _ITS_KEY
)

# A correction moves a retention class to a new key.
RETIRE_KEY: Final = "UPDATE camket_item_key SET retention = %s WHERE subject_id = %s AND id = %s"
MOVE_ITEM: Final = (
    "UPDATE camket_item SET key_id = %s, sealed = %s, version = %s, verified = %s WHERE subject_id = %s AND id = %s"
)
# The event that a period counts from has happened.
ANCHOR_ITEM: Final = "UPDATE camket_item SET expires_at = %s, sealed = %s WHERE subject_id = %s AND id = %s"
# Everything that a person's values are, to part them.
ITEMS_OF: Final = "SELECT {columns} FROM camket_item WHERE subject_id = %s AND shop_id = %s ORDER BY id"
KEYS_OF: Final = "SELECT {columns} FROM camket_item_key WHERE subject_id = %s AND shop_id = %s"
# A part of a person's values ends; the list of ids follows.
DELETE_ITEMS: Final = "DELETE FROM camket_item WHERE subject_id = %s AND id IN"
DELETE_KEY: Final = "DELETE FROM camket_item_key WHERE subject_id = %s AND id = %s"

# Rotation of the wrapping key: a wrapped key begins with a byte and the public id of the version that wrapped it.
OLD_KEYS: Final = """
SELECT k.subject_id, k.id FROM camket_item_key k
 WHERE k.shop_id = %s AND (k.subject_id, k.id) > (%s, %s) AND substr(k.wrapped, 1, 5) <> %s
 ORDER BY k.subject_id, k.id LIMIT %s
"""
REWRAP_KEY: Final = "UPDATE camket_item_key SET wrapped = %s WHERE subject_id = %s AND id = %s"
COUNT_BY_PREFIX: Final = "SELECT substr(wrapped, 1, 5), COUNT(*) FROM {table} GROUP BY 1"
LOCK_KEYS: Final = "LOCK TABLE camket_item_key, camket_shop_secret IN SHARE MODE"
# Deeds that move or end keys wait (they lock FOR UPDATE), rows that point to the person may still come in.
LOCK_PEOPLE: Final = """
SELECT 1 FROM camket_subject WHERE shop_id = %s AND subject_id IN ({people}) ORDER BY subject_id FOR NO KEY UPDATE
"""

# Rotation of the index key: look-up rows under the old key go.
REMOVE_IDENTIFIER: Final = "DELETE FROM camket_identifier WHERE digest = %s AND subject_id = %s AND item_id = %s"
REMOVE_NAME: Final = "DELETE FROM camket_name_token WHERE token = %s AND subject_id = %s AND item_id = %s"

# What an erasure buries: contacts of the person, codes asked for them, tombstones that stand already.
CONTACTS: Final = "SELECT digest, kind FROM camket_identifier WHERE subject_id = %s AND shop_id = %s"
CODES: Final = "SELECT 1 FROM camket_contact_code WHERE shop_id = %s AND digest IN ({digests}) LIMIT 1"
TOMBSTONES: Final = "SELECT {columns} FROM camket_tombstone WHERE shop_id = %s AND digest IN ({digests})"
