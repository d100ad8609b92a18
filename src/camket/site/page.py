from django.urls import reverse

from camket.design.words import Lang


def start_url(lang: Lang) -> str:
    """Give the address of the start page."""
    return reverse(f"start-{lang}")
