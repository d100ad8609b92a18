"""A stranger's sign-up waits, sealed, until its own contact confirms it; only then is anything agreed."""

import re
from datetime import timedelta

import pytest

from camket.base.actor import Actor
from camket.consent.models import ConsentEvent, ConsentText
from camket.consent.queries import state
from camket.intake.actions import Consent, confirm_sign_up, receive
from camket.intake.errors import BadInputError
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.outbox.models import Outbox
from camket.subjects.errors import CodeError, TooManyCodesError
from camket.subjects.models import ContactCode, Identifier, Proposal, Subject
from camket.vault import messages
from camket.vault.actions import rescan
from camket.vault.errors import RefusedError
from camket.vault.models import Item, ItemKey, SignUp
from camket.worker.jobs import sign_ups
from tests import kept
from tests.cast import KHOI, MINH

PUBLIC = Actor.public()
ASKED = Consent("marketing", "given", "form", "Tôi muốn nhận khuyến mãi qua email", channel="email")


def _sign_up(world, now, slug="comet", fields=None, consents=(ASKED,)):
    return receive(
        shop_id=world.shops[slug],
        source="newsletter",
        fields=fields or {"name": MINH.name, "email": MINH.email},
        consents=consents,
        declared=["truthful_data"],
        actor=PUBLIC,
        now=now,
    )


def _code(subject_id):
    to, _, text = messages.opened(Outbox.objects.get(subject_id=subject_id)).reveal()
    return to, re.search(r"\d{6}", text)[0]


def _confirm(world, held, code, now, slug="comet"):
    return confirm_sign_up(shop_id=world.shops[slug], subject_id=held.subject_id, code=code, actor=PUBLIC, now=now)


@pytest.mark.parametrize("slug", ["comet", "shop-003"])
def test_only_the_code_makes_it_a_consent(world, now, slug, all_bytes):
    shop_id = world.shops[slug]
    held = _sign_up(world, now, slug)
    asked = {"shop_id": shop_id, "subject_id": held.subject_id, "purpose": "marketing", "channel": "email"}
    assert (held.pending, held.items, held.proposals) == (True, (), ())
    assert state(**asked) == "never_asked"
    assert not Item.objects.filter(subject_id=held.subject_id).exists()
    assert not Identifier.objects.filter(subject_id=held.subject_id).exists()
    assert not any(canary.encode() in all_bytes() for canary in MINH.canaries)
    to, code = _code(held.subject_id)
    assert to == MINH.email
    later = now + timedelta(minutes=5)
    done = _confirm(world, held, code, later, slug)
    assert state(**asked) == "given"
    event = ConsentEvent.objects.get(subject_id=held.subject_id)
    shown = ConsentText.objects.get(shop_id=shop_id, digest=event.text_digest)
    assert (event.how, shown.text, event.who) == ("double_opt_in", ASKED.text, "customer")
    kept_now = {row.category: (row.verified, row.purposes) for row in Item.objects.filter(subject_id=held.subject_id)}
    assert kept_now == {"name": (False, "marketing"), "email": (True, "marketing")}
    assert (done.subject_id, done.work, done.pending) == (held.subject_id, held.work, False)
    assert not SignUp.objects.exists()
    assert not ItemKey.objects.filter(retention="sign_up").exists()
    with pytest.raises(CodeError):
        _confirm(world, held, code, later, slug)
    assert verify_database(shop_id) == []


def test_wrong_and_late_codes_have_one_answer(world, now):
    held = _sign_up(world, now)
    _, code = _code(held.subject_id)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    with pytest.raises(CodeError):
        _confirm(world, held, wrong, now)
    assert ContactCode.objects.get(subject_id=held.subject_id).attempts == 1
    with pytest.raises(CodeError):
        _confirm(world, held, code, now + timedelta(minutes=11))
    with pytest.raises(CodeError):
        confirm_sign_up(shop_id=world.shops["shop-001"], subject_id=held.subject_id, code=code, actor=PUBLIC, now=now)
    assert not ConsentEvent.objects.filter(subject_id=held.subject_id).exists()


def test_a_code_confirms_its_own_sign_up_only(world, now):
    """Khôi signs Minh up, then himself: his code opens nothing that was sent in Minh's name."""
    minh = _sign_up(world, now)
    khoi = _sign_up(world, now, fields={"email": KHOI.email})
    _, code = _code(khoi.subject_id)
    with pytest.raises(CodeError):
        _confirm(world, minh, code, now)
    assert _confirm(world, khoi, code, now).items


def test_the_answer_does_not_tell_whether_the_contact_is_known(world, now):
    known = kept.keep(world, "comet", MINH, now, verified=("email",))
    held, other = _sign_up(world, now), _sign_up(world, now, fields={"email": KHOI.email})
    assert (held.pending, held.items, held.dropped) == (other.pending, other.items, other.dropped)
    assert held.subject_id != known
    assert not Proposal.objects.exists()
    for _ in range(4):
        _sign_up(world, now)
    people = Subject.objects.count()
    with pytest.raises(TooManyCodesError):
        _sign_up(world, now)
    assert Subject.objects.count() == people


def test_a_known_customers_contact_becomes_a_proposal_and_is_never_joined(world, now):
    """INVARIANT 13: even the right code adds nothing to the known person; somebody decides."""
    known = kept.keep(world, "comet", MINH, now, verified=("email",))
    before = Item.objects.filter(subject_id=known).count()
    held = _sign_up(world, now)
    done = _confirm(world, held, _code(held.subject_id)[1], now)
    (proposal,) = Proposal.objects.all()
    assert (proposal.id, proposal.subject_id, proposal.known_subject_id) == (
        done.proposals[0],
        held.subject_id,
        known,
    )
    assert not Item.objects.get(subject_id=held.subject_id, category="email").verified
    assert Item.objects.filter(subject_id=known).count() == before
    asked = {"shop_id": world.shops["comet"], "purpose": "marketing", "channel": "email"}
    assert state(subject_id=known, **asked) == "never_asked"
    assert state(subject_id=held.subject_id, **asked) == "given"
    assert verify_database(world.shops["comet"]) == []


def test_what_is_not_confirmed_ends_by_itself(world, now, all_bytes):
    held = _sign_up(world, now)
    confirmed = _sign_up(world, now, fields={"email": KHOI.email})
    _confirm(world, confirmed, _code(confirmed.subject_id)[1], now)
    assert sign_ups.run(now=now + timedelta(minutes=59)) == 0
    assert sign_ups.run(now=now + timedelta(hours=1)) == 1
    assert rescan(subject_id=held.subject_id) == []
    assert Subject.objects.filter(subject_id=confirmed.subject_id).exists()
    with pytest.raises(CodeError):
        _confirm(world, held, "000000", now + timedelta(hours=1))
    assert sign_ups.run(now=now + timedelta(hours=2)) == 0
    assert not any(canary.encode() in all_bytes() for canary in MINH.canaries)
    assert verify_database(world.shops["comet"]) == []


def test_a_person_whom_the_staff_know_by_now_outlives_the_sign_up(world, now):
    held = _sign_up(world, now)
    lan = world.lan("comet")
    fields = {"name": MINH.name, "phone": MINH.phone}
    goods = [{"description": "Máy khoan", "quantity": "1", "unit": "cái"}]
    receive(
        shop_id=world.shops["comet"],
        source="purchase",
        fields=fields,
        lines=goods,
        declared=["truthful_data"],
        subject_id=held.subject_id,
        actor=lan,
        now=now,
    )
    items = Item.objects.filter(subject_id=held.subject_id).count()
    assert sign_ups.run(now=now + timedelta(hours=1)) == 1
    assert Item.objects.filter(subject_id=held.subject_id).count() == items > 0
    assert not SignUp.objects.exists()
    assert not ItemKey.objects.filter(retention="sign_up").exists()
    assert sign_ups.run(now=now + timedelta(hours=2)) == 0
    assert verify_database(world.shops["comet"]) == []


def test_one_contact_at_a_time_so_that_the_code_proves_what_is_kept(world, now):
    with pytest.raises(BadInputError) as caught:
        _sign_up(world, now, fields={"email": KHOI.email, "phone": MINH.phone})
    assert (caught.value.code, caught.value.field) == ("one_contact", "phone|email")
    held = _sign_up(world, now, fields={"phone": MINH.phone})
    to, code = _code(held.subject_id)
    assert to == "+84" + MINH.phone[1:]
    assert len(_confirm(world, held, code, now).items) == 1


def test_a_box_left_empty_or_a_closed_source_is_refused_at_the_door(world, now):
    for slug, consents in (("comet", ()), ("khatra", (ASKED,))):
        entries = Entry.objects.count()
        with pytest.raises(RefusedError):
            _sign_up(world, now, slug, {"email": MINH.email}, consents)
        assert Entry.objects.count() == entries + 1
    assert not Outbox.objects.exists()
    assert not SignUp.objects.exists()
