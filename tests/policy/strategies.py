"""Random policies and questions out of the word list."""

from hypothesis import strategies as st

from camket.policy import Question, load_text, words
from camket.policy.kinds import DATA_ACTIONS, KINDS, STAFF_ACTIONS
from camket.policy.model import Clause

# Few words per family, so that promises and questions meet often; sensitive, forbidden, promotional ones among them.
SOME = {
    "roles": ["director", "customer_service", "marketing", "system"],
    "categories": ["name", "phone", "review", "location", "card_number"],
    "purposes": ["order", "delivery", "marketing", "market_research", "legal_request"],
    "sources": ["purchase", "newsletter", "bought_list"],
    "channels": ["email", "sms", "portal", "newsletter"],
    "recipients": ["carrier", "authority", "data_broker"],
    "facts": ["consent", "assignment", "agreement", "not_restricted"],
    "rights": ["erase", "correct", "complain"],
}
ACTIONS = [*DATA_ACTIONS, "erase", "correct", "complain", "sell", "share"]


def listed(family, *, some=True):
    """A list of words, and where the schema takes it now and then all of them."""
    named = st.lists(st.sampled_from(SOME[family]), min_size=1, max_size=3, unique=True)
    return named if some else st.one_of(named, named, st.just("all"))


def _fields(required, optional):
    return st.fixed_dictionaries(required, optional=optional)


def _openers(ids):
    more = {"needs": listed("facts"), "despite": st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True)}
    listing = {**more, "only": st.booleans()}
    scope = {"categories": listed("categories", some=False), "for": listed("purposes", some=False)}
    named = {"categories": listed("categories"), "for": listed("purposes", some=False)}
    deeds = st.lists(st.sampled_from(STAFF_ACTIONS), min_size=1, max_size=4, unique=True)
    return {
        "purpose": _fields(
            {"for": listed("purposes")},
            {
                **listing,
                "categories": scope["categories"],
                "basis": st.sampled_from(["contract", "consent", "law", "request"]),
            },
        ),
        "collect": _fields({"from": listed("sources")}, {**listing, **named}),
        "contact": _fields({"by": listed("channels")}, {**listing, "for": scope["for"]}),
        "disclose": _fields({"to": listed("recipients")}, {**listing, **scope}),
        "access": _fields({"roles": listed("roles", some=False)}, {**listing, **scope, "do": deeds}),
        "right": _fields(
            {"to": listed("rights")}, {**more, "through": listed("channels"), "categories": scope["categories"]}
        ),
    }


def _binders():
    banned = {
        "do": st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True),
        "categories": listed("categories"),
        "for": listed("purposes"),
        "from": listed("sources"),
        "by": listed("channels"),
        "to": listed("recipients"),
        "roles": listed("roles"),
    }
    return {
        "never": st.sets(st.sampled_from(sorted(banned)), min_size=1, max_size=3).flatmap(
            lambda names: st.fixed_dictionaries({name: banned[name] for name in sorted(names)})
        ),
        "locked": _fields({"fields": listed("categories")}, {}),
        "moderate": _fields({"what": listed("categories")}, {}),
        "safeguard": st.just({"measures": ["undertaking", "assignment", "own_server"]}),
        "keep": _fields({"circulate": st.just("P12M")}, {"categories": listed("categories")}),
        "complain": _fields({"through": listed("channels")}, {}),
        "duty": st.just({"to": ["third_party_consent"]}),
    }


def promises(ids):
    """One promise of any kind that has a say in decisions, as the model reads it from a file."""
    kinds = {**_openers(ids), **_binders()}
    return st.sampled_from(sorted(kinds)).flatmap(lambda kind: kinds[kind].map(KINDS[kind].model_validate))


def clauses(ids):
    """Clauses with these ids, each with one to three promises."""
    return st.tuples(*(st.lists(promises(ids), min_size=1, max_size=3).map(_clause(name)) for name in ids))


def _clause(name):
    return lambda listed: Clause(id=name, text=f"Câu {name}.", promises=tuple(listed))


EMPTY = load_text(
    """
camket: 1
shop: random
title: {text: Ngẫu nhiên}
clauses:
  - {id: title, heading: Ngẫu nhiên}
"""
)


def policy(clauses_):
    """A policy of these clauses. Their promises may contradict each other: the gate must stand that too."""
    return EMPTY._copy(tuple(clauses_), ())


IDS = ["1", "2", "3", "4", "10"]
policies = clauses(IDS).map(policy)


@st.composite
def questions(draw):
    """Questions of every action, with most of what the action is asked with."""

    def maybe(family):
        return draw(st.one_of(st.none(), st.sampled_from(SOME[family]), st.sampled_from(SOME[family])))

    missing = draw(st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(sorted(words().facts)), max_size=3)))
    return Question(
        draw(st.sampled_from(ACTIONS)),
        maybe("roles"),
        maybe("categories"),
        maybe("purposes"),
        maybe("sources"),
        maybe("channels"),
        maybe("recipients"),
        missing,
    )


@st.composite
def many_questions(draw):
    """A grid of questions that share their words: cheap to draw, and it meets many promises."""
    base = draw(questions())
    grid = [base._replace(action=action) for action in ACTIONS]
    grid += [one._replace(purpose=draw(st.sampled_from(SOME["purposes"]))) for one in grid]
    grid += [
        base._replace(category=category, action=action) for category in ("phone", "location") for action in DATA_ACTIONS
    ]
    grid += [one._replace(missing=frozenset()) for one in grid]
    return list(dict.fromkeys(grid))


OPENS = {
    "collect": ("purpose", "collect"),
    "read": ("purpose", "access"),
    "export": ("purpose", "access"),
    "disclose": ("purpose", "disclose", "access"),
    "contact": ("purpose", "contact"),
    "erase": ("right",),
}


@st.composite
def near_misses(draw):
    """A policy that nearly allows a question, the clause that may open it, and the questions around it.

    Random clauses seldom meet; here each check of one question gets a promise of its own, one of them in the added
    clause, bans stand in the way, and the added clause may or may not name them.
    """
    question = Question(
        draw(st.sampled_from(sorted(OPENS))),
        *(
            draw(st.sampled_from(SOME[family]))
            for family in ("roles", "categories", "purposes", "sources", "channels", "recipients")
        ),
    )
    kinds = OPENS[question.action]
    last = draw(st.sampled_from(kinds))
    base = [_opener(draw, kind, question, ["1", "2"]) for kind in kinds if kind != last or draw(st.booleans())]
    around = draw(st.lists(promises(["1", "2", "3"]), max_size=3))
    chunks = [[one] for one in (*base, *around)] or [[draw(promises(["1"]))]]
    policy_clauses = tuple(_clause(str(number))(chunk) for number, chunk in enumerate(chunks, 1))
    ids = [clause.id for clause in policy_clauses]
    new = _clause("50")([_opener(draw, last, question, ids), *draw(st.lists(promises(ids), max_size=1))])
    missing = draw(st.frozensets(st.sampled_from(SOME["facts"]), max_size=1))
    near = [question, question._replace(missing=missing), question._replace(role=None), draw(questions())]
    near += [question._replace(category=category) for category in SOME["categories"]]
    near += [question._replace(purpose=purpose) for purpose in SOME["purposes"]]
    return policy_clauses, new, list(dict.fromkeys(near))


def _opener(draw, kind, question, ids):
    content = {
        "purpose": {"for": question.purpose},
        "collect": {"from": question.source, "categories": question.category},
        "access": {"roles": question.role},
        "disclose": {"to": question.recipient},
        "contact": {"by": question.channel},
        "right": {"to": "erase", "through": question.channel},
    }[kind]
    extra = {}
    if draw(st.booleans()):
        extra["despite"] = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
    if draw(st.integers(0, 4)) == 0:
        extra["needs"] = draw(listed("facts"))
    if kind != "right" and draw(st.integers(0, 4)) == 0:
        extra["only"] = True
    return KINDS[kind].model_validate({**content, **extra})
