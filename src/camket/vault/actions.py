"""What other rooms do with the vault. `show` is for doors, at the last moment before they answer."""

from camket.vault.anchoring import anchor
from camket.vault.bulk import Kept, Parcel, buried, put_many
from camket.vault.changing import change, verify_contact
from camket.vault.codes import request_code
from camket.vault.emergency import break_glass
from camket.vault.erasure import Left, rescan, shred
from camket.vault.gate import Grant, Wish, ask, attempt, granted, watched
from camket.vault.joining import join
from camket.vault.keys_many import lock_many
from camket.vault.looking import find, look, look_by
from camket.vault.messages import opened, queue
from camket.vault.open_many import ManyLooks, Opened, open_many
from camket.vault.opening import masked, show
from camket.vault.putting import put
from camket.vault.values import Found, Look, Seen, Shredded, Value

__all__ = [
    "Found",
    "Grant",
    "Kept",
    "Left",
    "Look",
    "ManyLooks",
    "Opened",
    "Parcel",
    "Seen",
    "Shredded",
    "Value",
    "Wish",
    "anchor",
    "ask",
    "attempt",
    "break_glass",
    "buried",
    "change",
    "find",
    "granted",
    "join",
    "lock_many",
    "look",
    "look_by",
    "masked",
    "open_many",
    "opened",
    "put",
    "put_many",
    "queue",
    "request_code",
    "rescan",
    "show",
    "shred",
    "verify_contact",
    "watched",
]
