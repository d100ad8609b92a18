"""Fill every shop with made-up customers, through the same doors as real ones."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from camket.base.actor import Actor
from camket.base.clock import utc_now, vietnam_day
from camket.base.values import accept
from camket.cli import madeup
from camket.intake.actions import Consent, Sale, receive
from camket.policy import Question, Verdict, decide, words
from camket.shops import actions, queries
from camket.shops.models import Shop
from camket.subjects.queries import by_identifier

app = typer.Typer(add_completion=False)
CUSTOMERS = 200
OWNER = Actor(kind="owner")
# Two people of the staff in each shop: the owner, and the clerk in the role that the shop's policy opens.
DIRECTOR, CLERK = "Phạm Thị Hạnh (mẫu)", "Vũ Thị Lan (mẫu)"
CLERK_ROLES = ("customer_service", "data_department", "operations")
# What the customers of this shop are asked for besides, in these words.
ASKED = "Tôi đồng ý cho cửa hàng dùng thông tin đã điền cho mục đích: {purpose}."
PAST_DAYS = 240


class Filled(NamedTuple):
    """What was added to a shop: new customers and all that they sent."""

    customers: int
    arrivals: int


@app.command()
def demo(
    count: Annotated[
        int, typer.Option("--customers", help="Số khách mỗi cửa hàng. · Customers per shop.", min=1)
    ] = CUSTOMERS,
) -> None:
    """Nạp khách hàng mẫu vào mỗi cửa hàng; chạy lại không thêm gì. · Add made-up customers; repeating adds nothing."""
    fill(utc_now(), count)


def fill(now: datetime, count: int = CUSTOMERS) -> None:
    """Fill every shop and print a line for each."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True, disable=not sys.stderr.isatty(), console=Console(stderr=True)) as progress:
        for shop in Shop.objects.order_by("id"):
            bar = progress.add_task(shop.slug, total=count)
            people = progress.track(madeup.people(shop.slug, count), task_id=bar)
            filled = fill_shop(shop.pk, shop.slug, people, now)
            typer.echo(
                f"── {shop.slug}: {filled.customers} khách mẫu, {filled.arrivals} lần gửi"
                f" · {filled.customers} made-up customers, {filled.arrivals} things sent"
            )


def fill_shop(shop_id: int, slug: str, people: Iterable[madeup.Person], now: datetime) -> Filled:
    """Let each person who is not there yet send what fits the shop's sources."""
    clerk = staff(shop_id, now)
    rulebook = queries.rulebook(shop_id)
    customers = arrivals = 0
    for person in people:
        if known(shop_id, person):
            continue
        sent = list(madeup.arrivals(slug, person, rulebook.sources_open()))
        customers += bool(sent)
        arrivals += len(sent)
        send(shop_id, person, sent, clerk, now)
    return Filled(customers, arrivals)


def send(shop_id: int, person: madeup.Person, sent: Sequence[madeup.Arrival], clerk: Actor, now: datetime) -> None:
    """Take in what one person sends: the first thing makes them known, the clerk adds the rest to the same person."""
    subject_id = None
    for number, arrival in enumerate(sent):
        placed = now - timedelta(days=(person.number * 7 + number * 31) % PAST_DAYS)
        received = receive(
            shop_id=shop_id,
            source=arrival.source,
            fields=arrival.fields,
            lines=arrival.lines,
            sale=Sale(placed_on=vietnam_day(placed)),
            consents=answers(shop_id, arrival, first=subject_id is None),
            declared=("truthful_data",),
            subject_id=subject_id,
            # A stranger's sign-up would wait for its code; the clerk enters those of the demo as confirmed.
            actor=clerk if subject_id or arrival.source == "newsletter" else Actor.public(),
            now=now,
        )
        subject_id = received.subject_id


def answers(shop_id: int, arrival: madeup.Arrival, *, first: bool) -> list[Consent]:
    """Give the answers to what this shop asks consent for: yes, and to marketing only from those who want it.

    The first thing sent answers every question; a later one only says yes to marketing, where it does.
    """
    rulebook = queries.rulebook(shop_id)
    asked = (words().purposes[p] for p in sorted(rulebook.purposes_open()) if rulebook.basis_of(p) == "consent")
    return [
        Consent(
            purpose=purpose.id,
            value="given" if arrival.marketing or not purpose.promotional else "refused",
            how="double_opt_in" if purpose.promotional and arrival.marketing else "form",
            text=ASKED.format(purpose=purpose.vi),
        )
        for purpose in asked
        if first or (purpose.promotional and arrival.marketing)
    ]


def known(shop_id: int, person: madeup.Person) -> bool:
    """Tell whether an earlier run took this person in."""
    phone = accept(person.phone, normalise="phone", validate="phone")
    found = by_identifier(shop_id=shop_id, kind="phone", normalised=phone)
    return bool(found or by_identifier(shop_id=shop_id, kind="email", normalised=person.email))


def staff(shop_id: int, now: datetime) -> Actor:
    """Find or add the two people of the staff, bound to secrecy; give the clerk."""
    existing = {person.name: person for person in queries.staff_list(shop_id=shop_id)}
    if CLERK in existing:
        return Actor(kind="staff", id=str(existing[CLERK].staff_id))
    hire(shop_id, DIRECTOR, "director", now)
    return hire(shop_id, CLERK, clerk_role(shop_id), now)


def hire(shop_id: int, name: str, role: str, now: datetime) -> Actor:
    """Add a person with a role, bound to secrecy."""
    person = actions.add_staff(shop_id=shop_id, name=name, actor=OWNER, now=now)
    actions.grant_role(shop_id=shop_id, staff_id=person.pk, role=role, actor=OWNER, now=now)
    actions.sign_undertaking(shop_id=shop_id, staff_id=person.pk, actor=OWNER, now=now)
    return Actor(kind="staff", id=str(person.pk))


def clerk_role(shop_id: int) -> str:
    """Choose the role that the shop's policy lets read a customer's name."""
    rulebook = queries.rulebook(shop_id)
    for role in CLERK_ROLES:
        questions = (Question("read", role, "name", purpose) for purpose in rulebook.purposes_open())
        if any(decide(rulebook, question).verdict is Verdict.ALLOW for question in questions):
            return role
    return "director"
