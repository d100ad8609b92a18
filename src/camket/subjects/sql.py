"""Named SQL of the gate's hot path: the subject's part of the facts. Parameters: shop, subject."""

from typing import Final

# Whether the person exists in this shop, and is a child with or without a representative.
SUBJECT_FACTS: Final = """
SELECT 'subject' AS kind, CASE WHEN s.child THEN 'child' ELSE '' END AS a,
       CASE WHEN s.representative_at IS NULL THEN '' ELSE 'representative' END AS b, '' AS c, '' AS d,
       CAST(0 AS bigint) AS n, NULL AS m
  FROM camket_subject s WHERE s.subject_id = %(subject)s AND s.shop_id = %(shop)s
"""

# Locks the person for a deed that moves or ends keys (PostgreSQL; SQLite holds its write lock already).
LOCK_SUBJECT: Final = """
SELECT 1 FROM camket_subject WHERE subject_id = %s AND shop_id = %s FOR UPDATE
"""

# Who is found by any of some digests of contacts, proven ones first. Parameters: shop, digests.
MATCHES: Final = """
SELECT digest, subject_id, item_id, verified FROM camket_identifier
 WHERE shop_id = %s AND digest IN ({digests}) ORDER BY verified DESC, subject_id, item_id
"""

# Held until the end of the transaction (PostgreSQL); the number is the first half of a contact's digest.
LOCK_CONTACT: Final = "SELECT pg_advisory_xact_lock(%s)"

SUBJECT: Final = "SELECT {columns} FROM camket_subject WHERE subject_id = %s AND shop_id = %s"
