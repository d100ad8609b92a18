"""Seals, keys and blind indexes, as a plain library: no Django, no clock, no IO outside `providers`."""

from camket.crypto.errors import KeyFileError, SealError
from camket.crypto.keyring import Keyring, Provider
from camket.crypto.seal import KEY_BYTES, Opener, aad, seal, unseal

__all__ = ["KEY_BYTES", "KeyFileError", "Keyring", "Opener", "Provider", "SealError", "aad", "seal", "unseal"]
