from django.http import HttpRequest
from ninja import Router

from camket.api.answers import answers
from camket.api.fields import Out
from camket.policy import words

router = Router(tags=["words"])


class WordOut(Out):
    """One word: its id and what people call it."""

    id: str
    vi: str
    en: str
    dpv: str


class FamilyOut(Out):
    """One closed list of words."""

    family: str
    words: list[WordOut]


class WordsOut(Out):
    """Every word that a request may use."""

    families: list[FamilyOut]


@router.get("words", response=answers(WordsOut), summary="Bảng từ · The word list", operation_id="words")
def list_words(request: HttpRequest) -> WordsOut:  # noqa: ARG001  # ninja passes it to every operation
    """Give the closed lists: roles, actions, purposes, categories, sources, channels, recipients, facts, events."""
    return WordsOut(
        families=[
            FamilyOut(
                family=name,
                words=[WordOut(id=word.id, vi=word.vi, en=word.en, dpv=word.dpv) for word in family.values()],
            )
            for name, family in words().families()
        ]
    )
