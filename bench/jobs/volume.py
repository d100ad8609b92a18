"""What grows with volume: bytes of the ledger, bytes of people, entries to verify, people to be among."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection

from bench import people
from bench.cpu import Meter
from bench.jobs import world
from bench.oracle import Oracle
from camket.base.clock import to_ms, utc_now
from camket.base.ids import uuid7
from camket.consent.actions import record as record_consent
from camket.intake.actions import receive
from camket.ledger import entry
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.queries import waiting
from camket.store.db import in_transaction
from camket.store.secrets import secret
from camket.vault.actions import Value, look, show
from camket.vault.bulk import Parcel, put_many
from camket.vault.open_many import open_many

_BATCH: Final = 500
_YEAR_MS: Final = 31_536_000_000
_SAID: Final = "Tôi đồng ý nhận tin khuyến mãi của cửa hàng."


def fill(shop: world.Shop, numbers: range, names: tuple[str, ...], *, spread_ms: int = 0) -> list[UUID]:
    """Put people in, many to a deed; their ids are of moments so far apart, back from now."""
    now = utc_now()
    found: list[UUID] = []
    for start in range(numbers.start, numbers.stop, _BATCH):
        parcels = []
        for number in range(start, min(start + _BATCH, numbers.stop)):
            told = people.profile(number)
            values = [Value(name, told[name], world.PURPOSES) for name in names]
            made = to_ms(now) - (number - numbers.start) * spread_ms
            parcels.append(Parcel(uuid7(made), values, new=True))
        for one in put_many(shop_id=shop.id, parcels=parcels, source=world.SOURCE, actor=world.OWNER, now=now):
            if one.refused is not None:
                raise one.refused
            found.append(one.subject_id)
    return found


def settle(shop_id: int) -> None:
    """Give every entry its place, sign, and bring the tables in order."""
    while waiting(before_ms=to_ms(utc_now()) + 1):
        sequence(shop_id=shop_id, now=utc_now(), full=True)
    checkpoint(shop_id=shop_id, now=utc_now())
    if in_transaction():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM ANALYZE")


def size() -> dict[str, int]:
    """Give the bytes of each table with its indexes (SQLite: of the file)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            return {"file": cursor.fetchone()[0]}
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'camket_%'"
        )
        return {name: int(found) for name, found in cursor.fetchall()}


def growth(*, looks: int, bulk: int, times: int) -> dict[str, Any]:
    """Tell the bytes that looks at three fields add, and bulk looks per person."""
    shop, oracle = world.open_shop(), Oracle()
    numbers = range(1000, 1000 + bulk)
    subjects = fill(shop, numbers, people.PUT)
    settle(shop.id)
    before = size()
    for place in range(looks):
        _look(shop, subjects[place % bulk], numbers[place % bulk], oracle)
    settle(shop.id)
    middle = size()
    for _ in range(times):
        _look_many(shop, subjects, numbers, oracle)
    settle(shop.id)
    after = size()
    grown = {name: middle[name] - before[name] for name in middle if middle[name] != before[name]}
    grown_bulk = {name: after[name] - middle[name] for name in after if after[name] != middle[name]}
    return {"look": grown, "bulk": grown_bulk, "right": oracle.right, "wrong": oracle.wrong}


def _look(shop: world.Shop, subject_id: UUID, number: int, oracle: Oracle) -> None:
    seen = look(
        shop_id=shop.id,
        subject_id=subject_id,
        categories=people.LOOKED,
        purpose="order",
        work=world.WORK,
        actor=shop.clerk,
        now=utc_now(),
    )
    oracle.looked(number, {value.category: show(value) for value in seen.values})


def _look_many(shop: world.Shop, subjects: list[UUID], numbers: range, oracle: Oracle) -> None:
    found = open_many(
        shop_id=shop.id,
        subject_ids=subjects,
        categories=people.LOOKED,
        purpose="order",
        work=world.WORK,
        actor=shop.clerk,
        now=utc_now(),
    )
    for subject_id, number in zip(subjects, numbers, strict=True):
        oracle.looked(number, {value.category: show(value) for value in found.opened[subject_id].values})


def disk(*, count: int) -> dict[str, Any]:
    """Put people with eight fields and three orders in; tell what they take, and what plain rows like them take."""
    shop = world.open_shop()
    settle(shop.id)
    before = size()
    for number in range(1000, 1000 + count):
        subject_id = None
        for which in range(3):
            subject_id = _order(shop, number, which, subject_id)
    settle(shop.id)
    after = size()
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name)}
    return {"ours": grown, "plain": _plain()}


def _order(shop: world.Shop, number: int, which: int, subject_id: UUID | None) -> UUID:
    fields = people.profile(number) if subject_id is None else {}
    taken = receive(
        shop_id=shop.id,
        source="purchase",
        fields=fields | {"order_number": f"DH{number}-{which}"} if fields else _again(number, which),
        lines=[people.order(number, which)],
        actor=shop.clerk,
        now=utc_now(),
        subject_id=subject_id,
    )
    return taken.subject_id


def _again(number: int, which: int) -> dict[str, str]:
    return {"phone": people.profile(number)["phone"], "order_number": f"DH{number}-{which}"}


# The same rows without keys: a value as long as its words, what is looked up by as it is written.
_PLAIN: Final = {
    "camket_subject": "SELECT * FROM camket_subject",
    "camket_item": """SELECT subject_id, id, shop_id, category,
        repeat('x', greatest(1, octet_length(sealed) - 29)) AS value,
        purposes, source, basis, retention, collected_at, expires_at, circulates_until, verified, third_party, legacy,
        group_id, version FROM camket_item""",
    "camket_identifier": """SELECT repeat('x', 14) || n.number AS digest, n.subject_id, n.item_id, n.shop_id, n.kind,
        n.verified FROM (SELECT *, row_number() OVER () AS number FROM camket_identifier) n""",
    "camket_name_token": """SELECT encode(substr(token, 1, 6), 'hex') AS token, subject_id, item_id, shop_id
        FROM camket_name_token""",
    "camket_order": "SELECT * FROM camket_order",
    "camket_assignment": "SELECT * FROM camket_assignment",
}


def _plain() -> dict[str, int]:
    """Copy the rows unsealed, with the same indexes but those over keys."""
    found = {}
    with connection.cursor() as cursor:
        for table, select in _PLAIN.items():
            cursor.execute(f"CREATE TABLE plain_{table} AS {select.replace('%', '%%')}")
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
            for (text,) in cursor.fetchall():
                if "key_id" not in text and "sealed" not in text:
                    cursor.execute(
                        text.replace(" INDEX ", " INDEX plain_").replace(f"public.{table} ", f"plain_{table} ")
                    )
            if not in_transaction():
                cursor.execute(f"VACUUM ANALYZE plain_{table}")
            cursor.execute("SELECT pg_total_relation_size(%s)", [f"plain_{table}"])
            found[table] = int(cursor.fetchone()[0])
    return found


def plant_entries(*, count: int) -> dict[str, int]:
    """Write so many genuine entries of looks (body, MAC), by COPY instead of one by one; give them places and sign."""
    shop, now_ms = world.open_shop(), to_ms(utc_now())
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # for the seeding alone
        driver = connection.connection
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number in range(count):
            copy.write_row(_look_entry(shop, now_ms - (count - number) // 50))
    settle(shop.id)
    return {"entries": count}


_COPY: Final = "COPY camket_entry (subject_id, id, shop_id, body, mac) FROM STDIN"


def _look_entry(shop: world.Shop, at_ms: int) -> tuple[UUID, UUID, int, bytes, bytes]:
    """Make the entry of a look at three fields."""
    subject_id, entry_id = uuid7(at_ms), uuid7(at_ms)
    detail = {
        "action": "read",
        "categories": people.LOOKED,
        "citations": ("4", "5"),
        "items": [uuid7(at_ms), uuid7(at_ms), uuid7(at_ms)],
    }
    body = entry.body(
        event="item.looked",
        actor=shop.clerk,
        purpose="order",
        work=world.WORK,
        detail=detail,
        subject_id=subject_id.bytes,
        entry_id=entry_id.bytes,
    )
    record = entry.record(shop.id, subject_id.bytes, entry_id.bytes, body)
    return subject_id, entry_id, shop.id, body, entry.mac(secret(shop.id, "mac"), record)


def plant_people(*, count: int) -> dict[str, int]:
    """Put a thousand real people in, spread over a year of ids, and plant rows of so many others by SQL, as large.

    Nothing of the planted ones opens; they make the tables and indexes as large as a shop of that many people has.
    """
    shop = world.open_shop()
    numbers = range(1000, 2000)
    real = fill(shop, numbers, people.PUT, spread_ms=_YEAR_MS // len(numbers))
    _place().write_text(json.dumps([[number, str(one)] for number, one in zip(numbers, real, strict=True)]))
    with connection.cursor() as cursor:
        for statement in _FILLERS if count else ():
            cursor.execute(statement, {"count": count, "like": real[0]})
        if not in_transaction():
            cursor.execute("VACUUM ANALYZE")
    return {"people": count}


_AN_ID: Final = """(lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - (g %% 31536000) * 1000), 12, '0') || '7'
    || substr(md5('{salt}' || g), 1, 3) || '8' || substr(md5('{salt}' || g), 5, 15))::uuid"""
_FILLERS: Final = (
    f"""CREATE TEMPORARY TABLE filler AS SELECT g, {_AN_ID.format(salt="subject")} AS subject_id,
        {_AN_ID.format(salt="key")} AS key_id FROM generate_series(1, %(count)s) g""",  # noqa: S608 (texts of ours)
    """INSERT INTO camket_subject SELECT (jsonb_populate_record(s, jsonb_build_object('subject_id', f.subject_id))).*
        FROM filler f, camket_subject s WHERE s.subject_id = %(like)s""",
    """INSERT INTO camket_item_key (subject_id, id, shop_id, retention, wrapped, made_at)
        SELECT f.subject_id, f.key_id, k.shop_id, k.retention, k.wrapped, k.made_at FROM filler f, camket_item_key k
         WHERE k.subject_id = %(like)s""",
    """INSERT INTO camket_item (subject_id, id, shop_id, category, key_id, sealed, purposes, source, basis, retention,
        collected_at, expires_at, circulates_until, verified, third_party, legacy, group_id, version)
        SELECT f.subject_id, overlay(md5(f.g || i.category) placing '7' from 13 for 1)::uuid, i.shop_id, i.category,
        f.key_id, i.sealed, i.purposes, i.source, i.basis, i.retention, i.collected_at, i.expires_at,
        i.circulates_until, i.verified, i.third_party, i.legacy, i.group_id, i.version
        FROM filler f, camket_item i WHERE i.subject_id = %(like)s AND i.category IN ('name', 'phone', 'email')""",
    """INSERT INTO camket_identifier (digest, subject_id, item_id, shop_id, kind, verified)
        SELECT decode(md5(f.g || n.kind), 'hex'), f.subject_id, n.item_id, n.shop_id, n.kind, n.verified
        FROM filler f, camket_identifier n WHERE n.subject_id = %(like)s AND n.kind IN ('phone', 'email')""",
)


def among(*, database_pid: int | None, count: int, fresh: int, repeats: int) -> dict[str, Any]:
    """Measure look, create and consent of real people who stand among many others."""
    shop, oracle, meter = world.open_shop(), Oracle(), Meter(database=database_pid)
    subjects = _known()
    spent: dict[str, list[float]] = {"look": [], "create": [], "consent": []}
    for turn in range(repeats + 1):
        now = utc_now()
        for what, begin in (("look", 0), ("create", 1), ("consent", 2)):
            meter.begin()
            for place in range(count):
                number, subject_id = subjects[(place * 797 + turn) % len(subjects)]
                if begin == 0:
                    _look(shop, subject_id, number, oracle)
                elif begin == 1:
                    world.create(shop, _fields(fresh + turn * count + place), now)
                else:
                    consent(shop, subject_id, now)
            if turn:
                spent[what].append(meter.end().per(count).cpu)
    return {"spent": spent, "right": oracle.right, "wrong": oracle.wrong}


def _place() -> Path:
    return Path(world.home()) / "real.json"


def _known() -> list[tuple[int, UUID]]:
    """Give the real people."""
    return [(number, UUID(subject)) for number, subject in json.loads(_place().read_text())]


def _fields(number: int) -> dict[str, str]:
    told = people.profile(number)
    return {name: told[name] for name in people.PROFILE}


def consent(shop: world.Shop, subject_id: UUID, now: datetime) -> None:
    """Record one answer about marketing."""
    record_consent(
        shop_id=shop.id,
        subject_id=subject_id,
        purpose="marketing",
        value="given",
        how="form",
        text=_SAID,
        language="vi",
        policy_version=1,
        actor=world.OWNER,
        now=now,
        channel="email",
    )


def creates(*, count: int, fresh: int) -> dict[str, int]:
    """Make people with eight fields, one deed each."""
    shop = world.open_shop()
    for number in range(fresh, fresh + count):
        world.create(shop, _fields(number), utc_now())
    return {"people": count}


def people_there() -> dict[str, int]:
    """Count the people, and the answers that they gave."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT COUNT(*) FROM camket_subject), (SELECT COUNT(*) FROM camket_consent_event)")
        people_found, answers = cursor.fetchone()
    return {"people": people_found, "answers": answers}
