"""GDPRbench's operations by Camket's own functions, in process: every value sealed, gated, ledgered, delivered open.

USR is a person; a record is one sealed value of theirs in a group of its own, all nine metadata fields and the data in
its text. What records are selected by (PUR, OBJ, DEC) stands in the item's purposes too, as a set of words. A
correction names the version that was read: the client remembers version and words of what it wrote, as a page does
that shows a record before it is corrected; with `reread` it looks at the record before each correction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection

from bench.drive import drive
from bench.gdpr import DATA, DECISIONS, FIELDS, META, OBJECTIONS, PURPOSES, Answer, Model, Op, Size, operations, record
from bench.jobs import world
from camket.base.actor import Actor
from camket.base.clock import to_ms, utc_now
from camket.base.ids import uuid7
from camket.ledger import entry, places
from camket.ledger.actions import deed, refuse
from camket.ledger.queries import waiting
from camket.ledger.sequencer import sequence
from camket.store.db import raw_id, read_id
from camket.subjects import actions as subjects
from camket.subjects.errors import UnknownSubjectError
from camket.vault.actions import Value, change, look, put, show, shred
from camket.vault.bulk import Parcel, put_many
from camket.vault.errors import RefusedError, UnknownItemError
from camket.vault.open_many import open_many
from camket.vault.parting import Change, change_many, shred_items

_CATEGORY: Final = "customer_note"
_SOURCE: Final = "feedback"
_PURPOSE: Final = "order"
_WORK: Final = "order:1042"
_BATCH: Final = 500
# Five words tell PUR, seven OBJ, one DEC.
_WORDS: Final = (
    "account", "order", "delivery", "payment", "notify", "warranty", "after_sales", "answer_enquiry", "complaint",
    "dispute", "invoice", "security", "rights_fulfilment",
)  # fmt: skip
_SELECT: Final = "SELECT DISTINCT subject_id FROM camket_item WHERE shop_id = %s AND purposes = ANY(%s)"
_IS_THERE: Final = "SELECT COUNT(*) FROM camket_item WHERE subject_id = %s AND id = %s"


def words_of(purpose: int, objection: int, decision: int) -> tuple[str, ...]:
    """Write what selects a record as a set of purposes."""
    code = (purpose + 1) | (objection + 1) << 5 | decision << 12
    return tuple(word for bit, word in enumerate(_WORDS) if code >> bit & 1)


def purposes_of(key: int) -> tuple[str, ...]:
    return words_of(key % PURPOSES, key % OBJECTIONS, key % DECISIONS)


def selecting(field: str, key: int) -> list[str]:
    """Give every set of purposes that a value of PUR, OBJ or DEC may stand in, as items keep them."""
    ranges = {"PUR": range(PURPOSES), "OBJ": range(OBJECTIONS), "DEC": range(DECISIONS)}
    ranges[field] = range(key % len(ranges[field]), key % len(ranges[field]) + 1)
    return [",".join(sorted(words_of(*each))) for each in product(*ranges.values())]


@dataclass(slots=True)
class Held:
    """Where a record is: its person, item and group, and the version that was read."""

    subject_id: UUID
    item_id: UUID
    group: UUID
    version: int = 1


def _place() -> Path:
    return Path(world.home()) / "records.json"


def load(*, records: int, log: int) -> dict[str, Any]:
    """Fill the shop; tell how many bytes it takes."""
    fill(records=records, log=log)
    return _bytes()


def fill(*, records: int, log: int) -> None:
    """Put all records in, ten a person, and so many entries into the log; note who is where beside the database."""
    shop, size = world.open_shop(), Size(records)
    now = utc_now()
    held: dict[int, list[str]] = {}
    ids = {user: uuid7(to_ms(now)) for user in range(size.users)}
    for start in range(0, size.users, _BATCH):
        users = range(start, min(start + _BATCH, size.users))
        parcels, keys = [], []
        for user in users:
            mine = list(range(user, records, size.users))
            groups = [uuid7(to_ms(now)) for _ in mine]
            pairs = zip(mine, groups, strict=True)
            values = [_value(record(size, key), purposes_of(key), group) for key, group in pairs]
            parcels.append(Parcel(ids[user], values, new=True))
            keys.append((mine, groups))
        kept = put_many(shop_id=shop.id, parcels=parcels, source=_SOURCE, actor=world.OWNER, now=now)
        for one, (mine, groups) in zip(kept, keys, strict=True):
            if one.refused is not None:
                raise one.refused
            for key, item, group in zip(mine, one.items, groups, strict=True):
                held[key] = [str(one.subject_id), str(item), str(group)]
    _place().write_text(json.dumps(held))
    _fill_log(shop, list(ids.values()), log)


def _value(fields: Sequence[str], purposes: tuple[str, ...], group: UUID) -> Value:
    return Value(_CATEGORY, ";".join(fields), purposes, group=group)


def _fill_log(shop: world.Shop, people: list[UUID], log: int) -> None:
    now = utc_now()
    for number in range(log):
        about = people[number % len(people)]
        refuse(shop_id=shop.id, event="subject.rescanned", actor=shop.clerk, now=now, subject_id=about)
    while waiting(before_ms=to_ms(utc_now()) + 1):
        sequence(shop_id=shop.id, now=utc_now(), full=True)


def _bytes() -> dict[str, Any]:
    tables = ("camket_subject", "camket_item", "camket_item_key", "camket_identifier", "camket_name_token")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT " + " + ".join(f"pg_total_relation_size('{name}')" for name in tables))
        (data,) = cursor.fetchone()
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'camket_%%'"
        )
        (everything,) = cursor.fetchone()
    return {"bytes": int(data), "everything": int(everything)}


class Ours:
    """One process that answers by Camket's functions."""

    def __init__(self, size: Size, *, reread: bool) -> None:
        self._size = size
        self._reread = reread
        self._shop = world.open_shop()
        told = json.loads(_place().read_text())
        self._held = {int(key): Held(UUID(one), UUID(item), UUID(group)) for key, (one, item, group) in told.items()}
        self._people = {user: self._held[user].subject_id for user in range(size.users)}

    def do(self, op: Op, model: Model) -> Answer:
        """Do one operation; what is not there any more is a valid answer."""
        try:
            return _DO[op.kind](self, op, model)
        except (UnknownItemError, UnknownSubjectError):
            return 0

    def _of_user(self, op: Op) -> UUID:
        return self._people[op.key % self._size.users]

    def _looked(self, subject_id: UUID, actor: Actor, group: UUID | None, width: int) -> Answer:
        try:
            seen = look(
                shop_id=self._shop.id,
                subject_id=subject_id,
                categories=(_CATEGORY,),
                purpose=_PURPOSE,
                work=None if actor.kind == "customer" else _WORK,
                actor=actor,
                now=utc_now(),
                group=group,
            )
        except RefusedError as error:
            if error.lacking == ("subject",):
                return []
            raise
        return [tuple(show(value).split(";")[:width]) for value in seen.values]

    def read_user(self, op: Op, _: Model) -> Answer:
        """Let the customer read all of theirs."""
        subject_id = self._of_user(op)
        return self._looked(subject_id, Actor(kind="customer", id=str(subject_id)), None, len(FIELDS))

    def readm_user(self, op: Op, _: Model) -> Answer:
        """Let a member of the staff answer the regulator about one person."""
        return self._looked(self._of_user(op), self._shop.clerk, None, len(META))

    def readm_key(self, op: Op, _: Model) -> Answer:
        held = self._held[op.key]
        return self._looked(held.subject_id, Actor(kind="customer", id=str(held.subject_id)), held.group, len(META))

    def read_key(self, op: Op, _: Model) -> Answer:
        """Let the clerk read one record."""
        held = self._held[op.key]
        return self._looked(held.subject_id, self._shop.clerk, held.group, len(FIELDS))

    def read_selected(self, op: Op, _: Model) -> Answer:
        """Let the clerk read the records of everybody who fits: one bulk look."""
        with connection.cursor() as cursor:
            cursor.execute(_SELECT, [self._shop.id, selecting(op.field, op.key)])
            people = [read_id(row[0]) for row in cursor.fetchall()]
        found = open_many(
            shop_id=self._shop.id,
            subject_ids=people,
            categories=(_CATEGORY,),
            purpose=_PURPOSE,
            work=_WORK,
            actor=self._shop.clerk,
            now=utc_now(),
        )
        return [tuple(show(value).split(";")) for one in found.opened.values() for value in one.values]

    def _changed(self, key: int, fields: Sequence[str]) -> int:
        held = self._held[key]
        actor = Actor(kind="customer", id=str(held.subject_id))
        if self._reread:
            self._looked(held.subject_id, actor, held.group, len(FIELDS))
        held.version = change(
            shop_id=self._shop.id,
            subject_id=held.subject_id,
            item_id=held.item_id,
            text=";".join(fields),
            version=held.version,
            actor=actor,
            now=utc_now(),
            purpose=_PURPOSE,
        )
        return 1

    def update_data(self, op: Op, model: Model) -> Answer:
        fields = [*model.fields(op.key)[:DATA], record(self._size, op.key)[DATA]]
        return self._changed(op.key, fields)

    def update_meta(self, op: Op, model: Model) -> Answer:
        fields = list(model.fields(op.key))
        fields[FIELDS.index(op.field)] = op.value
        return self._move(op.key, fields) if op.field == "USR" else self._changed(op.key, fields)

    def _move(self, key: int, fields: Sequence[str]) -> int:
        """Another person's now: destroyed here, put there; two deeds."""
        self.delete_key(Op(0, "del_key", key), Model(self._size))
        self._put(key, self._people[int(fields[FIELDS.index("USR")][4:])], fields, new=False)
        return 1

    def update_meta_of_user(self, op: Op, model: Model) -> Answer:
        """Let the staff correct all records of a person in one deed."""
        keys = [key for key in model.keys_of(op.key % self._size.users) if model.there(key)]
        if not keys:
            return int(bool(self._looked(self._of_user(op), self._shop.clerk, None, 1)))
        if self._reread:
            self._looked(self._of_user(op), self._shop.clerk, None, len(FIELDS))
        changes = []
        for key in keys:
            fields = list(model.fields(key))
            fields[FIELDS.index(op.field)] = op.value
            changes.append(Change(self._held[key].item_id, ";".join(fields), self._held[key].version))
        change_many(
            shop_id=self._shop.id,
            subject_id=self._of_user(op),
            changes=changes,
            actor=self._shop.clerk,
            now=utc_now(),
            purpose=_PURPOSE,
            work=_WORK,
        )
        for key in keys:
            self._held[key].version += 1
        return len(keys)

    def delete_key(self, op: Op, _: Model) -> Answer:
        held = self._held[op.key]
        done = shred_items(
            shop_id=self._shop.id,
            subject_id=held.subject_id,
            item_ids=[held.item_id],
            actor=Actor(kind="customer", id=str(held.subject_id)),
            now=utc_now(),
            reason="request",
        )
        return done.items

    def delete_user(self, op: Op, _: Model) -> Answer:
        done = shred(
            shop_id=self._shop.id, subject_id=self._of_user(op), actor=self._shop.clerk, now=utc_now(), reason="request"
        )
        return done.items

    def insert(self, op: Op, model: Model) -> Answer:
        """Put one more record; somebody erased before comes as a new person."""
        user = op.key % self._size.users
        known = any(model.there(key) for key in model.keys_of(user))
        if not known:
            self._people[user] = uuid7(to_ms(utc_now()))
        self._put(op.key, self._people[user], record(self._size, op.key), new=not known)
        return 1

    def _put(self, key: int, subject_id: UUID, fields: Sequence[str], *, new: bool) -> None:
        now = utc_now()
        group = uuid7(to_ms(now))
        values = [_value(fields, purposes_of(key), group)]
        given: dict[str, Any] = {"shop_id": self._shop.id, "actor": self._shop.clerk, "now": now}
        if not new:
            items = put(**given, subject_id=subject_id, values=values, source=_SOURCE)
        else:
            items = self._put_new(given, subject_id, values)
        self._held[key] = Held(subject_id, items[0], group)

    def _put_new(self, given: dict[str, Any], subject_id: UUID, values: list[Value]) -> list[UUID]:
        with deed(**given, event="intake.received", subject_id=subject_id) as made:
            subjects.create(**given, origin=_SOURCE, subject_id=subject_id, within=made)
            return put(**given, subject_id=subject_id, values=values, source=_SOURCE, within=made)

    def read_log(self, op: Op, _: Model) -> Answer:
        """Read the newest entries of the log in its order and decode them."""
        shop_id = self._shop.id
        size = places.size_of(shop_id)
        names = [name for _, name in places.between(shop_id, size - op.lines, size)]
        found = places.entries(shop_id, names)
        said = [
            entry.read(bytes(body), subject_id=read_id(subject).bytes, entry_id=name)
            for name in names
            for _, subject, body, _ in (found[name],)
        ]
        return len(said)

    def verify_deletion(self, op: Op, _: Model) -> Answer:
        """See that a record is not there, and enter that it was asked."""
        subject_id = self._of_user(op)
        missing = UUID(int=(1 << 127) + self._size.records + op.key)
        with deed(
            shop_id=self._shop.id,
            event="subject.rescanned",
            actor=self._shop.clerk,
            now=utc_now(),
            subject_id=subject_id,
            single=True,
        ) as made:
            with connection.cursor() as cursor:
                cursor.execute(_IS_THERE, [raw_id(subject_id), raw_id(missing)])
                (left,) = cursor.fetchone()
            made.detail["left"] = left
        return int(left)


_DO: Final = {
    "read_USR": Ours.read_user,
    "readm_USR": Ours.readm_user,
    "readm_key": Ours.readm_key,
    "read_key": Ours.read_key,
    "read_PUR": Ours.read_selected,
    "read_OBJ": Ours.read_selected,
    "read_DEC": Ours.read_selected,
    "upd_key": Ours.update_data,
    "updm_key": Ours.update_meta,
    "updm_USR": Ours.update_meta_of_user,
    "del_key": Ours.delete_key,
    "del_USR": Ours.delete_user,
    "insert": Ours.insert,
    "getlog": Ours.read_log,
    "verifydel": Ours.verify_deletion,
}


def run(
    *, records: int, mix: str, ops: int, seed: int, lane: int, lanes: int, start_at: float, reread: bool = False
) -> dict[str, Any]:
    """Do a mix, or one lane of it."""
    size = Size(records)
    ours = Ours(size, reread=reread)
    return drive(ours, operations(mix, size, ops, seed), Model(size), lane=lane, lanes=lanes, start_at=start_at)
