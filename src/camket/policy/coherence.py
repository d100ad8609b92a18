"""What no single schema can see: doubled ids, references to nothing, clauses that say nothing or against themselves."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from camket.policy.kinds import KeepPromise, Listing, Opener, Promise
from camket.policy.reach import banned, opened
from camket.policy.source import Path, Tree, nearest


def incoherences(tree: Tree, data: Mapping[str, Any]) -> None:
    """Report every incoherence of a file whose promises are already read."""
    parts = list(_parts(data))
    _doubled(tree, parts)
    _nowhere(tree, parts)
    for path, part in parts:
        if path[0] == "clauses":
            _empty(tree, path, part)
        promises = part.get("promises")
        if isinstance(promises, tuple):
            _contradictions(tree, path, part, [p for p in promises if isinstance(p, Promise)])


def _parts(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for name in ("clauses", "completions"):
        listed = data.get(name)
        for number, part in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(part, dict):
                yield (name, number), part


def _doubled(tree: Tree, parts: list[tuple[Path, Mapping[str, Any]]]) -> None:
    first: dict[str, int] = {}
    for path, part in parts:
        name = part.get("id")
        if not isinstance(name, str):
            continue
        line = tree.at((*path, "id"))[0]
        if name in first:
            tree.report(
                tree.at((*path, "id")),
                "doubled_id",
                f"số hiệu `{name}` đã dùng ở dòng {first[name]}",
                f"the id `{name}` is already used on line {first[name]}",
                "đặt số hiệu khác; sổ cái và trang chứng minh gọi điều khoản bằng số hiệu này",
                "give it another id; the ledger and the proof page call clauses by it",
            )
        first.setdefault(name, line)


def _nowhere(tree: Tree, parts: list[tuple[Path, Mapping[str, Any]]]) -> None:
    """Report references (`despite`, `instead`) to ids that do not exist."""
    known = [part["id"] for _, part in parts if isinstance(part.get("id"), str)]
    completions = [part["id"] for path, part in parts if path[0] == "completions" and isinstance(part.get("id"), str)]
    for path, part in parts:
        for place, wanted in _references(path, part):
            if wanted not in known:
                _unknown_id(tree, place, wanted, known)
        for place, wanted in _instead(path, part):
            if wanted not in completions:
                _unknown_id(tree, place, wanted, completions)


def _references(path: Path, part: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    promises = part.get("promises")
    for number, promise in enumerate(promises if isinstance(promises, tuple) else ()):
        if isinstance(promise, Opener):
            for place, wanted in enumerate(promise.despite):
                yield (*path, "promises", number, promise.kind, "despite", place), wanted


def _instead(path: Path, part: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    overruled = part.get("overruled")
    instead = overruled.get("instead") if isinstance(overruled, dict) else None
    for number, wanted in enumerate([instead] if isinstance(instead, str) else instead or ()):
        if isinstance(wanted, str):
            yield (*path, "overruled", "instead", number), wanted


def _unknown_id(tree: Tree, place: Path, wanted: str, known: list[str]) -> None:
    found = nearest(wanted, known)
    # A completion with a single `promise` has no number in its path.
    place = (*place[:2], "promise", *place[4:]) if place[0] == "completions" and place[:4] not in tree.marks else place
    tree.report(
        tree.at(place),
        "unknown_id",
        f"không có điều khoản hay phần bổ sung `{wanted}`",
        f"there is no clause or completion `{wanted}`",
        "viết " + " hoặc ".join(f"`{x}`" for x in found) if found else "viết số hiệu của một điều khoản trong tệp này",
        "write " + " or ".join(f"`{x}`" for x in found) if found else "write the id of a clause of this file",
    )


def _empty(tree: Tree, path: Path, part: Mapping[str, Any]) -> None:
    if part.get("text") is None and part.get("heading") is None:
        tree.report(
            tree.at(path),
            "no_text",
            "điều khoản không có chữ nào",
            "the clause has no words",
            "thêm `text` (nguyên văn), hoặc `heading` cho một tiêu đề",
            "add `text` (verbatim), or `heading` for a heading",
        )
    if part.get("text") is not None and not part.get("promises"):
        tree.report(
            tree.at((*path, "text"), key=True),
            "says_nothing",
            "câu này chưa có cam kết nào",
            "this sentence has no promise",
            "thêm `promises`, hoặc `- statement: why nothing is to be enforced`",
            "add `promises`, or `- statement: why nothing is to be enforced`",
        )


def _contradictions(tree: Tree, path: Path, part: Mapping[str, Any], promises: list[Promise]) -> None:
    own = str(part.get("id"))
    for one, other in combinations(promises, 2):
        if why := _against(one, other, own) or _against(other, one, own) or _keeps_apart(one, other):
            numbers = promises.index(one) + 1, promises.index(other) + 1
            place = (*path, "promises", numbers[1] - 1)
            tree.report(
                tree.at(place),
                "contradiction",
                f"cam kết thứ {numbers[1]} của điều khoản `{own}` trái với cam kết thứ {numbers[0]}",
                f"promise {numbers[1]} of clause `{own}` contradicts promise {numbers[0]}",
                *why,
            )


def _against(ban: Promise, opener: Promise, own: str) -> tuple[str, str] | None:
    """Advice when one promise bans all that the other opens, and the other does not say that it is the exception."""
    denied, allowed = banned(ban), opened(opener)
    if denied is None or allowed is None or (isinstance(opener, Opener) and own in opener.despite):
        return None
    if isinstance(ban, Listing):
        same = isinstance(opener, Listing) and ban.kind == opener.kind and opener.only
        if (
            same
            and ban.model_copy(update={"only": False}) != opener.model_copy(update={"only": False})
            and denied.overlaps(allowed)
        ):
            return "gộp hai danh sách `only` làm một", "merge the two `only` lists into one"
        return None
    if denied.covers(allowed):
        return f'nếu là ngoại lệ, thêm `despite: ["{own}"]`; nếu không, bỏ một trong hai', (
            f'if it is the exception, add `despite: ["{own}"]`; otherwise drop one of the two'
        )
    return None


def _keeps_apart(one: Promise, other: Promise) -> tuple[str, str] | None:
    if not (isinstance(one, KeepPromise) and isinstance(other, KeepPromise)):
        return None
    if one.categories and other.categories and not set(one.categories) & set(other.categories):
        return None
    endless = one.forever != other.forever
    twice = one.period and other.period and one.after == other.after and one.period != other.period
    circulates = one.circulate and other.circulate and one.circulate != other.circulate
    if endless or twice or circulates:
        return "giữ lại một thời hạn cho mỗi loại dữ liệu", "leave one period for each category"
    return None
