"""What other rooms do with the vault. `show` is for doors, at the last moment before they answer."""

from camket.vault.anchoring import anchor
from camket.vault.changing import change, verify_contact
from camket.vault.codes import request_code
from camket.vault.emergency import break_glass
from camket.vault.erasure import Left, rescan, shred
from camket.vault.gate import Grant, Wish, ask, attempt, granted, watched
from camket.vault.joining import join
from camket.vault.looking import find, look
from camket.vault.messages import opened, queue
from camket.vault.opening import masked, show
from camket.vault.putting import put
from camket.vault.values import Found, Look, Seen, Shredded, Value

__all__ = [
    "Found",
    "Grant",
    "Left",
    "Look",
    "Seen",
    "Shredded",
    "Value",
    "Wish",
    "anchor",
    "ask",
    "attempt",
    "break_glass",
    "change",
    "find",
    "granted",
    "join",
    "look",
    "masked",
    "opened",
    "put",
    "queue",
    "request_code",
    "rescan",
    "show",
    "shred",
    "verify_contact",
    "watched",
]
