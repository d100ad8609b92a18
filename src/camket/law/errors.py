"""What can go wrong with the law packs."""

from camket.base.errors import CamketError


class LawError(CamketError):
    """A law pack that does not exist or cannot be read."""
