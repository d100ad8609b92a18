"""Plain: the type of an opened personal value.

INVARIANT: whatever prints, formats, copies or serialises a Plain meets its mask; the text comes out only through
`reveal`, with the very token object it was made under. The vault room holds that token and hands it to nobody.
This guards against accidents (logs, error pages, f-strings, JSON), not against code that reaches into another
object's private slots.
"""

from typing import Never, NoReturn, Self, SupportsIndex

MASK = "•••"


class Token:
    """A capability: whoever holds the object may reveal the values made under it. Compared by identity."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<Token>"

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> Never:
        raise TypeError("a token cannot be copied or pickled")


class Plain:
    """One opened value; shows `masked` wherever text is expected.

    Equality and hash are those of the object, not of the value, so that sets and comparisons tell nothing.
    """

    __slots__ = ("__masked", "__text", "__token")
    __masked: str
    __text: str
    __token: Token

    def __init__(self, text: str, *, token: Token, masked: str = MASK) -> None:
        if hasattr(self, "_Plain__text"):
            raise AttributeError("an opened value cannot be changed")
        _set_text(self, text)
        _set_token(self, token)
        _set_masked(self, masked)

    @property
    def masked(self) -> str:
        return self.__masked

    def reveal(self, token: Token) -> str:
        """Give the text to the holder of the token; raise PermissionError for any other."""
        if token is not self.__token:
            raise PermissionError("only the room that opened this value may reveal it")
        return self.__text

    def __str__(self) -> str:
        return self.__masked

    def __repr__(self) -> str:
        return f"<Plain {self.__masked}>"

    def __format__(self, spec: str) -> str:
        return format(self.__masked, spec)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        # Slots are filled once, by the constructor; the value never changes afterwards.
        raise AttributeError("an opened value cannot be changed")

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        raise TypeError("an opened value cannot be pickled")


# Past the guard above, for the constructor: the slots' own setters.
_set_text, _set_token, _set_masked = (vars(Plain)[f"_Plain__{name}"].__set__ for name in ("text", "token", "masked"))
