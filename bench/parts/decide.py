"""The gate's pure decision: ten thousand questions, no two alike, each asked once of rulebooks compiled anew."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from bench.ground import ROOT, Ground
from bench.result import Figure, Result, Table
from camket.law import floor
from camket.policy import Question, Rulebook, Verdict, compile_rulebook, decide, load, words

_SHOPS: Final = ("comet", "shop-001", "khatra", "shop-003", "1stwatch")
_ACTIONS: Final = ("collect", "read", "edit", "export", "publish", "disclose", "contact", "access", "correct", "erase")
_BLOCKS: Final = 20


def run(ground: Ground) -> Result:
    """Ask; per turn the median of twenty blocks, as a machine that others use disturbs some of them."""
    count = 500 if ground.quick else 10_000
    cpu: list[float] = []
    wall: list[float] = []
    told: Counter[str] = Counter()
    wrong = 0
    for turn in range(ground.repeats):
        books = _books()
        asked = questions(count, seed=turn)
        taken = [_block(books, asked[start:stop]) for start, stop in pairwise(_cuts(count))]
        cpu.append(sorted(one for one, _ in taken)[len(taken) // 2])
        wall.append(sorted(one for _, one in taken)[len(taken) // 2])
        answers = [decide(books[number % len(books)], question) for number, question in enumerate(asked)]
        told.update(answer.verdict.value for answer in answers)
        wrong += sum(not holds(books[number % len(books)], question) for number, question in enumerate(asked))
    found = Result(wrong=wrong, notes=[_NOTE.replace("\n", " ")])
    figure = Figure(f"decide, {count:,} distinct questions", "µs", 3.0, 1.0, cpu=tuple(cpu), wall=tuple(wall))
    found.figures.append(figure)
    rows = tuple((verdict, f"{number:,}") for verdict, number in sorted(told.items()))
    found.tables.append(Table("What the answers were, all turns", ("verdict", "questions"), rows))
    return found


_NOTE: Final = """The questions are drawn from all words of every dimension, half of them near what the five shops'
policies speak of, each with its own set of missing facts; none occurs twice and each rulebook, compiled anew for each
turn, is asked each once. Nothing is remembered between questions. The check: what is allowed stays so with every fact
met, and does not rest on the same clauses when the facts that it needs are missing; what is refused stays so with no
fact met."""


def _books() -> list[Rulebook]:
    policies = [load(ROOT / "policies" / f"{name}.yaml") for name in _SHOPS]
    return [compile_rulebook(policy, floor(policy.law)) for policy in policies]


def questions(count: int, *, seed: int) -> list[Question]:
    """Draw questions until there are so many different ones."""
    chance = random.Random(seed)  # noqa: S311 (questions need no secret)
    found: dict[Question, None] = {}
    for question in _drawn(chance):
        found[question] = None
        if len(found) == count:
            return list(found)
    raise ValueError("the questions ended")


def _drawn(chance: random.Random) -> Iterator[Question]:
    known = words()
    facts = sorted(known.facts)
    families: list[Sequence[str | None]] = [
        [None, *sorted(family)]
        for family in (known.roles, known.categories, known.purposes, known.sources, known.channels, known.recipients)
    ]
    near: list[Sequence[str | None]] = [
        ["customer_service", "system", "customer"],
        ["name", "phone", "email", "postal_address", "order"],
        ["order", "delivery", "after_sales", "answer_enquiry", "marketing"],
        ["purchase", "order_phone", "feedback", "newsletter"],
        ["portal", "email", "sms", "phone"],
        ["carrier", "authority"],
    ]
    while True:
        chosen = near if chance.random() < 0.5 else families
        role, category, purpose, source, channel, recipient = (chance.choice(family) for family in chosen)
        missing = frozenset(chance.sample(facts, chance.randint(0, 4)))
        yield Question(chance.choice(_ACTIONS), role, category, purpose, source, channel, recipient, missing)


def _cuts(count: int) -> list[int]:
    return [count * one // _BLOCKS for one in range(_BLOCKS + 1)]


def _block(books: Sequence[Rulebook], asked: Sequence[Question]) -> tuple[float, float]:
    """Give microseconds of CPU and of wall time per question; the questions go round the shops."""
    pairs = [(books[number % len(books)], question) for number, question in enumerate(asked)]
    cpu, wall = time.process_time(), time.perf_counter()
    for book, question in pairs:
        decide(book, question)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return 1e6 * cpu / len(pairs), 1e6 * wall / len(pairs)


def holds(book: Rulebook, question: Question) -> bool:
    """Check an answer by asking again with more or fewer facts met."""
    if decide(book, question).verdict is not Verdict.ALLOW:
        every = frozenset(words().facts)
        return decide(book, question._replace(missing=every)).verdict is not Verdict.ALLOW
    met = decide(book, question._replace(missing=frozenset()))
    without = question._replace(missing=question.missing | met.needs)
    lacks = decide(book, without)
    return met.verdict is Verdict.ALLOW and (not met.needs or lacks.citations != met.citations or not lacks.allowed)
