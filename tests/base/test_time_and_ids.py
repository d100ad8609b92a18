"""Ids grow and tell their moment; moments need a zone; periods end where the calendar says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base import clock
from camket.base.actor import Actor
from camket.base.clock import Period
from camket.base.errors import BadValueError, CamketError
from camket.base.format import count, day, moment, money
from camket.base.ids import time_of, uuid7

NOW = datetime(2026, 11, 22, 8, 5, tzinfo=UTC)


@given(st.lists(st.integers(0, (1 << 48) - 1), min_size=1, max_size=50))
def test_ids_grow_as_long_as_time_does_not_go_back(moments: list[int]) -> None:
    made = [uuid7(at) for at in sorted(moments)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert [time_of(one) for one in made] == sorted(moments)
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_many_ids_of_one_millisecond_are_in_order() -> None:
    made = [uuid7(5) for _ in range(20_000)]
    assert made == sorted(set(made))


def test_a_moment_outside_is_refused() -> None:
    for at in (-1, 1 << 48):
        with pytest.raises(ValueError, match="outside"):
            uuid7(at)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.to_ms(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive by contract
def test_milliseconds_and_back(at: datetime) -> None:
    assert clock.from_ms(clock.to_ms(at)) <= at < clock.from_ms(clock.to_ms(at)) + timedelta(milliseconds=1)


def test_the_day_is_that_of_vietnam() -> None:
    assert clock.vietnam_day(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("P1M", (2026, 1, 31), (2026, 2, 28)),
        ("P36M", (2024, 2, 29), (2027, 2, 28)),
        ("P3Y", (2026, 11, 22), (2029, 11, 22)),
        ("P90D", (2026, 11, 22), (2027, 2, 20)),
        ("P2W", (2026, 12, 25), (2027, 1, 8)),
        ("P1Y2M3D", (2026, 11, 30), (2028, 2, 2)),
    ],
)
def test_periods(period: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    noon = datetime(*start, 5, tzinfo=UTC)
    assert Period.parse(period).after(noon) == datetime(*end, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "P", "36M", "P0M", "P1H", "PT1H", "P-1M", "P1M ", "p1m", "P1.5M"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="P36M"):
        Period.parse(text)


def test_how_people_read_it() -> None:
    assert (day(date(2026, 2, 3)), moment(NOW), money(1_250_000), money(-5000), count(12_480)) == (
        "03/02/2026",
        "15:05 22/11/2026",
        "1.250.000 ₫",
        "-5.000 ₫",
        "12.480",
    )


def test_actors_name_who_they_are() -> None:
    assert Actor.public() == Actor(kind="public")
    assert Actor.worker("sweep").id == "sweep"
    for kind in ("staff", "system", "customer"):
        with pytest.raises(ValueError, match="needs an id"):
            Actor(kind=kind)
    with pytest.raises(ValueError, match="one of"):
        Actor(kind="robot", id="1")


def test_errors_speak_both_languages_and_give_advice() -> None:
    error = CamketError("sai", "wrong", "sửa", "mend", "x.y", field="phone", clauses=("1.2",))
    assert (error.message("vi"), error.message("en"), error.advice("vi"), error.advice("en")) == (
        "sai",
        "wrong",
        "sửa",
        "mend",
    )
    assert str(error) == "phone: wrong (mend)"
    named = BadValueError("sai", "wrong", "sửa", "mend", "x").at("email")
    assert (named.field, named.code, str(named)) == ("email", "x", "email: wrong (mend)")
