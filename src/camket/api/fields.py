"""Types of fields: every text has a greatest length, is normalised to NFC and holds no control characters.

What a type refuses, its JSON Schema says too (length, pattern, enum), so that a client can check before it sends.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ninja import Header
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from camket.policy.words import suggest, words
from camket.shops.actions.work import names_person

# Anything but control characters; tab and line breaks are allowed in long texts only.
LINE = r"^[^\u0000-\u001F\u007F]*$"
TEXT = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]*$"

# Words are short; what is longer is compared by its beginning when near words are looked up.
LONGEST_WORD = 60

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}", re.ASCII)


class In(BaseModel):
    """A request body: a field that it does not name is an error, so that nothing is lost silently."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What an operation answers. Plain pydantic: ninja's own `Schema` wraps every value to look through Django rows."""


def nfc(value: str) -> str:
    """Compose Vietnamese letters, so that one spelling is one text."""
    return unicodedata.normalize("NFC", value)


def _number(value: object) -> object:
    """JSON has numbers, text and truth values, and one does not pass for another."""
    if isinstance(value, (bool, str)):
        raise PydanticCustomError("not_a_number", "the value is not a JSON number")
    return value


def _moment(value: object) -> object:
    if not (isinstance(value, str) and MOMENT.match(value)):
        raise PydanticCustomError("not_a_moment", "the value is not an RFC 3339 moment")
    return value


def _day(value: object) -> object:
    if not (isinstance(value, str) and DAY.fullmatch(value)):
        raise PydanticCustomError("not_a_day", "the value is not an ISO date")
    return value


def _no_phone(work: str) -> str:
    """INVARIANT 4: the work is written into the ledger, so it must not be a phone number used as an id."""
    if names_person(work):
        raise PydanticCustomError("work_is_phone", "the work must not be named by a phone number")
    return work


Line = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE), AfterValidator(nfc)]
Value = Annotated[
    str,
    Field(min_length=1, max_length=4000, pattern=TEXT, examples=["0912345678"]),
    AfterValidator(nfc),
]
Work = Annotated[
    str,
    Field(
        max_length=80,
        pattern=r"^[a-z][a-z_]{1,19}:[A-Za-z0-9-]{1,59}$",
        examples=["order:1042"],
        description="The piece of work, `kind:id`, such as `order:1042`; the shop's own id, never a person's value.",
    ),
    AfterValidator(_no_phone),
]


@dataclass(frozen=True)
class OneOf:
    """A word of one family of the word list; the JSON Schema lists them all."""

    family: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "enum": sorted(words().family(self.family))}

    def _check(self, value: str) -> str:
        known = words().family(self.family)
        if value not in known:
            near = suggest(value[:LONGEST_WORD], known)
            raise PydanticCustomError("unknown_word", "the word is not in the word list", {"near": near})
        return value


Number = Annotated[int, BeforeValidator(_number)]
Count = Annotated[Number, Field(ge=1, le=2_000_000_000)]
Day = Annotated[date, BeforeValidator(_day)]
Flag = Annotated[bool, Field(strict=True)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Reason = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
OnBehalf = Annotated[
    UUID | None,
    Header(
        alias="Camket-On-Behalf-Of",
        description="For the key of a system: the staff id of the person who is signed in there.",
    ),
]


Action = Annotated[str, OneOf("actions")]
Category = Annotated[str, OneOf("categories")]
Channel = Annotated[str, OneOf("channels")]
Fact = Annotated[str, OneOf("facts")]
Purpose = Annotated[str, OneOf("purposes")]
Recipient = Annotated[str, OneOf("recipients")]
Role = Annotated[str, OneOf("roles")]
Source = Annotated[str, OneOf("sources")]
