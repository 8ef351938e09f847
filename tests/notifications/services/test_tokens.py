"""A token from a push writes one check-in of one person and day, once, and nothing else tells it from a wrong one."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.calendar_days import day_closes
from backend.consents.models import Hold
from backend.errors import NotFound
from notifications import services
from notifications.models import AnswerToken, Device
from tests.cast import EVENING, TODAY, person
from tests.notifications.post import at_once, deliver, phone, remind, shown

NOON = EVENING - timedelta(hours=8)
EIGHT = EVENING - timedelta(minutes=30)
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def token(request) -> str:
    alice = person("Alice")
    phone(alice, "alice", now=NOON)
    remind(EIGHT)
    deliver(EIGHT)
    (message,) = shown("alice")
    return message.payload["answer_token"]


def redeem(token: str, *, client_id: UUID = ONE, now=EVENING) -> services.TokenOwner:
    return services.redeem_answer_token(token=token, client_id=client_id, now=now)


@pytest.mark.django_db
class TestTokens:
    def test_it_says_whose_day_it_writes(self, token):
        assert redeem(token).day == TODAY

    def test_a_retry_of_the_same_write_is_good_again(self, token):
        assert redeem(token) == redeem(token)

    def test_a_second_write_is_not(self, token):
        redeem(token)
        with pytest.raises(NotFound):
            redeem(token, client_id=OTHER)

    def test_a_retry_is_good_after_the_answer_has_closed_the_slot(self, token):
        owner = redeem(token)
        services.close_slot(person_id=owner.person_id, day=owner.day, now=EVENING)
        assert redeem(token) == owner

    def test_an_answer_given_elsewhere_voids_it(self, token):
        owner = AnswerToken.objects.get()
        services.close_slot(person_id=owner.person_id, day=TODAY, now=EVENING)
        with pytest.raises(NotFound):
            redeem(token)

    def test_it_ends_with_its_day_to_the_second(self, token):
        closes = day_closes(TODAY, AnswerToken.objects.get().person.zone)
        redeem(token, now=closes - timedelta(seconds=1))
        with pytest.raises(NotFound):
            redeem(token, now=closes)

    def test_it_ends_with_its_device(self, token):
        device = Device.objects.get()
        services.revoke_device(person=device.person, device_id=device.pk, now=EIGHT)
        with pytest.raises(NotFound):
            redeem(token)

    @pytest.mark.parametrize("lifted", [False, True])
    def test_it_ends_with_a_pause_also_one_that_was_lifted_since(self, token, lifted):
        alice = AnswerToken.objects.get().person
        Hold.objects.create(person=alice, kind="pause", started_at=EVENING, ended_at=EVENING + timedelta(minutes=1) if lifted else None)
        with pytest.raises(NotFound):
            redeem(token, now=EVENING + timedelta(minutes=2))

    def test_a_pause_that_was_over_before_it_came_leaves_it_good(self, token):
        alice = AnswerToken.objects.get().person
        Hold.objects.create(person=alice, kind="pause", started_at=NOON, ended_at=EIGHT - timedelta(minutes=1))
        assert redeem(token).person_id == alice.pk

    def test_it_ends_when_all_that_waits_for_its_person_is_called_off(self, token):
        services.cancel_person(person_id=AnswerToken.objects.get().person_id, now=EVENING)
        with pytest.raises(NotFound):
            redeem(token)

    def test_it_ends_with_the_account(self, token):
        alice = AnswerToken.objects.get().person
        alice.is_active = False
        alice.save()
        with pytest.raises(NotFound):
            redeem(token)

    @pytest.mark.parametrize("wrong", ["", "x", "A" * 43, "ü" * 5000])
    def test_a_wrong_one_is_told_like_every_other(self, token, wrong):
        with pytest.raises(NotFound):
            redeem(wrong)

    def test_it_cannot_be_guessed_and_only_its_hash_is_kept(self, token):
        assert len(token) == 43  # 256 bits
        kept = bytes(AnswerToken.objects.get().hash)
        assert len(kept) == 32
        assert token.encode() not in kept

    def test_every_device_has_its_own_and_one_answer_spends_them_all(self):
        bob = person("Bob")
        for name in ("one", "two"):
            phone(bob, name, now=NOON)
        remind(EIGHT)
        deliver(EIGHT)
        first, second = (shown(name)[0].payload["answer_token"] for name in ("one", "two"))
        assert first != second
        owner = redeem(first)
        services.close_slot(person_id=owner.person_id, day=owner.day, now=EVENING)
        with pytest.raises(NotFound):
            redeem(second, client_id=OTHER)


@pytest.mark.django_db(transaction=True)
def test_two_writes_at_once_spend_it_once():
    alice = person("Alice")
    phone(alice, "alice", now=NOON)
    remind(EIGHT)
    deliver(EIGHT)
    token = shown("alice")[0].payload["answer_token"]

    def write(number: int) -> bool:
        try:
            redeem(token, client_id=UUID(int=number))
        except NotFound:
            return False
        return True

    assert sum(at_once(*[lambda n=n: write(n) for n in range(1, 6)])) == 1
