"""A second, naive reading of a policy file: what its promises open, worked out with loops over the words as written.

It shares no code with the rulebook beyond the parsed promises, and knows neither bits nor the law.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from camket.policy import Policy

# The kinds that open a check, with the field of the file that carries its main words.
CHECKS = {"collect": ("from", "collect"), "read": ("roles", "access"), "disclose": ("to", "disclose")}


def _promises(policy: Policy) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every promise as (citation, kind, fields by the names of the file)."""
    for part in (*policy.clauses, *policy.completions):
        for promise in part.promises:
            yield part.citation, promise.kind, promise.model_dump(by_alias=True, mode="json")


def _speaks(listed: Sequence[str], word: str) -> bool:
    return not listed or word in listed


def _on_deed(fields: dict[str, Any], action: str) -> bool:
    return action != "read" or _speaks(fields.get("do", ()), "read")


def opens(policy: Policy, action: str, main: str, category: str, purpose: str) -> bool:
    """Whether the file opens this deed on `main` (a source, role or recipient), if every fact were met."""
    named, kind = CHECKS[action]
    purposes, ways, data, lifted = False, False, False, set()
    for citation, what, fields in _promises(policy):
        if not _speaks(fields.get("categories", ()), category):
            continue
        if what == "purpose" and purpose in fields["for"]:
            purposes = True
            lifted |= {(citation, "purpose"), *((name, "purpose") for name in fields["despite"])}
        if (
            what == kind
            and _speaks(fields[named], main)
            and _speaks(fields["for"], purpose)
            and _on_deed(fields, action)
        ):
            ways = True
            data |= bool(fields["categories"])
            lifted |= {(citation, kind), *((name, kind) for name in fields["despite"])}
    if not (purposes and ways and (data or action != "collect")):
        return False
    return not any(ban not in lifted for ban in _bans(policy, action, main, category, purpose))


def _bans(policy: Policy, action: str, main: str, category: str, purpose: str) -> Iterator[tuple[str, str]]:
    """The bans and closed lists that forbid it, each with the kind of promise that may lift it."""
    named, kind = CHECKS[action]
    for citation, what, fields in _promises(policy):
        if not _speaks(fields.get("categories", ()), category):
            continue
        if what == "never" and _forbids(fields, action, named, main, purpose):
            yield citation, kind
        if not fields.get("only"):
            continue
        if what == "purpose" and purpose not in fields["for"]:
            yield citation, "purpose"
        if what == kind and _speaks(fields["for"], purpose) and main not in fields[named] and _on_deed(fields, action):
            yield citation, kind


def _forbids(fields: dict[str, Any], action: str, named: str, main: str, purpose: str) -> bool:
    asked = {"do": action, "for": purpose, named: main}
    silent = [name for name in ("from", "to", "by", "roles") if name not in asked and fields[name]]
    return not silent and all(_speaks(fields[name], word) for name, word in asked.items())
