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
