"""What the five shops take in, from whom and for what; the rest is refused with its clause and never stored."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from camket.base.actor import Actor
from camket.consent.models import ConsentEvent
from camket.consent.queries import state
from camket.intake.actions import Consent, Sale, receive
from camket.intake.errors import BadInputError, IntakeError
from camket.intake.lines import describe
from camket.intake.models import Order
from camket.intake.queries import orders, turned_away
from camket.ledger.entry import shop_uuid
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.shops.models import Assignment
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.models import Identifier, Proposal, Subject
from camket.vault.actions import look, rescan, show, shred
from camket.vault.errors import RefusedError
from camket.vault.models import Item
from tests.bodies import body_of as entry_body
from tests.cast import KHOI, MINH, THAO

PUBLIC = Actor.public()
GOODS = {"description": "Gạch lát nền", "quantity": "50", "unit": "viên", "price": "85.000 ₫"}
CARE = Consent("after_sales", "given", "form", "Tôi đồng ý cho COMET chăm sóc sau khi mua hàng.")
TRUE = ("truthful_data",)
ORDER_WAYS = {
    "comet": "purchase",
    "shop-001": "purchase",
    "khatra": "order_phone",
    "shop-003": "transaction_contact",
    "1stwatch": "purchase",
}
# Source, and what comes of it in comet, shop-001, khatra, shop-003 and 1stwatch: taken, deny or gap, with a clause.
TABLE = {
    "purchase": ("taken", "taken", "deny 2.2-1", "gap", "taken"),
    "order_phone": ("deny 3.2", "gap", "taken", "gap", "taken"),
    "order_email": ("deny 3.2", "gap", "taken", "gap", "taken"),
    "chat_paste": ("deny 3.2", "gap", "gap", "gap", "taken"),
    "feedback": ("deny 3.2", "gap", "deny 2.2-1", "taken", "gap"),
    "contact_mail": ("deny 3.2", "gap", "gap", "taken", "taken"),
    "wholesale_enquiry": ("deny 3.2", "gap", "deny 2.2-1", "taken", "gap"),
    "resale_enquiry": ("deny 3.2", "gap", "deny 2.2-1", "taken", "gap"),
    "account_registration": ("taken", "taken", "deny 2.2-1", "taken", "gap"),
}
SLUGS = ("comet", "shop-001", "khatra", "shop-003", "1stwatch")
FIELDS = {
    "name": MINH.name,
    "phone": MINH.phone,
    "email": MINH.email,
    "enquiry": "Còn hàng không?",
    "feedback": "Hàng tốt",
}


def _order(world, slug, now, fields=None, lines=(GOODS,), **more):
    own = {"name": MINH.name, "phone": MINH.phone, "postal_address": MINH.address}
    return receive(
        shop_id=world.shops[slug],
        source=more.pop("source", ORDER_WAYS[slug]),
        fields=own if fields is None else {**own, **fields},
        lines=lines,
        declared=[*TRUE, *more.pop("declared", ())],
        actor=more.pop("actor", PUBLIC),
        now=now,
        **more,
    )


def _entry(entry_id):
    return entry_body(Entry.objects.get(id=entry_id))


def _stored(subject_id):
    return set(Item.objects.filter(subject_id=subject_id).values_list("category", flat=True))


def _outcome(world, slug, source, now):
    try:
        receive(
            shop_id=world.shops[slug],
            source=source,
            fields=FIELDS,
            lines=[GOODS],
            declared=TRUE,
            actor=PUBLIC,
            now=now,
        )
    except RefusedError as error:
        clause = next((one for one in error.clauses if not one.startswith(("completion", "PDPL", "CPL"))), "")
        return f"{error.verdict.value} {clause}".strip()
    return "taken"


@pytest.mark.parametrize("source", sorted(TABLE))
def test_same_source_five_shops_five_answers(world, now, source):
    found = tuple(_outcome(world, slug, source, now) for slug in SLUGS)
    assert found == TABLE[source]


@pytest.mark.parametrize("slug", SLUGS)
def test_an_order_is_kept_sealed_with_its_facts_beside_it(world, now, slug):
    done = _order(world, slug, now, {"order_number": "DH-0042"}, sale=Sale(placed_on=date(2026, 3, 1)))
    row = Order.objects.get(subject_id=done.subject_id, id=done.order_id)
    assert (row.placed_on, row.channel, row.status, row.lines, row.total) == (
        date(2026, 3, 1),
        "website",
        "placed",
        1,
        4_250_000,
    )
    assert len(row.number) == 16
    assert {"name", "phone", "postal_address", "order", "order_number"} <= _stored(done.subject_id)
    assert set(Item.objects.filter(subject_id=done.subject_id).values_list("group_id", flat=True)) == {done.order_id}
    body = _entry(done.entry_id)
    assert (body["e"], body["d"]["source"]) == ("order.placed", ORDER_WAYS[slug])
    assert verify_database(world.shops[slug]) == []


def test_what_no_clause_admits_is_dropped_counted_and_named(world, now):
    done = _order(world, "comet", now, {"gender": "nam", "email": MINH.email})
    assert [(one.category, one.verdict, one.lacking) for one in done.dropped] == [("gender", "gap", ("category",))]
    assert "gender" not in _stored(done.subject_id)
    assert _entry(done.entry_id)["d"]["dropped"] == {"gender": ["gap", *done.dropped[0].clauses]}


def test_product_fields_are_khatras_and_nobody_elses(world, now):
    line = GOODS | {"design": "vân gỗ", "quality": "không cong", "origin": "Việt Nam", "delivery_time": "tuần sau"}
    kept, dropped = (_order(world, slug, now, lines=[line]) for slug in ("khatra", "comet"))
    assert "product_requirement" in _stored(kept.subject_id)
    assert "product_requirement" not in _stored(dropped.subject_id)
    assert [one.category for one in dropped.dropped] == ["product_requirement"]


def test_units_of_the_published_text(world, now):
    lines = [
        GOODS | {"quantity": text, "unit": unit} for text, unit in (("12,5", "mét"), ("50", "viên"), ("3", "thùng"))
    ]
    done = _order(world, "khatra", now, lines=lines, actor=world.lan("khatra"))
    seen = look(
        shop_id=world.shops["khatra"],
        subject_id=done.subject_id,
        categories=["order"],
        purpose="order",
        work=done.work,
        actor=world.lan("khatra"),
        now=now,
    )
    assert [describe(show(one)).split(" · ")[1] for one in seen.values] == ["12,5 m", "50 viên", "3 thùng"]


def test_refusing_every_other_consent_never_blocks_the_order(world, now):
    no = [Consent(purpose, "refused", "form", "Bạn có đồng ý không?") for purpose in ("after_sales", "marketing")]
    done = _order(world, "comet", now, consents=no)
    for purpose in ("after_sales", "marketing"):
        assert state(shop_id=world.shops["comet"], subject_id=done.subject_id, purpose=purpose) == "refused"
    purposes = Item.objects.get(subject_id=done.subject_id, category="phone").purposes.split(",")
    assert "order" in purposes
    assert "after_sales" not in purposes


def test_a_consent_opens_its_own_purpose_and_no_other(world, now):
    done = _order(world, "comet", now, consents=[CARE])
    purposes = Item.objects.get(subject_id=done.subject_id, category="phone").purposes.split(",")
    assert "after_sales" in purposes
    assert "marketing" not in purposes
    assert "answer_enquiry" not in purposes


def test_a_consent_for_a_purpose_the_shop_does_not_have_is_refused(world, now):
    with pytest.raises(IntakeError) as caught:
        _order(world, "1stwatch", now, consents=[Consent("market_research", "given", "form", "Tôi đồng ý")])
    assert (caught.value.code, Subject.objects.count()) == ("closed_purpose", 0)


def test_sending_data_is_no_consent(world, now):
    done = _order(world, "shop-001", now)
    for purpose in ("customer_care", "market_research"):
        assert state(shop_id=world.shops["shop-001"], subject_id=done.subject_id, purpose=purpose) == "never_asked"
    assert _entry(done.entry_id)["d"]["policy"] >= 1


RECEIVER = {"receiver_name": THAO.name, "receiver_phone": THAO.phone, "receiver_address": THAO.address}


@pytest.mark.parametrize("slug", SLUGS)
def test_somebody_elses_data_needs_the_statement_of_their_consent(world, now, slug):
    without = _order(world, slug, now, RECEIVER)
    stated = _order(world, slug, now, RECEIVER, declared=["third_party_consent"])
    assert _stored(without.subject_id) & set(RECEIVER) == set()
    assert {one.category for one in without.dropped} == set(RECEIVER)
    assert all("PDPL-11.1" in one.clauses for one in without.dropped)
    assert _stored(stated.subject_id) >= set(RECEIVER)
    rows = Item.objects.filter(subject_id=stated.subject_id, category__startswith="receiver_")
    assert set(rows.values_list("third_party", flat=True)) == {True}
    assert _entry(stated.entry_id)["d"]["declared"] == ["third_party_consent", *TRUE]


def test_ones_own_parcel_is_no_third_person(world, now):
    own = {"receiver_name": MINH.name.upper(), "receiver_phone": MINH.phone, "receiver_address": "7 Chỗ Làm, Hà Nội"}
    done = _order(world, "comet", now, own)
    assert _stored(done.subject_id) >= set(own)
    assert not Item.objects.filter(subject_id=done.subject_id, third_party=True).exists()


@pytest.mark.parametrize(
    ("field", "text", "kind"),
    [
        ("order_note", "thẻ em 4111 1111 1111 1111", "card_number"),
        ("name", "Lan 4111111111111111", "card_number"),
        ("order_number", "4111-1111-1111-1111", "card_number"),
        ("order_note", "mật khẩu của em là Abc123!", "password"),
        ("postal_address", "12 Lê Lợi, Hà Nội, mã OTP 482193", "bank_login"),
        ("payment_fact", "４１１１１１１１１１１１１１１１", "card_number"),
    ],
)
def test_card_numbers_and_log_ins_are_refused_in_every_field(world, now, field, text, kind):
    with pytest.raises(BadInputError) as caught:
        _order(world, "comet", now, {field: text})
    assert (caught.value.code, caught.value.field) == (f"value.forbidden.{kind}", field)
    assert text not in str(caught.value)
    assert (Subject.objects.count(), Item.objects.count()) == (0, 0)
    rows = Entry.objects.filter(subject_id=shop_uuid(world.shops["comet"]))
    refused = [body for row in rows if (body := entry_body(row))["e"] == "intake.refused"]
    assert [body["d"]["forbidden"] for body in refused] == [{field: kind}]
    assert "4111" not in repr(body)


def test_the_card_field_itself_and_order_lines_too(world, now):
    with pytest.raises(BadInputError, match="never stored"):
        _order(world, "comet", now, {"card_number": "1234"})
    with pytest.raises(BadInputError, match="payment card"):
        _order(world, "comet", now, lines=[GOODS | {"design": "4111111111111111"}])
    assert Item.objects.count() == 0


def test_every_wrong_field_is_named_at_once_and_nothing_is_stored(world, now):
    with pytest.raises(BadInputError) as caught:
        _order(
            world,
            "comet",
            now,
            {"phone": "abc", "email": "name@gmail.com", "birth_date": "01/01/2030", "phnoe": "x"},
            lines=[GOODS | {"quantity": "nhiều"}],
            sale=Sale(channel="telepathy"),
        )
    assert {error.field for error in caught.value.errors} == {
        "phone",
        "email",
        "birth_date",
        "phnoe",
        "line.quantity",
        "sale.channel",
    }
    assert Subject.objects.count() == 0


def test_a_contact_is_required_where_the_source_needs_one(world, now):
    with pytest.raises(BadInputError) as caught:
        receive(shop_id=world.shops["comet"], source="purchase", fields={"name": "Lan"}, actor=PUBLIC, now=now)
    assert (caught.value.code, caught.value.field) == ("missing_field", "email|phone")
    with pytest.raises(IntakeError, match="word list"):
        receive(shop_id=world.shops["comet"], source="purchse", fields={"name": "Lan"}, actor=PUBLIC, now=now)


def test_old_and_new_spellings_of_one_phone_propose_the_same_person(world, now):
    one = _order(world, "comet", now, {"phone": "0168 123 4567"})
    two = _order(world, "comet", now, {"phone": "0381234567", "name": KHOI.name})
    assert (one.proposals, len(two.proposals)) == ((), 1)
    row = Proposal.objects.get(subject_id=two.subject_id)
    assert (row.known_subject_id, row.kind, row.state) == (one.subject_id, "phone", "open")


def test_public_input_never_joins_and_opens_nothing_of_a_known_person(world, now):
    victim = _order(world, "comet", now, {"email": MINH.email})
    items = Item.objects.filter(subject_id=victim.subject_id).count()
    attack = _order(world, "comet", now, {"email": KHOI.email, "name": KHOI.name})
    assert attack.subject_id != victim.subject_id
    assert Item.objects.filter(subject_id=victim.subject_id).count() == items
    assert not Identifier.objects.filter(subject_id=victim.subject_id, verified=True).exists()
    for actor in (PUBLIC, Actor(kind="customer", id=str(attack.subject_id))):
        with pytest.raises(IntakeError, match="never added"):
            _order(world, "comet", now, subject_id=victim.subject_id, actor=actor)


def test_staff_and_the_person_may_add_to_the_person(world, now):
    first = _order(world, "comet", now)
    again = _order(world, "comet", now, subject_id=first.subject_id, actor=world.lan("comet"))
    own = _order(
        world, "comet", now, subject_id=first.subject_id, actor=Actor(kind="customer", id=str(first.subject_id))
    )
    assert first.subject_id == again.subject_id == own.subject_id
    assert (again.proposals, own.proposals) == ((), ())
    assert Order.objects.filter(subject_id=first.subject_id).count() == 3


def test_taking_a_call_assigns_it_to_who_took_it(world, now):
    done = _order(world, "khatra", now, actor=world.lan("khatra"))
    row = Assignment.objects.get(subject_id=done.subject_id)
    assert (str(row.staff_id), row.work) == (world.lan("khatra").id, f"order:{done.order_id}")
    assert not Assignment.objects.filter(subject_id=_order(world, "khatra", now).subject_id).exists()


def test_a_newsletter_needs_its_own_consent(world, now):
    fields = {"email": MINH.email}
    yes = Consent("marketing", "given", "double_opt_in", "Tôi muốn nhận khuyến mãi qua email", channel="email")
    shop_id = world.shops["comet"]
    with pytest.raises(RefusedError) as caught:
        receive(shop_id=shop_id, source="newsletter", fields=fields, actor=PUBLIC, now=now)
    assert caught.value.lacking == ("consent",)
    hanh = world.hanh("comet")
    done = receive(shop_id=shop_id, source="newsletter", fields=fields, consents=[yes], actor=hanh, now=now)
    assert Item.objects.get(subject_id=done.subject_id).purposes == "marketing"
    assert state(shop_id=shop_id, subject_id=done.subject_id, purpose="marketing", channel="email") == "given"


def test_a_child_needs_a_representative(world, now):
    with pytest.raises(RefusedError) as caught:
        _order(world, "comet", now, child=True)
    assert "representative" in caught.value.lacking
    done = _order(world, "comet", now, child=True, representative=True)
    assert Subject.objects.get(subject_id=done.subject_id).child


def test_requests_are_taken_in_every_shop(world, now):
    fields = {"name": MINH.name, "phone": MINH.phone, "message": "Xin xóa dữ liệu của tôi"}
    for slug in SLUGS:
        done = receive(shop_id=world.shops[slug], source="request", fields=fields, actor=PUBLIC, now=now)
        assert done.dropped == ()
        assert _stored(done.subject_id) == set(fields)


def test_bought_lists_and_look_ups_are_refused_everywhere_and_recorded(world, now):
    for slug in SLUGS:
        for source in ("bought_list", "enrichment", "device"):
            with pytest.raises(RefusedError) as caught:
                receive(shop_id=world.shops[slug], source=source, fields=FIELDS, actor=world.hanh(slug), now=now)
            body = _entry(caught.value.entry_id)
            assert (body["e"], body["d"]["source"]) == ("intake.refused", source)
    assert Subject.objects.count() == 0


def test_an_erased_order_leaves_nothing_and_the_phone_may_order_again(world, now):
    done = _order(world, "comet", now, {"order_number": "DH-7"})
    shred(
        shop_id=world.shops["comet"], subject_id=done.subject_id, actor=world.hanh("comet"), now=now, reason="request"
    )
    assert rescan(subject_id=done.subject_id) == []
    assert not Order.objects.filter(subject_id=done.subject_id).exists()
    again = _order(world, "comet", now + timedelta(days=1))
    assert (again.proposals, again.subject_id == done.subject_id) == ((), False)
    assert state(shop_id=world.shops["comet"], subject_id=again.subject_id, purpose="after_sales") == "never_asked"
    assert verify_database(world.shops["comet"]) == []


def test_a_marketplace_order_carries_its_channel(world, now):
    done = receive(
        shop_id=world.shops["comet"],
        source="marketplace",
        fields={"order_number": "2603ABC", "name": MINH.name},
        lines=[GOODS],
        sale=Sale(channel="marketplace", outlet="shopee"),
        actor=world.lan("comet"),
        now=now,
    )
    row = Order.objects.get(subject_id=done.subject_id)
    assert (row.channel, row.outlet) == ("marketplace", "shopee")


def test_a_task_never_prints_what_was_sent(world, now, caplog):
    with pytest.raises(BadInputError) as caught:
        _order(world, "comet", now, {"email": "bad"})
    shown = "".join(map(repr, _locals(caught.value)))
    assert [canary for canary in MINH.canaries if canary in shown] == []


def _locals(error):
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith("receiving.py"):
            yield trace.tb_frame.f_locals.get("task")
        trace = trace.tb_next


def test_what_is_turned_away_is_counted(world, now):
    for _ in range(2):
        with pytest.raises(RefusedError):
            _order(world, "comet", now, source="order_phone")
    with pytest.raises(BadInputError):
        _order(world, "comet", now, {"order_note": "4111111111111111"})
    _order(world, "comet", now)
    found = turned_away(shop_id=world.shops["comet"], since=now)
    assert (dict(found.sources), dict(found.forbidden)) == ({"order_phone": 2}, {"card_number": 1})
    assert found.clauses["3.2"] == 2
    assert turned_away(shop_id=world.shops["comet"], since=now + timedelta(days=1)).sources == {}


def test_orders_of_a_person_newest_first(world, now):
    first = _order(world, "comet", now, sale=Sale(placed_on=date(2026, 1, 5)))
    _order(world, "comet", now, subject_id=first.subject_id, actor=world.lan("comet"))
    found = orders(shop_id=world.shops["comet"], subject_id=first.subject_id)
    assert [row.placed_on for row in found] == [date(2026, 3, 2), date(2026, 1, 5)]
    assert orders(shop_id=world.shops["khatra"], subject_id=first.subject_id) == []


def test_several_answers_of_a_known_person_come_in_at_once(world, now):
    """Each is a row of its own with the next number, although the deed writes all of them at its end."""
    shop_id, lan = world.shops["khatra"], world.lan("khatra")
    fields = {"name": MINH.name, "phone": MINH.phone, "email": MINH.email}
    first = receive(
        shop_id=shop_id, source="order_phone", fields=fields, lines=[{"description": "Áo"}], actor=lan, now=now
    )
    answers = [
        Consent(purpose="marketing", value=value, how="phone", text="Nhận tin khuyến mãi?", channel=channel)
        for value, channel in (("given", "email"), ("refused", "sms"), ("given", "phone"))
    ]
    for _ in range(2):
        receive(
            shop_id=shop_id,
            source="order_phone",
            fields=fields,
            lines=[{"description": "Áo"}],
            consents=answers,
            subject_id=first.subject_id,
            actor=lan,
            now=now,
        )
    held = ConsentEvent.objects.filter(subject_id=first.subject_id).order_by("number")
    assert [(event.number, event.channel) for event in held] == [
        (1, "email"), (2, "sms"), (3, "phone"), (4, "email"), (5, "sms"), (6, "phone"),
    ]  # fmt: skip


def test_another_shops_person_and_nobody_are_equally_unknown(world, now):
    theirs = receive(
        shop_id=world.shops["khatra"],
        source="order_phone",
        fields={"name": MINH.name, "phone": MINH.phone},
        lines=[{"description": "Áo"}],
        actor=world.lan("khatra"),
        now=now,
    )
    before = (Item.objects.count(), Entry.objects.count())
    for subject_id in (theirs.subject_id, UUID(int=7)):
        with pytest.raises(UnknownSubjectError):
            receive(
                shop_id=world.shops["comet"],
                source="purchase",
                fields={"name": MINH.name, "phone": MINH.phone},
                subject_id=subject_id,
                actor=world.lan("comet"),
                now=now,
            )
    assert (Item.objects.count(), Entry.objects.count()) == before
