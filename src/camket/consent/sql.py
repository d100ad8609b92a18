"""Named SQL of the gate's hot path: consent and restraint. Parameters: shop, subject."""

from typing import Final

# Every answer of the subject and every restraint; few rows, found by the primary key.
CONSENT_FACTS: Final = """
SELECT 'consent' AS kind, e.value AS a, e.channel AS b, e.category AS c, e.purpose || ' ' || e.how AS d,
       CAST(e.number AS bigint) AS n, e.mark AS m
  FROM camket_consent_event e WHERE e.subject_id = %(subject)s AND e.shop_id = %(shop)s
"""

RESTRAINT_FACTS: Final = """
SELECT 'restraint' AS kind, r.kind AS a, r.purpose AS b, CASE WHEN r.lifted THEN 'lifted' ELSE '' END AS c, '' AS d,
       CAST(r.number AS bigint) AS n, r.mark AS m
  FROM camket_restraint r WHERE r.subject_id = %(subject)s AND r.shop_id = %(shop)s
"""

# The number that the next answer (restraint) of a person takes; no row for nobody, and for another shop's people.
_NEXT: Final = """
SELECT (SELECT COALESCE(MAX(number), 0) + 1 FROM {table} WHERE subject_id = %(subject)s)
  FROM camket_subject WHERE subject_id = %(subject)s AND shop_id = %(shop)s
"""
NEXT_EVENT: Final = _NEXT.replace("{table}", "camket_consent_event")
NEXT_RESTRAINT: Final = _NEXT.replace("{table}", "camket_restraint")
TEXT: Final = "SELECT 1 FROM camket_consent_text WHERE shop_id = %s AND digest = %s"
