"""Pages in other languages: nothing that stands on the English page is left on the translated one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation

from backend import clock
from backend.accounts.models import User
from backend.consents import services as consents
from checkins.services import deciding
from config import catalogues
from notifications.models import Device, Prompt
from tests.answering import full, keep, keep_many
from tests.cast import EVENING, TODAY, Cast, full_cast, person, signed_in

SPOKEN = {"alt", "aria-label", "content", "placeholder", "title"}
UNSAID = {"data-face", "data-key", "data-minutes", "data-person", "data-push", "data-zone"}
ERRORS = re.compile(r'<ul class="errorlist[^>]*>(.*?)</ul>', re.S)
DAY = timedelta(days=1)
# Names, and what is no word.
SAME_IN_ALL = re.compile(
    r"Ebb|· Ebb|[\W\d]*|width=.*|#\w+|PIN|No|Demo|\w+(/[\w -]+)+|\S+@example.org|Alice|Bob|UTC|¡Qué sopa!|English|Español|\d+ \w{3}"
)


def is_said(name: str, value: str) -> bool:
    """Whether a module may show it; one word in lower case is a name for the module itself."""
    return name not in UNSAID and not re.fullmatch(r"[a-z_-]+", value)


class Said(HTMLParser):
    """Everything a page says: its text, and the attributes that are read aloud or shown by a module."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        spoken = {value for name, value in attrs if value and (name in SPOKEN or (name.startswith("data-") and is_said(name, value)))}
        self.words |= spoken

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style") and data.strip():
            self.words.add(" ".join(data.split()))


def prompt_for(person: User, language: str) -> Prompt:
    """Words with a timer beside them, that came this morning."""
    now = clock.now()
    return Prompt.objects.create(
        person=person, occasion=uuid4(), item="a-time-to-be-back", version=1, voice="making_room", language=language,
        day=now.date(), slot_at=now, expires_at=now + timedelta(hours=6), reaction=Prompt.Reaction.HELPED, reacted_at=now,
    )  # fmt: skip


def said_on(cast: Cast, page: str, language: str) -> set[str]:
    prompt = Prompt.objects.filter(item="a-time-to-be-back").first() or prompt_for(cast.alice, language)
    return said_to(cast.alice, page.format(prompt=prompt.pk), language)


def said_to(someone: User, page: str, language: str) -> set[str]:
    User.objects.filter(pk=someone.pk).update(language=language)
    answer = signed_in(User.objects.get(pk=someone.pk)).get(page)
    assert answer.status_code == (404 if "no-such" in page else 200), page
    assert answer.headers["Content-Language"] == language
    return words_of(answer.content.decode())


def words_of(page: str) -> set[str]:
    return {one for one in Said(page).words if not SAME_IN_ALL.fullmatch(one)}


PAGES = (
    "/tonight/", "/tonight/?change=1", "/tonight/?one-tap=1", "/history/", "/together/", "/together/?weeks=12", "/words/", "/words/{prompt}/",
    "/you/", "/you/profile/", "/you/pairing/", "/you/sharing/", "/you/sharing/preview/?sharing=levels", "/you/sharing/preview/?sharing=weekly",
    "/you/sharing/preview/?sharing=nothing", "/you/sharing/what-a-prompt-tells/", "/you/reminders/", "/you/devices/", "/you/private/",
    "/you/care/", "/you/leaving/", "/install/", "/accounts/sessions/", "/accounts/email/", "/accounts/password/change/",
    "/accounts/logout/", "/accounts/reauthenticate/", "/you/therapists/", "/you/therapists/reads/", "/practice/application/", "/no-such-page/",
)  # fmt: skip
OPEN_PAGES = (
    "/", "/invitation/", "/offline/", "/deleted/", "/accounts/login/", "/accounts/login/code/", "/accounts/signup/",
    "/accounts/password/reset/", "/no-such-page/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    """What a request spoke last would otherwise be spoken on by whatever runs next in this thread."""
    yield
    translation.activate("en")


@pytest.fixture
def lived(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Five weeks of two people who share, with lines and a ribbon, and a phone each."""
    now = EVENING + 35 * DAY
    monkeypatch.setattr(clock, "now", lambda: now)
    cast = full_cast(now=EVENING - DAY)
    for someone in (cast.alice, cast.bob):
        consents.choose(person=someone, now=EVENING - DAY, sharing="levels", prompt_mode="discreet", show_pattern=True)
        keep_many(someone, {TODAY + n * DAY: full(5 + n % 4, 6, 3 + n % 2) for n in range(34)})
        keep(someone, TODAY + 34 * DAY, full(feelings=("calm",), shared_line="¡Qué sopa!"))
        Device.objects.create(
            person=someone, kind="memory", service="memory", endpoint=someone.name, endpoint_hash=someone.name.encode(), created_at=now,
            last_seen_at=now,
        )  # fmt: skip
    deciding.decide_due(now=now - timedelta(hours=10))
    return cast


def test_a_page_in_spanish_keeps_no_english(lived: Cast):
    english = {page: said_on(lived, page, "en") for page in PAGES}
    Prompt.objects.all().delete()
    left = {page: english[page] & said_on(lived, page, "es") for page in PAGES}
    assert {page: words for page, words in left.items() if words} == {}


def test_the_pages_of_somebody_with_little_keep_no_english_either(db):
    charlie = full_cast().charlie
    for page in (
        "/together/",
        "/history/",
        "/you/pairing/",
        "/you/sharing/",
        "/you/sharing/preview/",
        "/you/leaving/",
        "/words/",
        "/you/devices/",
    ):
        assert said_to(charlie, page, "en") & said_to(charlie, page, "es") == set(), page


@pytest.mark.parametrize("page", OPEN_PAGES)
def test_a_passer_by_reads_the_language_of_the_browser(db, page: str):
    said = {}
    for language in ("en", "es"):
        answer = Client(headers={"Accept-Language": language}).get(page)
        assert answer.headers["Content-Language"] == language
        said[language] = words_of(answer.content.decode())
    assert len(said["en"]) > 5
    assert said["en"] & said["es"] == set()


@pytest.mark.parametrize(
    "page, form",
    [
        ("/tonight/", {"client_id": "x", "feelings": ["calm", "tired", "sad", "hurt"], "shared_line": "x" * 281}),
        ("/you/sharing/", {"sharing": "all"}),
        ("/you/reminders/", {"reminder_time": "23:00", "quiet_from": "22:00", "quiet_until": "08:00", "reminders_on": "on"}),
        ("/you/profile/", {"name": "x" * 41, "language": "xx", "timezone": "Moon"}),
        ("/you/private/", {"pin": "12"}),
        ("/accounts/password/change/", {"oldpassword": "no", "password1": "12", "password2": "13"}),
    ],
)
def test_what_went_wrong_is_told_in_ones_language(db, page: str, form: dict[str, object]):
    alice = full_cast().alice
    told = {}
    for language in ("en", "es"):
        User.objects.filter(pk=alice.pk).update(language=language)
        told[language] = set(ERRORS.findall(signed_in(User.objects.get(pk=alice.pk)).post(page, form).content.decode()))
    assert told["en"]
    assert not told["en"] & told["es"]


def test_mails_are_written_in_ones_language(db, mailoutbox):
    person("Erin", language="es")
    Client(headers={"Accept-Language": "es"}).post("/accounts/login/code/", {"email": "erin@example.org"})
    (mail,) = mailoutbox
    assert mail.subject == "Tu código"
    assert "Escríbelo en la página" in mail.body


@pytest.mark.parametrize("language", catalogues.languages())
def test_nothing_that_people_read_waits_for_a_translation(language: str):
    catalog = catalogues.brought_up_to_date(catalogues.read(language), catalogues.gathered())
    assert [one.id for one in catalogues.open_ones(catalog)] == [], "run manage.py translations --open, and translate"


@pytest.mark.django_db
def test_days_are_written_as_each_language_writes_them():
    cast = full_cast()
    prompt = prompt_for(cast.alice, "es")
    Prompt.objects.update(day="2026-01-05")
    for language, day in {"en": "Monday, 5 January", "es": "lunes, 5 de enero"}.items():
        User.objects.filter(pk=cast.alice.pk).update(language=language)
        page = signed_in(User.objects.get(pk=cast.alice.pk)).get(f"/words/{prompt.pk}/").content.decode()
        assert f'<p class="sub">{day}</p>' in page


def test_spanish_speaks_to_two_people_as_readers_everywhere_do():
    there = re.compile(r"\w[áé]is\b|\w[aie]steis\b|\bvosotr[oa]s\b|\bvuestr[oa]s?\b|\bos\b", re.I)
    assert not [one.string for one in catalogues.read("es") if there.search(str(one.string))]
