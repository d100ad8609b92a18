"""The installation's keyring, over the wrapping key file named in the settings."""

from functools import cache
from pathlib import Path

from django.conf import settings

from camket.crypto.keyring import Keyring
from camket.crypto.providers.local import LocalProvider
from camket.store.models import ShopSecret


@cache
def keyring() -> Keyring:
    """Open the key file, made at the first start. `KeyFileError` when it is missing, damaged, open or wrong.

    A new key is never made while the database already holds secrets that only the lost one would open.
    """
    return Keyring(provider())


def provider() -> LocalProvider:
    """Open, or at the first start make, the wrapping key file of the settings."""
    return LocalProvider.open_or_create(Path(settings.CAMKET_KEYS), existing=ShopSecret.objects.exists())


def forget() -> None:
    """Drop the opened key file, after it was restored or (in tests) replaced."""
    keyring.cache_clear()
