"""What a shop may set for itself: a closed list, each with its values; the first value stands unless changed."""

from typing import Final

# name: (values, vi, en)
SETTINGS: Final = {
    "own_server": (
        ("yes", "no"),
        "phần mềm chạy trên máy chủ của chính cửa hàng",
        "the software runs on the shop's own server",
    ),
}


def value_of(stored: dict[str, str], name: str) -> str:
    """Give the value in force: what the shop stored, else the first of the list."""
    return stored.get(name, SETTINGS[name][0][0])
