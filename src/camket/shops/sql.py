"""Named SQL of the gate's hot path: the shop's part of the facts. The same text runs on SQLite and PostgreSQL.

Each fact is one row `kind, a, b, c, d, n, m`, with `m` the mark of a row that grants something; the rooms' parts are
joined by UNION ALL into one round trip.
Parameters: shop, person, key, subject, now (milliseconds).
"""

from typing import Final

# The rulebook in force, the shop's settings.
SHOP_FACTS: Final = """
SELECT 'policy' AS kind, '' AS a, '' AS b, '' AS c, '' AS d, CAST(MAX(version) AS bigint) AS n, NULL AS m
  FROM camket_policy_version WHERE shop_id = %(shop)s AND in_force_from <= %(now)s
UNION ALL
SELECT 'setting', name, value, '', '', 0, mark FROM camket_setting WHERE shop_id = %(shop)s
"""

# Roles of a person who has not left, the newest undertaking signed.
PERSON_FACTS: Final = """
SELECT 'role', r.role, '', '', '', 0, r.mark
  FROM camket_staff_role r JOIN camket_staff s ON s.id = r.staff_id
 WHERE r.staff_id = %(person)s AND s.shop_id = %(shop)s AND s.left_at IS NULL
UNION ALL
SELECT 'undertaking', '', '', '', '', CAST(u.version AS bigint), u.mark
  FROM camket_undertaking u WHERE u.staff_id = %(person)s AND u.shop_id = %(shop)s
"""

# Work on this subject given to this person.
ASSIGNMENT_FACTS: Final = """
SELECT 'assignment', a.work, a.reason, CAST(a.since AS text), COALESCE(CAST(a.until AS text), ''), 0, a.mark
  FROM camket_assignment a
 WHERE a.subject_id = %(subject)s AND a.staff_id = %(person)s AND a.shop_id = %(shop)s
   AND a.since <= %(now)s AND (a.until IS NULL OR a.until > %(now)s)
"""

# The key that a system or a person's program came with.
KEY_FACTS: Final = """
SELECT 'key', k.role, CAST(k.purposes AS text), k.system, '', 0, NULL
  FROM camket_api_key k
 WHERE k.id = %(key)s AND k.shop_id = %(shop)s AND k.revoked_at IS NULL
   AND (k.ends_at IS NULL OR k.ends_at > %(now)s)
"""

# The key of a token, by the span of its digest, and whether the person it belongs to works for the shop.
KEY_HOLDER: Final = """
SELECT k.id, k.shop_id, k.digest, k.staff_id, k.system, k.role, CAST(k.purposes AS text), CAST(k.scopes AS text),
       k.issued_at, k.ends_at, CASE WHEN k.staff_id IS NULL OR s.id IS NOT NULL THEN 1 ELSE 0 END
  FROM camket_api_key k
  LEFT JOIN camket_staff s ON s.id = k.staff_id AND s.shop_id = k.shop_id AND s.left_at IS NULL
 WHERE k.digest >= %s AND k.digest <= %s AND k.revoked_at IS NULL
"""

WORKS_HERE: Final = "SELECT 1 FROM camket_staff WHERE id = %s AND shop_id = %s AND left_at IS NULL"

NEWEST_VERSION: Final = "SELECT MAX(version) FROM camket_policy_version WHERE shop_id = %s"

# The roles of a person who has not left, and the role of a key in force.
ROLES: Final = """
SELECT {columns} FROM camket_staff_role r JOIN camket_staff s ON s.id = r.staff_id AND s.shop_id = r.shop_id
 WHERE r.staff_id = %s AND r.shop_id = %s AND s.left_at IS NULL
"""
KEY_ROLE: Final = "SELECT role FROM camket_api_key WHERE id = %s AND shop_id = %s AND revoked_at IS NULL"

# Answers kept for repeated requests, by the digest of the two keys.
KEPT_ANSWER: Final = "SELECT request, answer, ends_at FROM camket_answered WHERE digest = %s"
KEEP_ANSWER: Final = (
    "INSERT INTO camket_answered (digest, shop_id, request, answer, ends_at) VALUES (%s, %s, %s, %s, %s)"
)
DROP_ANSWER: Final = "DELETE FROM camket_answered WHERE digest = %s"
# Held until the end of the transaction (PostgreSQL), so that two processes do not do the same request at once.
CLAIM_ANSWER: Final = "SELECT pg_try_advisory_xact_lock(%s)"
