"""The installation's keyring, over the wrapping key file (and key service) named in the settings."""

from functools import cache
from pathlib import Path

from django.conf import settings

from camket.crypto.keyring import Keyring
from camket.crypto.providers import setting
from camket.crypto.providers.custody import Custody
from camket.crypto.providers.live import LiveProvider
from camket.crypto.providers.local import LocalProvider
from camket.store.models import ShopSecret


@cache
def keyring() -> Keyring:
    """Open the key file, made at the first start. `KeyFileError` when it is missing, damaged, open or wrong.

    A new key is never made while the database already holds secrets that only the lost one would open.
    """
    return Keyring(live())


@cache
def live() -> LiveProvider:
    """Give the key file as it is now: it is read again when it changes, so that a rotation needs no restart."""
    provider()
    return LiveProvider(path(), custody())


def open_at_start() -> None:
    """Open the keys, where the database needs any, before something is served or worked on.

    A missing file and a key service that is away are told at the start, not to the first customer; processes that are
    forked afterwards hold the opened keys already.
    """
    if ShopSecret.objects.exists():
        live()


def provider() -> LocalProvider:
    """Open, or at the first start make, the wrapping key file of the settings."""
    return LocalProvider.open_or_create(path(), existing=ShopSecret.objects.exists(), custody=custody())


def path() -> Path:
    """Tell where the key file is."""
    return Path(settings.CAMKET_KEYS)


def custody() -> Custody:
    """Tell who closes the keys in the file: nobody, or a key service."""
    return setting.custody(settings.CAMKET_KEY_SERVICE)


def forget() -> None:
    """Drop the opened key file, after it was restored or (in tests) replaced."""
    keyring.cache_clear()
    live.cache_clear()
