"""When the watch speaks, as numbers: floor, habit, handed-out work, doublings."""

from hypothesis import given
from hypothesis import strategies as st

from camket.watch import rules
from camket.watch.rules import Thresholds, Verdict

LIMITS = Thresholds(subjects=30, times=3, refusals=20)
COUNTS = st.integers(0, 5_000)


def test_a_quiet_clerk_may_always_look_at_some() -> None:
    assert rules.many_subjects(30, given=0, usual=0, limits=LIMITS) is None
    assert rules.many_subjects(31, given=0, usual=2, limits=LIMITS) == Verdict(0, 2, 30)


def test_a_busy_clerk_is_measured_by_their_own_habit() -> None:
    assert rules.many_subjects(120, given=0, usual=40, limits=LIMITS) is None
    assert rules.many_subjects(121, given=0, usual=40, limits=LIMITS) == Verdict(0, 40, 120)


def test_work_that_others_gave_explains_itself() -> None:
    assert rules.many_subjects(330, given=300, usual=5, limits=LIMITS) is None
    assert rules.many_subjects(331, given=300, usual=5, limits=LIMITS) == Verdict(0, 5, 330)


def test_each_doubling_is_told_again() -> None:
    levels = [rules.many_refusals(count, limits=LIMITS) for count in (20, 21, 40, 41, 80, 81, 20_481)]
    assert [verdict and verdict.level for verdict in levels] == [None, 0, 0, 1, 1, 2, 10]


def test_a_newcomer_is_measured_by_the_colleagues_until_their_own_days_are_enough() -> None:
    assert rules.habit([90, 90, 90, 90], [10, 12, 14]) == 12
    assert rules.habit([90, 90, 90, 90, 90], [10, 12, 14]) == 90
    assert rules.habit([], []) == 0
    # One wild day does not become a habit: the median, not the mean.
    assert rules.habit([10, 10, 10, 10, 900], []) == 10


def test_days_are_vietnamese_and_hours_are_hours() -> None:
    midnight_hanoi = 1_772_384_400_000  # 2026-03-02 00:00 +07:00
    assert rules.day_of(midnight_hanoi) == rules.day_of(midnight_hanoi + rules.DAY_MS - 1) == midnight_hanoi
    assert rules.day_of(midnight_hanoi - 1) == midnight_hanoi - rules.DAY_MS
    assert rules.hour_of(midnight_hanoi + 3_599_999) == midnight_hanoi


@given(COUNTS, COUNTS, st.integers(0, 100), COUNTS)
def test_more_is_never_less_unusual_and_more_work_never_more(count: int, given_: int, usual: int, more: int) -> None:
    one = rules.many_subjects(count, given=given_, usual=usual, limits=LIMITS)
    two = rules.many_subjects(count + more, given=given_, usual=usual, limits=LIMITS)
    eased = rules.many_subjects(count, given=given_ + more, usual=usual, limits=LIMITS)
    assert (-1 if one is None else one.level) <= (-1 if two is None else two.level)
    assert (-1 if eased is None else eased.level) <= (-1 if one is None else one.level)
