"""C6: whatever is sent, the answer is a document with a 2xx or 4xx, never a surprise."""

import json
from uuid import UUID

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import clock
from tests import cast
from tests.answering import body, quick_body

pytestmark = pytest.mark.django_db

ODD_NUMBERS = st.one_of(
    st.integers(-(10**40), 10**40), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([2**31, 2**63, -(2**63) - 1, 1e308])
)
ODD_TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", " ", "2026-02-30", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "24:00", "é"]
    ),
    st.uuids().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.times().map(str),
)
LEAVES = st.one_of(st.none(), st.booleans(), ODD_NUMBERS, ODD_TEXTS)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXTS, inner, max_size=3), max_leaves=6)

DAY = "/api/v1/check-ins/{today}/"
SOMETHING = UUID(int=7)
# Filled in when sent, so that what is left unspoilt is good enough to be kept.
FRESH = {"client_id": "{new}"}
DOORS = [
    ("patch", "/api/v1/me/", {"name": "A", "timezone": "UTC", "language": "en"}),
    ("put", DAY, body(tension=3, feelings=["calm"], note="n", shared_line="s", answered_at="{today}T12:00:00Z") | FRESH),
    ("put", DAY, quick_body() | FRESH),
    ("post", "/api/v1/check-ins/batch/", {"items": [body(date="{today}") | FRESH, body(date="{today}", version=1)]}),
    ("post", "/api/v1/answers/", {"token": "t", "quick": "closer", "client_id": str(SOMETHING)}),
    ("post", "/api/v1/couples/accept/", {"code": "ABCDE-FGHJK"}),
    ("post", "/api/v1/couples/leave/", {"quietly": True}),
    ("post", f"/api/v1/couples/invitations/{SOMETHING}/confirm/", {}),
    ("patch", "/api/v1/choices/", {"sharing": "levels", "prompt_mode": "none", "show_pattern": True, "paused": False, "safety": False}),
    ("patch", "/api/v1/reminders/", {"reminders_on": True, "reminder_time": "20:00", "quiet_from": "22:00", "quiet_until": "07:00"}),
    ("put", "/api/v1/prompts/mute/", {"days": 7}),
    ("put", f"/api/v1/prompts/{SOMETHING}/reaction/", {"reaction": "helped"}),
    ("post", "/api/v1/devices/", {"kind": "webpush", "endpoint": "https://x.example/", "p256dh": "a", "auth": "b", "name": "c"}),
]


@st.composite
def spoilt(draw, form):
    """A good form with some of its values replaced, left out or added."""
    if draw(st.integers(0, 5)) == 0:
        return draw(VALUES)
    data = dict(form)
    for name in draw(st.lists(st.sampled_from([*form, "unknown"]), max_size=3)):
        if draw(st.booleans()):
            data[name] = draw(VALUES)
        else:
            data.pop(name, None)
    if isinstance(data.get("items"), list) and draw(st.booleans()):
        data["items"] = [draw(spoilt(one)) if isinstance(one, dict) else one for one in data["items"]]
    return data


@pytest.mark.parametrize("method, path, form", DOORS, ids=[f"{method} {path}" for method, path, _ in DOORS])
def test_c6_no_body_is_a_surprise(method, path, form):
    team = cast.full_cast(now=clock.now())
    client = cast.signed_in(team.alice)
    today = client.get("/api/v1/couples/").json()["since"]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=spoilt(form), version=st.sampled_from([None, '"1"', '"99999999"', "x"]), new=st.uuids())
    def attempt(data, version, new):
        cache.clear()
        sent = json.dumps(data).replace("{today}", today).replace("{new}", str(new))
        headers = {"If-Match": version} if version else {}
        answer = getattr(client, method)(path.format(today=today), sent, content_type="application/json", headers=headers)
        assert answer.status_code < 500
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"

    attempt()


@pytest.mark.parametrize("path", ["/api/v1/check-ins/", "/api/v1/dashboard/", "/api/v1/prompts/", "/api/v1/devices/"])
@pytest.mark.parametrize(
    "query", ["?weeks=%00", "?cursor=%ff", "?page_size=1e9", "?format=%00", "?ordering=note", "?" + "a=1&" * 2000, "?%F0%28%8C%28"]
)
def test_c6_no_query_is_a_surprise(path, query):
    client = cast.signed_in(cast.person("Alice"))
    assert client.get(path + query).status_code < 500
