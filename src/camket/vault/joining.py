"""Joining two records of one customer, once somebody decided a proposal (invariant 13).

Every value is opened and sealed anew under the known person's keys; the other record's keys are destroyed. Answers
never get looser by joining: a refusal always comes along, an agreement only where the known person never answered.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.consent.models import ConsentEvent, Restraint
from camket.ledger.actions import Deed, deed
from camket.outbox.models import Outbox
from camket.shops import managers
from camket.store import rows as store_rows
from camket.store.columns import Record
from camket.subjects import actions as subjects
from camket.subjects.errors import SubjectError, UnknownSubjectError
from camket.subjects.models import ContactCode, Identifier, NameToken, Proposal, Subject
from camket.vault import messages
from camket.vault.erasure import places, remove_rows
from camket.vault.keys import Keys, lock
from camket.vault.models import Erasure, Item, ItemKey, SignUp
from camket.vault.putting import index_of
from camket.vault.sealing import open_item, open_key, seal_item

T = TypeVar("T", bound=Record)
# Moved by hand below, made anew, or not taken along (a sign-up that waits); everything else that names the person is
# copied as it stands.
_BY_HAND = frozenset(
    {ConsentEvent, ContactCode, Identifier, Item, ItemKey, NameToken, Outbox, Proposal, Restraint, SignUp, Subject}
)


def join(*, shop_id: int, subject_id: UUID, proposal_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Accept a proposal: move everything of `subject_id` to the known person; gives that person's id.

    A director or operations decides, or the known customer themselves, signed in by a proven contact.
    Errors: NotAllowedError, SubjectError when the proposal is no longer open.
    """
    found = Proposal.objects.filter(subject_id=subject_id, id=proposal_id, shop_id=shop_id, state="open").first()
    if found is None:
        raise SubjectError(
            "không còn đề nghị này",
            "this proposal is no longer open",
            "tải lại danh sách",
            "load the list again",
            "not_found",
        )
    known: UUID = found.known_subject_id
    if not (actor.kind == "customer" and actor.id == str(known)):
        managers.require(shop_id=shop_id, actor=actor, now=now, roles=managers.ASSIGNING, subject_id=subject_id)
    with deed(shop_id=shop_id, event="subject.joined", actor=actor, subject_id=known, now=now) as made:
        for one in sorted((subject_id, known)):
            lock(shop_id=shop_id, subject_id=one)
        if not Subject.objects.filter(subject_id=known, shop_id=shop_id).exists():
            raise UnknownSubjectError
        made.detail.update(joined=subject_id, proposal=proposal_id, kind=found.kind)
        _move_items(subject_id, known, now, made)
        _move_answers(subject_id, known, made)
        _move_messages(subject_id, known, now, made)
        _move_rest(subject_id, known, made)
        made.insert(
            Erasure(subject_id=subject_id, shop_id=shop_id, entry_id=made.entry_id, reason="joined", at=to_ms(now))
        )
        remove_rows(subject_id, made)
    return known


def _move_items(subject_id: UUID, known: UUID, now: datetime, made: Deed) -> None:
    opened = list(_open_all(made.shop_id, subject_id))
    subjects.remove_index(subject_id=subject_id, item_ids=[item.id for item, _ in opened], within=made)
    taken = Keys(shop_id=made.shop_id, subject_id=known, now=now, within=made).take(
        [item.retention for item, _ in opened]
    )
    moved: list[Item] = []
    entries: list[subjects.Index] = []
    for item, text in opened:
        fresh = _copy(item, known)
        fresh.key_id, key = taken[item.retention]
        fresh.sealed = seal_item(fresh, key, text)
        moved.append(fresh)
        if (entry := index_of(fresh, text)) is not None:
            entries.append(entry)
    made.insert_many(moved)
    subjects.add_index(shop_id=made.shop_id, subject_id=known, entries=entries, within=made)


def _open_all(shop_id: int, subject_id: UUID) -> Iterator[tuple[Item, str]]:
    keys = {
        row.id: open_key(
            shop_id=shop_id, subject_id=subject_id, key_id=row.id, retention=row.retention, wrapped=row.wrapped
        )
        for row in ItemKey.objects.filter(subject_id=subject_id, shop_id=shop_id)
    }
    for item in Item.objects.filter(subject_id=subject_id, shop_id=shop_id).order_by("id"):
        yield item, open_item(item, keys[item.key_id])


def _move_answers(subject_id: UUID, known: UUID, made: Deed) -> None:
    held = list(ConsentEvent.objects.filter(subject_id=known).order_by("number"))
    answered = {(event.purpose, event.channel, event.category) for event in held}
    number = len(held)
    for event in ConsentEvent.objects.filter(subject_id=subject_id).order_by("number"):
        place = (event.purpose, event.channel, event.category)
        if event.value == "refused" or place not in answered:
            number += 1
            fresh = _copy(event, known)
            fresh.number = number
            made.insert(fresh)
    standing = {
        (row.kind, row.purpose): row for row in Restraint.objects.filter(subject_id=subject_id).order_by("number")
    }
    number = Restraint.objects.filter(subject_id=known).count()
    for restraint in standing.values():
        if not restraint.lifted:
            number += 1
            copied = _copy(restraint, known)
            copied.number = number
            made.insert(copied)


def _move_messages(subject_id: UUID, known: UUID, now: datetime, made: Deed) -> None:
    for row in Outbox.objects.filter(subject_id=subject_id).exclude(params=b""):
        message = messages.opened(row)
        if message is None:
            continue
        to, title, text = message.reveal()
        fresh = _copy(row, known)
        fresh.params = messages.seal_params(
            shop_id=made.shop_id,
            subject_id=known,
            message_id=row.id,
            params={"to": to, "title": title, "text": text},
            now=now,
            within=made,
        )
        made.insert(fresh)


def _move_rest(subject_id: UUID, known: UUID, made: Deed) -> None:
    """Copy what other rooms keep about the person; their own rows go with the joined record."""
    for model, column in places():
        if model in _BY_HAND or column != "subject_id":
            continue
        for row in model._base_manager.filter(**{column: subject_id}):
            made.insert(_copy(row, known))


def _copy(row: T, known: UUID) -> T:
    values = store_rows.values_of(row)
    return type(row)(**{**values, "subject_id": known})
