"""A message is sent once if it can be, tried again if it may help, and ended otherwise; each step is in the ledger."""

import pickle
from datetime import timedelta

import pytest

from camket.base.clock import to_ms
from camket.ledger.queries import entries_of, verify_database
from camket.outbox.actions import LIFE, Delivered, deliver, enqueue, new_id, sweep
from camket.outbox.backoff import MOST_ATTEMPTS, pause
from camket.outbox.errors import SendError
from camket.outbox.message import Message
from camket.outbox.models import Outbox
from camket.outbox.providers.local import LocalPage
from camket.outbox.providers.sms import Sms
from camket.outbox.queries import counts, on_page
from camket.store.errors import StoreError
from tests.ledger.setting import LAN, NOW, after, message, open_shop

pytestmark = pytest.mark.django_db
NUMBER, TEXT = "+84912345678", "Mã của bạn là 482913"


class Carrier:
    """A gateway of the tests: takes messages, or refuses as it is told."""

    def __init__(self, *refusals: BaseException) -> None:
        self.taken: list[tuple[str, str, str]] = []
        self._refusals = list(refusals)

    def send_text(self, *, number: str, text: str, reference: str) -> None:
        if self._refusals:
            raise self._refusals.pop(0)
        self.taken.append((number, text, reference))


def _opener(row: Outbox) -> Message:
    assert row.params == b"sealed"
    return Message(to=NUMBER, text=TEXT)


def _events() -> list[str]:
    return [said.event for said in entries_of(LAN)]


def test_a_due_message_is_sent_and_what_was_sealed_goes() -> None:
    open_shop()
    row, carrier = message(), Carrier()
    assert deliver(now=after(1), opener=_opener, providers={"sms": Sms(carrier)}) == Delivered(sent=1)
    assert carrier.taken == [(NUMBER, TEXT, str(row.id))]
    row.refresh_from_db()
    assert (row.state, row.params, row.attempts) == ("sent", b"", 1)
    assert _events() == ["outbox.queued", "outbox.tried", "outbox.sent"]
    assert deliver(now=after(9999), opener=_opener, providers={"sms": Sms(carrier)}) == Delivered()
    assert verify_database() == []


def test_a_passing_fault_is_tried_again_later_and_later() -> None:
    open_shop()
    row, carrier = message(), Carrier(SendError(permanent=False), SendError(permanent=False))
    ways = {"sms": Sms(carrier)}
    assert deliver(now=NOW, opener=_opener, providers=ways) == Delivered(delayed=1)
    assert deliver(now=after(29), opener=_opener, providers=ways) == Delivered()
    assert deliver(now=after(30), opener=_opener, providers=ways) == Delivered(delayed=1)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.due) == ("queued", 2, to_ms(after(30 + 120)))
    assert deliver(now=after(150), opener=_opener, providers=ways) == Delivered(sent=1)
    assert len(carrier.taken) == 1
    assert verify_database() == []


@pytest.mark.parametrize(
    ("faults", "rounds", "code"),
    [
        ([SendError(permanent=True)], 1, "send-refused"),
        ([SendError(permanent=False)] * 8, MOST_ATTEMPTS, "send-refused"),
    ],
)
def test_a_lasting_fault_ends_the_message(faults, rounds: int, code: str) -> None:
    open_shop()
    row, ways = message(), {"sms": Sms(Carrier(*faults))}
    moment = NOW
    for number in range(rounds):
        deliver(now=moment, opener=_opener, providers=ways)
        moment += pause(number + 1)
    row.refresh_from_db()
    assert (row.state, row.params, row.attempts) == ("failed", b"", rounds)
    assert [said.detail.get("code") for said in entries_of(LAN)][-1] == code
    assert verify_database() == []


def test_a_message_that_may_not_be_sent_any_more_is_not() -> None:
    open_shop()
    row, carrier = message(), Carrier()
    assert deliver(now=NOW, opener=lambda _: None, providers={"sms": Sms(carrier)}) == Delivered(failed=1)
    row.refresh_from_db()
    assert (row.state, carrier.taken) == ("failed", [])


def test_a_message_that_cannot_be_opened_fails_and_the_next_goes() -> None:
    open_shop()
    first, second, carrier = message(), message(now=after(1)), Carrier()

    def opener(row: Outbox) -> Message:
        if row.id == first.id:
            raise StoreError("hỏng", "broken", "", "", "broken")
        return _opener(row)

    assert deliver(now=after(2), opener=opener, providers={"sms": Sms(carrier)}) == Delivered(sent=1, failed=1)
    assert [reference for _, _, reference in carrier.taken] == [str(second.id)]


def test_a_message_out_of_date_is_not_sent() -> None:
    open_shop()
    row, carrier = message(), Carrier()
    late = NOW + LIFE
    assert deliver(now=late, opener=_opener, providers={"sms": Sms(carrier)}) == Delivered(expired=1)
    row.refresh_from_db()
    assert (row.state, row.params, carrier.taken) == ("expired", b"", [])
    assert _events() == ["outbox.queued", "outbox.expired"]


def test_a_channel_without_a_carrier_waits() -> None:
    open_shop()
    message()
    assert deliver(now=NOW, opener=_opener, providers={}) == Delivered()
    assert counts() == {"queued": 1, "sent": 0, "failed": 0, "expired": 0}


def test_a_crash_while_sending_repeats_the_message_rather_than_losing_it() -> None:
    open_shop()
    message()

    with pytest.raises(MemoryError):
        deliver(now=NOW, opener=_opener, providers={"sms": Sms(Carrier(MemoryError()))})
    carrier = Carrier()
    assert deliver(now=after(31), opener=_opener, providers={"sms": Sms(carrier)}) == Delivered(sent=1)
    assert verify_database() == []


def test_of_two_workers_one_sends() -> None:
    open_shop()
    message()
    carrier = Carrier()
    ways = {"sms": Sms(carrier)}

    def opener(row: Outbox) -> Message:
        deliver(now=NOW, opener=_opener, providers=ways)  # the other worker, in the midst of ours
        return _opener(row)

    assert deliver(now=NOW, opener=opener, providers=ways) == Delivered(sent=1)
    assert len(carrier.taken) == 1


def test_the_local_page_shows_what_was_sent_until_its_time_is_over() -> None:
    open_shop()
    row = message()
    assert deliver(now=NOW, opener=_opener, providers={"sms": LocalPage()}) == Delivered(sent=1)
    ((shown, opened),) = on_page(_opener)
    assert (shown.id, opened.reveal()) == (row.id, (NUMBER, "", TEXT))
    assert sweep(now=after(60)) == 0
    assert sweep(now=NOW + LIFE) == 1
    assert list(on_page(_opener)) == []
    assert verify_database() == []


def test_a_message_can_be_queued_for_later_under_an_id_made_before() -> None:
    from camket.base.actor import Actor
    from camket.ledger.actions import deed

    open_shop()
    name = new_id(NOW)
    with deed(shop_id=1, event="code.issued", actor=Actor.public(), subject_id=LAN, now=NOW) as issuing:
        row = enqueue(
            issuing, subject_id=LAN, kind="code", channel="sms", params=b"sealed", now=NOW, id=name,
            due=after(60), life=timedelta(minutes=10),
        )  # fmt: skip
    assert (row.id, row.due, row.expires) == (name, to_ms(after(60)), to_ms(after(660)))
    assert deliver(now=after(59), opener=_opener, providers={"sms": Sms(Carrier())}) == Delivered()


def test_the_pauses_grow_and_end() -> None:
    assert [pause(number).total_seconds() for number in range(1, 9)] == [
        30, 120, 480, 1920, 7680, 21600, 21600, 21600,
    ]  # fmt: skip


def test_an_opened_message_shows_nothing() -> None:
    opened = Message(to=NUMBER, text=TEXT, title="Chào chị Lan")
    assert str(opened) == repr(opened) == f"{opened}" == "<Message •••>"
    with pytest.raises(TypeError):
        pickle.dumps(opened)
