"""Compares every locked package with the known advisories; `./test` runs it.

    python scripts/audit.py                    asks api.osv.dev (what pip-audit asks), else the snapshot
    python scripts/audit.py --offline          the snapshot alone: requirements/advisories.json
    python scripts/audit.py --renew FOLDER     makes the snapshot from a copy of github.com/pypa/advisory-database

Ends with 1 when a locked version is affected and nobody has said why that does not matter here (`accepted` in the
snapshot: id and reason). An old snapshot is a warning and no failure: a build must not turn red because of a date.
"""

import argparse
import json
import re
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "requirements" / "advisories.json"
LOCKS = ("run", "test", "fuzz")
STALE_DAYS = 60
OSV = "https://api.osv.dev/v1/querybatch"
PATIENCE = 10
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins() -> dict[str, str]:
    """Give every locked package with its version, by its normal name."""
    found: dict[str, str] = {}
    for lock in LOCKS:
        for name, version in _PIN.findall((ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")):
            found[normal(name)] = version
    return found


def normal(name: str) -> str:
    """Write a package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def affected(version: str, advisory: Mapping[str, Any]) -> bool:
    """Tell whether a version is one of those listed or lies in one of the ranges `[introduced, fixed, last]`."""
    if version in advisory["versions"]:
        return True
    found = Version(version)
    for introduced, fixed, last in advisory["ranges"]:
        begun = introduced == "0" or found >= Version(introduced)
        ended = (fixed and found >= Version(fixed)) or (last and found > Version(last))
        if begun and not ended:
            return True
    return False


def from_snapshot(locked: Mapping[str, str], held: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """List `(package, version, advisory)` of what the snapshot knows to be affected."""
    return [
        (one["package"], locked[one["package"]], one["id"])
        for one in held["advisories"]
        if one["package"] in locked and affected(locked[one["package"]], one)
    ]


def from_osv(locked: Mapping[str, str]) -> list[tuple[str, str, str]] | None:
    """Ask the public database; None where it cannot be reached."""
    asked = [{"package": {"ecosystem": "PyPI", "name": name}, "version": at} for name, at in locked.items()]
    request = urllib.request.Request(OSV, json.dumps({"queries": asked}).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 (as above)
            results = json.load(answer)["results"]
    except (OSError, ValueError, KeyError):
        return None
    return [
        (name, at, vulnerability["id"])
        for (name, at), result in zip(locked.items(), results, strict=True)
        for vulnerability in result.get("vulns", ())
    ]


def renew(folder: Path, taken: str, source: str) -> dict[str, Any]:
    """Read the advisories of every locked package out of a copy of the database."""
    yaml, locked = YAML(typ="safe"), pins()
    held = json.loads(SNAPSHOT.read_text("utf-8")) if SNAPSHOT.exists() else {}
    files = sorted(path for path in (folder / "vulns").glob("*/*.yaml") if normal(path.parent.name) in locked)
    found = [one for path in files if (one := _advisory(yaml.load(path.read_text("utf-8")))) is not None]
    return {
        "taken": taken,
        "source": source,
        "accepted": held.get("accepted", {}),
        "packages": sorted(locked),
        "advisories": found,
    }


def _advisory(read: Mapping[str, Any]) -> dict[str, Any] | None:
    if read.get("withdrawn"):
        return None
    (about,) = read["affected"][:1]
    ranges = [span for one in about.get("ranges", ()) if one["type"] == "ECOSYSTEM" for span in _spans(one["events"])]
    return {
        "id": str(read["id"]),
        "aliases": sorted(map(str, read.get("aliases", ()))),
        "package": normal(about["package"]["name"]),
        "ranges": ranges,
        # The list is the ranges spelt out; it is kept only where there are no ranges.
        "versions": [] if ranges else [str(version) for version in about.get("versions", ()) if _is_version(version)],
    }


def _spans(events: list[Mapping[str, Any]]) -> Iterator[list[str | None]]:
    introduced: str | None = None
    for event in events:
        if "introduced" in event:
            if introduced is not None:
                yield [introduced, None, None]
            introduced = str(event["introduced"])
        elif introduced is not None:
            yield [introduced, _text(event.get("fixed")), _text(event.get("last_affected"))]
            introduced = None
    if introduced is not None:
        yield [introduced, None, None]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _is_version(text: object) -> bool:
    try:
        Version(str(text))
    except InvalidVersion:
        return False
    return True


def report(*, offline: bool, today: date) -> int:
    """Print what was found and how old the knowledge is; 1 when something needs an answer."""
    locked, held = pins(), json.loads(SNAPSHOT.read_text("utf-8"))
    live = None if offline else from_osv(locked)
    found = from_snapshot(locked, held) + (live or [])
    age = (today - date.fromisoformat(held["taken"])).days
    if live is None:
        print(f"advisories of {held['taken']} ({held['source']}): {len(held['advisories'])} for {len(locked)} packages")
        if age > STALE_DAYS:
            print(f"warning: they are {age} days old; renew them: python scripts/audit.py --renew FOLDER")
        if new := sorted(set(locked) - set(held["packages"])):
            print(f"warning: not asked when they were taken: {', '.join(new)}")
    else:
        print(f"asked {OSV} about {len(locked)} packages")
    open_ = sorted({one for one in found if one[2] not in held["accepted"]})
    for name, version, advisory in open_:
        print(f"affected: {name} {version}: {advisory}")
    return 1 if open_ else 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offline", action="store_true", help="do not ask the public database")
    parser.add_argument("--renew", type=Path, metavar="FOLDER", help="make the snapshot from this copy")
    parser.add_argument("--taken", default=datetime.now(tz=UTC).date().isoformat(), help="the day of the copy")
    parser.add_argument("--source", default="pypa/advisory-database", help="where the copy is from, with its commit")
    given = parser.parse_args()
    if given.renew:
        made = renew(given.renew, given.taken, given.source)
        SNAPSHOT.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(f"{len(made['advisories'])} advisories for {len(made['packages'])} packages")
        return 0
    return report(offline=given.offline, today=datetime.now(tz=UTC).date())


if __name__ == "__main__":
    sys.exit(main())
