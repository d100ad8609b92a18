"""What each source has to bring, what its deed is called and what work it makes. Words of the packs, nothing else."""

from dataclasses import dataclass

CONTACTS = frozenset({"phone", "email"})
_TEXTS = frozenset({"enquiry", "message", "feedback", "review", "comment", "complaint_text", "product_requirement"})


@dataclass(frozen=True, slots=True)
class Shape:
    """`required`: of each group at least one category must be given and admitted, or nothing is taken.

    `order`: an order is expected; `work`: the kind of the piece of work that taking it in makes.
    """

    event: str
    work: str
    required: tuple[frozenset[str], ...] = ()
    order: bool = False


_ORDER = Shape("order.placed", "order", (CONTACTS,), order=True)
_ENQUIRY = Shape("intake.received", "enquiry", (CONTACTS,))
SHAPES: dict[str, Shape] = {
    "purchase": _ORDER,
    "order_email": _ORDER,
    "order_phone": _ORDER,
    "transaction_contact": _ORDER,
    "chat_paste": Shape("order.placed", "order", (CONTACTS | {"social_account"},), order=True),
    "marketplace": Shape("order.placed", "order", (frozenset({"order_number"}),), order=True),
    "product_review": Shape("review.received", "review", (frozenset({"review", "comment"}),)),
    "newsletter": Shape("intake.received", "newsletter", (CONTACTS,)),
    "contact_mail": _ENQUIRY,
    "contact_form": _ENQUIRY,
    "product_enquiry": _ENQUIRY,
    "wholesale_enquiry": _ENQUIRY,
    "resale_enquiry": _ENQUIRY,
    "feedback": Shape("intake.received", "feedback", (frozenset({"feedback", "message", "enquiry", "comment"}),)),
    "account_registration": Shape("intake.received", "account", (CONTACTS,)),
    "warranty_claim": Shape("intake.received", "warranty", (CONTACTS,)),
    # Rule 5 of the promises: a request or complaint is taken from anyone with whatever it brings.
    "complaint_desk": Shape("intake.received", "complaint"),
    "request": Shape("intake.received", "request"),
}
_OTHER = Shape("intake.received", "intake")


def shape(source: str) -> Shape:
    """Give what a source has to bring; sources of machines (carrier, log-in …) have to bring nothing in particular."""
    return SHAPES.get(source, _OTHER)
