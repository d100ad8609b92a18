from typing import NoReturn, SupportsIndex

from camket.base.plain import Plain, Token


class Message:
    """One message opened for sending. Shows masks everywhere; only a provider calls `reveal`, at the wire.

    INVARIANT 1: made by whoever may open the sealed parameters, handed straight to a provider, kept nowhere.
    """

    __slots__ = ("_text", "_title", "_to", "_token")

    def __init__(self, *, to: str, text: str, title: str = "") -> None:
        self._token = Token()
        self._to = Plain(to, token=self._token)
        self._text = Plain(text, token=self._token)
        self._title = Plain(title, token=self._token)

    def reveal(self) -> tuple[str, str, str]:
        """Give address, title and text."""
        return (self._to.reveal(self._token), self._title.reveal(self._token), self._text.reveal(self._token))

    def __repr__(self) -> str:
        return "<Message •••>"

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        raise TypeError("an opened message cannot be copied or pickled")
