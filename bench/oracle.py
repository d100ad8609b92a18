"""Knows what each answer must be, and counts the wrong ones. A benchmark with one wrong answer is no benchmark."""

from collections.abc import Mapping

from bench import people


class Oracle:
    """Compares answers with `people`; the first few wrong ones are kept by their number, never by value."""

    def __init__(self) -> None:
        self.right = 0
        self.wrong = 0
        self.first_wrong: list[int] = []

    def looked(self, number: int, values: Mapping[str, str]) -> None:
        """Compare what a look at three fields gave with the person of that number."""
        wanted = people.profile(number)
        self.same(number, values, {name: wanted[name] for name in people.LOOKED})

    def same(self, number: int, given: object, wanted: object) -> None:
        if given == wanted:
            self.right += 1
            return
        self.wrong += 1
        if len(self.first_wrong) < 5:
            self.first_wrong.append(number)
