"""Schemathesis over the OpenAPI document, in process: every check, a fixed seed, and nothing found."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation

from camket.api import limits
from camket.project import wsgi

CONFIG = {
    "seed": 20260105,
    "checks": {
        # A body can fit its schema and still not be a phone number or a code that was sent: 422 says so.
        # A list with more rows than allowed may be a body beyond the limit, which is refused before it is read.
        "negative_data_rejection": {
            "expected-statuses": [
                "400",
                "401",
                "403",
                "404",
                "405",
                "406",
                "409",
                "413",
                "415",
                "422",
                "428",
                "429",
                "5xx",
            ]
        },
        "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422", "429"]},
    },
}


# Past the question that a server asks its database before the first request: the document is read without one.
application = wsgi.application.inner
schema = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", application, config=SchemathesisConfig.from_dict(CONFIG)
)


@pytest.fixture(autouse=True)
def _one_connection(settings):
    """Keep the test's connection and transaction across requests, as Django's own test client does.

    It knocks with wrong keys all the time: what it would get for that is tests/api/test_limits.py.
    """
    settings.CAMKET_RATE_STRANGER = "0"
    limits.doorkeeper.cache_clear()
    both = (request_started, request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    yield
    for signal in both:
        signal.connect(close_old_connections)


bounded = settings(
    max_examples=5,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@schema.parametrize()
@bounded
def test_strangers_ids(case, doors) -> None:
    """Made-up ids: whatever is sent is answered as the document says."""
    case.call_and_validate(headers={"Authorization": f"Bearer {doors.director.token}"})


@schema.parametrize()
@bounded
def test_a_customer_of_the_shop(case, doors, minh) -> None:
    """A person who is there and a key that fits, unless the very address or headers are what is wrong."""
    headers = {}
    if "subject_id" in case.path_parameters and _meant(case, ParameterLocation.PATH):
        case.path_parameters["subject_id"] = str(minh)
    if _meant(case, ParameterLocation.HEADER):
        headers["Authorization"] = f"Bearer {doors.clerk.token}"
    case.call_and_validate(headers=headers)


def _meant(case, place: ParameterLocation) -> bool:
    part = case.meta.components.get(place)
    return part is None or part.mode is not GenerationMode.NEGATIVE
