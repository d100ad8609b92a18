"""What the benchmarks count with: the oracle, the operations, the page. None of it is timed."""

import json
from collections import Counter

import pytest

from bench import gdpr, load, page, peer
from bench.gdpr import FIELDS, MIXES, Model, Op, Size, operations
from bench.oracle import Oracle
from bench.parts import decide as decide_part
from bench.people import LOOKED, PROFILE, profile
from bench.result import Figure, Kept, Result, Table
from camket.base.values import accept
from camket.policy import words

SMALL = Size(1000)


def test_made_up_people_pass_every_check_unchanged():
    for number in range(1000, 1400, 7):
        for name, text in profile(number).items():
            pack = words().categories[name]
            assert accept(text, normalise=pack.normalise, validate=pack.validate) == text


def test_the_oracle_counts_one_wrong_letter():
    oracle = Oracle()
    right = {name: profile(1234)[name] for name in LOOKED}
    oracle.looked(1234, right)
    oracle.looked(1234, right | {"email": "khach1235@example.com"})
    oracle.looked(1234, {})
    assert (oracle.right, oracle.wrong) == (1, 2)


class Searched:
    """GDPRbench's table, by brute force: every row is looked at for every question."""

    def __init__(self, size):
        self.rows = {key: gdpr.record(size, key) for key in range(size.records)}
        self.size = size

    def do(self, op):
        place, width = op.kind.rpartition("_")[2], 9 if op.kind.startswith("readm") else 10
        if op.kind in {"getlog", "verifydel"}:
            return op.lines
        if op.kind == "insert":
            self.rows[op.key] = gdpr.record(self.size, op.key)
            return 1
        if place == "key":
            keys = [op.key] if op.key in self.rows else []
        else:
            at, wanted = FIELDS.index(place), gdpr.value(self.size, op.key, place)
            keys = [key for key, row in self.rows.items() if row[at] == wanted]
        if op.kind.startswith("read"):
            return sorted(tuple(self.rows[key][:width]) for key in keys)
        for key in keys:
            if op.kind.startswith("del"):
                del self.rows[key]
            elif op.field:
                self.rows[key][FIELDS.index(op.field)] = op.value
        return len(keys)


@pytest.mark.parametrize("mix", MIXES)
def test_the_model_answers_as_a_table_that_is_searched_whole(mix):
    model, table = Model(SMALL), Searched(SMALL)
    answers = [(model.apply(op), table.do(op)) for op in operations(mix, SMALL, 300, seed=3)]
    assert all(one == other for one, other in answers)
    assert any(isinstance(one, list) or one for one, _ in answers)


@pytest.mark.parametrize("mix", MIXES)
def test_a_users_records_stay_in_one_lane(mix):
    """Several connections leave the answers certain only if no two of them touch one user."""
    lanes, model = {}, Model(SMALL)
    for op in operations(mix, SMALL, 400, seed=5):
        if op.kind.endswith(("_key", "_USR")) or op.kind == "insert":
            users = {op.key % SMALL.users} | ({int(op.value[4:])} if op.field == "USR" else set())
            assert {lanes.setdefault(user, op.lane) for user in users} == {op.lane}
        model.apply(op)


def test_the_mixes_keep_their_shares():
    counted = Counter(op.kind for op in operations("p_regulator", SMALL, 4000, seed=1))
    assert counted["readm_USR"] / 4000 == pytest.approx(0.46, abs=0.03)
    assert counted["getlog"] / 4000 == pytest.approx(0.31, abs=0.03)


def test_a_figure_holds_by_its_median_on_each_side():
    figure = Figure("x", "x", 1.5, 1.2, cpu=(1.1, 1.4, 9.0), wall=(1.0, 1.1, 1.6))
    assert (figure.holds("cpu", 1.5), figure.holds("cpu", 1.2)) == (True, False)
    assert figure.holds("wall", 1.2) is True
    assert Figure("x", "/s", 10, 20, "more", wall=(9.0,)).holds("wall", 10) is False
    assert Figure("x", "bytes", 10, 20, wall=(9.0,)).holds("cpu", 10) is None


def test_the_page_says_what_does_not_hold(tmp_path):
    figures = [Figure("slow thing", "x", 1.0, 0.5, cpu=(2.0,), wall=(0.4,))]
    kept = Kept("decide", False, {"cpu": "one"}, Result(figures, [Table("t", ("a",), (("1",),))], ["note"]))
    kept.write(tmp_path)
    page.write(tmp_path, tmp_path / "README.md")
    written = (tmp_path / "README.md").read_text()
    assert "| decide | slow thing (x) | 2.00 | 0.40 | ≤ 1.00 | ≤ 0.50 | **no** | aim |" in written
    assert page.kept(tmp_path) == [kept]


def test_the_page_in_the_repository_is_made_of_its_results():
    if page.PAGE.exists():
        assert page.PAGE.read_text("utf-8") == page.render(page.kept())


def _answered(number, status, body):
    head = f"HTTP/1.1 {status} X\r\ncontent-length: 1\r\n\r\n".encode()
    return load.Answered(0, 0.001, head + json.dumps(body).encode())


def test_the_load_counts_wrong_values_and_refusals():
    items = [{"category": name, "value": profile(7000)[name]} for name in LOOKED]
    swapped = [*items[:2], {"category": "email", "value": "khach7001@example.com"}]
    run = load.Run(
        answered=[
            _answered(0, 200, {"items": items, "entry": "e1"}),
            _answered(0, 200, {"items": swapped, "entry": "e2"}),
            _answered(0, 503, {"error": {}}),
        ],
        broken=1,
        wall=1.0,
    )
    told = load.judge(run, [7000], looked=True)
    assert (told["right"], told["wrong"], told["good"], told["failed"]) == (1, 1, 2, 2)
    assert told["entries"] == ["e1", "e2"]


def test_the_questions_are_all_different_and_their_answers_hold():
    asked = decide_part.questions(400, seed=1)
    books = decide_part._books()
    assert len(set(asked)) == 400
    verdicts = {decide_part.decide(books[0], question).verdict.value for question in asked}
    assert verdicts == {"allow", "deny", "gap"}
    assert all(decide_part.holds(books[0], question) for question in asked)


def test_the_peers_bar_lies_between_its_memory_and_its_disk():
    fast, slow = peer.bar(100_000, "create", 8, 0.0), peer.bar(100_000, "create", 8, peer.SYNC_MS)
    between = peer.bar(100_000, "create", 8, peer.SYNC_MS / 2)
    assert (fast.per_second, slow.per_second) == (537, pytest.approx(379))
    assert slow.per_second < between.per_second < fast.per_second


def test_a_profile_has_what_is_put_and_looked_at():
    assert set(LOOKED) < set(PROFILE) == set(profile(1))
    assert Op(0, "read_key", 1).lines == 0
