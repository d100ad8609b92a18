"""Sentences of pages stand in pairs, Vietnamese first, where they are shown; there is no catalogue to drift."""

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.html import format_html
from django.utils.safestring import SafeString

Lang = Literal["vi", "en"]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def choose(lang: Lang, /, *, vi: str, en: str, **values: object) -> SafeString:
    """One of the pair; values are escaped, the sentence itself is ours and is not."""
    return format_html(vi if lang == "vi" else en, lang=lang, **values)


def day(moment: date | datetime) -> str:
    """dd/mm/yyyy in Vietnam's time, the same in both languages so that no reader mixes day and month."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(VIETNAM)
    return moment.strftime("%d/%m/%Y")
