import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import Max

from camket import law
from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.ledger.actions import deed, open_log
from camket.policy import Policy, check, load, load_text
from camket.shops import managers, queries
from camket.shops.errors import NotAllowedError, PolicyRefusedError, ShopError, UnknownWordError
from camket.shops.models import PolicyVersion, Setting, Shop
from camket.shops.settings import SETTINGS

_TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading one policy file did: `created`, `adopted` (a new version), `unchanged` or `refused`.

    Refused is a changed file that lacks what a new version needs: the one before stays in force, `refusal` says why.
    """

    slug: str
    version: int
    outcome: str
    refusal: PolicyRefusedError | None = None


def create_shop(*, slug: str, name: str, actor: Actor, now: datetime) -> Shop:
    """Open a shop with its own secrets. Raises ShopError when the slug is taken."""
    if actor.kind != "owner":
        raise NotAllowedError
    if Shop.objects.filter(slug=slug).exists():
        raise ShopError(
            "tên cửa hàng này đã có",
            "a shop of this name exists",
            "chọn tên khác hoặc dùng cửa hàng đã có",
            "choose another name or use the shop there is",
            "shop_exists",
            field="slug",
        )
    shop = Shop(
        id=(Shop.objects.aggregate(last=Max("id"))["last"] or 0) + 1, slug=slug, name=name, opened_at=to_ms(now)
    )
    with deed(shop_id=shop.id, event="shop.created", actor=actor, now=now) as made:
        open_log(made, name=slug, now=now)
        made.insert(shop)
    return shop


def adopt_policy(*, shop_id: int, text: str, actor: Actor, now: datetime) -> PolicyVersion:
    """Put a policy in force from now on; the same bytes as the version in force change nothing.

    The first version stands as published, with its completions beside it. A later one that lacks what it needs under
    the law is refused (PolicyRefusedError names each thing). PolicyError: the file itself cannot be read.
    """
    managers.require(shop_id=shop_id, actor=actor, now=now)
    shop = queries.shop(shop_id=shop_id)
    policy = load_text(text)
    if policy.shop != shop.slug:
        raise ShopError(
            "chính sách này là của cửa hàng khác",
            "this policy is another shop's",
            "sửa dòng `shop` của tệp hoặc chọn đúng cửa hàng",
            "mend the line `shop` of the file or choose its shop",
            "policy_of_another_shop",
            field="shop",
        )
    digest = hashlib.sha256(text.encode()).digest()
    last = PolicyVersion.objects.filter(shop_id=shop_id).order_by("-version").first()
    if last is not None and last.digest == digest:
        return last
    _refuse_incomplete(policy, first=last is None)
    row = PolicyVersion(
        shop_id=shop_id,
        version=last.version + 1 if last else 1,
        digest=digest,
        text=text,
        in_force_from=to_ms(now),
        adopted_at=to_ms(now),
        adopted_by=actor.id or actor.kind,
    )
    with deed(shop_id=shop_id, event="policy.adopted", actor=actor, now=now) as made:
        made.detail.update(version=row.version, digest=digest)
        made.insert(row)
    return row


def _refuse_incomplete(policy: Policy, *, first: bool) -> None:
    stops = {"error"} if first else {"error", "blocking"}
    found = [finding for finding in check(policy, law.floor(policy.law)) if finding.level in stops]
    if found:
        clauses = tuple(dict.fromkeys(clause for finding in found for clause in finding.clauses))
        raise PolicyRefusedError(policy.shop, [(finding.vi, finding.en) for finding in found], clauses)


def load_shops(*, directory: Path, actor: Actor, now: datetime) -> list[Loaded]:
    """Open a shop for each policy file of the folder and adopt it; run twice, the second time changes nothing.

    Every file is read before the first is adopted: a file with problems (PolicyFileError) leaves all as they were. A
    changed file that is refused keeps nobody from work: its shop goes on under the version in force.
    """
    paths = [path for path in sorted(directory.glob("*.yaml")) if path.stem != _TEMPLATE]
    for path in paths:
        load(path)
    return [_load(path, actor=actor, now=now) for path in paths]


def _load(path: Path, *, actor: Actor, now: datetime) -> Loaded:
    text = path.read_text("utf-8")
    policy = load_text(text)
    shop = Shop.objects.filter(slug=policy.shop).first()
    outcome = "unchanged" if shop else "created"
    if shop is None:
        shop = create_shop(slug=policy.shop, name=policy.controller.name or policy.shop, actor=actor, now=now)
    before = queries.newest_version(shop_id=shop.id)
    try:
        version = adopt_policy(shop_id=shop.id, text=text, actor=actor, now=now)
    except PolicyRefusedError as refusal:
        if not before:
            raise
        return Loaded(slug=policy.shop, version=before, outcome="refused", refusal=refusal)
    if outcome == "unchanged" and version.version != before:
        outcome = "adopted"
    return Loaded(slug=policy.shop, version=version.version, outcome=outcome)


def set_setting(*, shop_id: int, name: str, value: str, actor: Actor, now: datetime) -> None:
    """Set one of the shop's own settings (`shops.settings`); an unknown name or value is refused."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    if name not in SETTINGS:
        raise UnknownWordError(name, dict.fromkeys(SETTINGS, name), "name")
    if value not in SETTINGS[name][0]:
        raise UnknownWordError(value, dict.fromkeys(SETTINGS[name][0], value), "value")
    row = Setting.objects.filter(shop_id=shop_id, name=name).first()
    with deed(shop_id=shop_id, event="shop.set", actor=actor, now=now) as made:
        made.detail.update(name=name, value=value)
        if row is None:
            made.insert(Setting(shop_id=shop_id, name=name, value=value))
        else:
            made.update(row, value=value)
