"""Allowing a therapist something: each alone, by a code, in words that were read, until a day; and stopping in one tap."""

from datetime import timedelta

import pytest

from backend import clock
from backend.care import services as care
from backend.consents import services
from backend.consents.models import Consent
from backend.consents.queries import allowed_by
from backend.couples import services as couples
from backend.errors import Invalid, NotFound
from tests.cast import EVENING, full_cast, pair, person, signed_in
from tests.consenting import ALL, agree, allow, code_of, therapist, verified

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def cast(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return full_cast()


@pytest.fixture
def thea():
    return therapist()


def enter(someone, code, now=EVENING):
    return services.enter_code(person=someone, code=code, address=f"2001:db8::{someone.pk:x}", now=now)


def shown(thea, link, now=EVENING):
    found = allowed_by(therapist_id=thea.pk, links=[link.pk], now=now)
    return found[link.pk].scopes if link.pk in found else None


def test_entering_a_code_allows_nothing_yet(cast, thea):
    link, code = code_of(thea)
    for one in (cast.alice, cast.bob):
        assert enter(one, code).state == Consent.State.OPEN
    assert shown(thea, link) is None


def test_a_code_entered_twice_by_one_person_finds_what_stands_and_counts_once(cast, thea):
    link, code = code_of(thea)
    given = allow(cast.alice, link, code)
    assert enter(cast.alice, code) == given
    assert shown(thea, link) is None


def test_a_code_answers_both_partners_alike_whoever_was_first(cast, thea):
    _, code = code_of(thea)
    pages = []
    for one in (cast.alice, cast.bob):
        client = signed_in(one)
        page = client.get(client.post("/you/therapists/", {"code": code}).headers["Location"]).content.decode()
        pages.append(page.split("<main")[1].split("</main>")[0].partition("csrfmiddlewaretoken")[0])
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "case", ["guessed", "too late", "let go", "verification withdrawn", "another couple's", "one's own", "one's partner's"]
)
def test_a_code_that_cannot_be_used_says_the_same_whatever_the_reason(cast, thea, case):
    link, code = code_of(thea)
    someone, now = cast.alice, EVENING
    if case == "guessed":
        code = "AAAAA-AAAAA"
    elif case == "too late":
        now = EVENING + 14 * DAY
    elif case == "let go":
        care.let_go(therapist=thea, link_id=link.pk, now=EVENING)
    elif case == "verification withdrawn":
        care.decide(therapist_id=thea.pk, state="withdrawn", note="Ended.", by=thea, now=EVENING)
    elif case == "another couple's":
        pair(cast.charlie, cast.dana)
        enter(cast.charlie, code)
    else:
        link, code = code_of(verified(cast.alice))
        someone = cast.alice if case == "one's own" else cast.bob
    with pytest.raises(couples.CodeNotUsable):
        enter(someone, code, now)


def test_somebody_alone_is_told_that_this_is_for_two(cast, thea):
    _, code = code_of(thea)
    with pytest.raises(services.NotPaired):
        enter(cast.charlie, code)


def test_codes_cannot_be_found_by_trying(cast):
    client = signed_in(cast.alice)
    for _ in range(couples.TRIES_PER_PERSON):
        client.post("/you/therapists/", {"code": "AAAAA-AAAAA"})
    assert "Please wait a little" in client.post("/you/therapists/", {"code": "AAAAA-AAAAA"}).content.decode()


@pytest.mark.parametrize(
    "terms",
    [
        {"scopes": ()},
        {"scopes": ("notes",)},
        {"scopes": ("summary", "everything")},
        {"days": 0},
        {"days": -1},
        {"days": 90.00001},
        {"days_back": -1},
    ],
)
def test_terms_that_cannot_be_are_refused_and_what_stood_stands(cast, thea, terms):
    link, code = code_of(thea)
    allow(cast.bob, link, code)
    allow(cast.alice, link, code)
    with pytest.raises(Invalid):
        agree(cast.alice, link, **({"scopes": ALL, "days": 28, "days_back": 0, "now": EVENING} | terms))
    assert shown(thea, link) == set(ALL)


def test_ninety_days_are_possible(cast, thea):
    link, code = code_of(thea)
    assert allow(cast.alice, link, code, days=90).ends_at == EVENING + 90 * DAY


def test_older_words_are_asked_again(cast, thea):
    link, code = code_of(thea)
    enter(cast.alice, code)
    body = {"scopes": "summary", "days_back": 0, "days": 28, "wording_version": "2020-01"}
    answer = signed_in(cast.alice).post(f"/you/therapists/{link.pk}/", body)
    assert "The wording has changed" in answer.content.decode()
    assert Consent.objects.get().state == Consent.State.OPEN


def test_a_consent_keeps_the_version_and_language_of_its_words(cast, thea):
    link, code = code_of(thea)
    given = allow(cast.alice, link, code)
    assert (given.wording_version, given.language, given.purpose) == (services.WORDING_VERSION, "en", "sessions")


def test_other_terms_are_another_consent(cast, thea):
    link, code = code_of(thea)
    allow(cast.alice, link, code)
    agree(cast.alice, link, scopes=["summary"], days=7, days_back=0, now=EVENING)
    agree(cast.alice, link, scopes=["levels"], days=7, days_back=0, now=EVENING + 8 * DAY)
    states = Consent.objects.order_by("opened_at", "given_at").values_list("state", "scopes")
    assert list(states) == [("replaced", sorted(ALL)), ("expired", ["summary"]), ("given", ["levels"])]


def test_a_member_who_did_not_enter_the_code_cannot_allow_or_stop_anything(cast, thea):
    link, code = code_of(thea)
    allow(cast.alice, link, code)
    for one in (cast.bob, cast.charlie, thea):
        with pytest.raises(NotFound):
            agree(one, link, scopes=ALL, days=7, days_back=0, now=EVENING)
        with pytest.raises(NotFound):
            services.withdraw(person=one, link_id=link.pk, now=EVENING)
        assert signed_in(one).get(f"/you/therapists/{link.pk}/").status_code == 404


def test_stopping_takes_one_tap_and_pressing_twice_is_still_done(cast, thea):
    link, code = code_of(thea)
    allow(cast.alice, link, code)
    allow(cast.bob, link, code)
    client = signed_in(cast.alice)
    for _ in range(2):
        assert client.post(f"/you/therapists/{link.pk}/stop/").status_code == 302
    assert shown(thea, link) is None


def test_nothing_on_ones_pages_tells_what_the_partner_did(cast, thea):
    link, code = code_of(thea)
    allow(cast.bob, link, code)
    client = signed_in(cast.bob)
    addresses = ("/you/therapists/", f"/you/therapists/{link.pk}/", "/you/", "/you/sharing/", "/together/")

    def seen():
        return [client.get(address).content.decode().split("<main")[1].partition("csrfmiddlewaretoken")[0] for address in addresses]

    before = seen()
    allow(cast.alice, link, code)
    assert seen() == before
    services.withdraw(person=cast.alice, link_id=link.pk, now=EVENING)
    assert seen() == before


def test_pairing_again_with_the_same_partner_revives_no_consent_and_no_code(cast, thea):
    link, code = code_of(thea)
    for one in (cast.alice, cast.bob):
        allow(one, link, code)
    couples.leave(person=cast.alice, quietly=False, now=EVENING)
    pair(cast.alice, cast.bob)
    assert shown(thea, link) is None
    assert signed_in(cast.alice).get(f"/you/therapists/{link.pk}/").status_code == 404
    with pytest.raises(NotFound):
        agree(cast.alice, link, scopes=ALL, days=7, days_back=0, now=EVENING)
    with pytest.raises(couples.CodeNotUsable):
        enter(cast.alice, code)


def test_each_of_two_therapists_is_allowed_for_itself(cast, thea):
    tom = therapist("Tom")
    (first, code), (second, other) = code_of(thea), code_of(tom)
    for one in (cast.alice, cast.bob):
        allow(one, first, code, scopes=["summary"])
        allow(one, second, other, scopes=["levels"])
    assert (shown(thea, first), shown(tom, second)) == ({"summary"}, {"levels"})
    assert shown(thea, second) is shown(tom, first) is None


def test_a_therapist_who_becomes_a_partner_sees_nothing_of_themselves(cast):
    eve = person("Eve")
    verified(eve)
    _, code = code_of(eve)
    couples.leave(person=cast.alice, quietly=False, now=EVENING)
    pair(cast.alice, eve)
    with pytest.raises(couples.CodeNotUsable):
        enter(cast.alice, code)


def test_an_account_that_is_locked_shows_nothing(cast, thea):
    link, code = code_of(thea)
    for one in (cast.alice, cast.bob):
        allow(one, link, code)
    thea.is_active = False
    thea.save()
    assert shown(thea, link) is None
