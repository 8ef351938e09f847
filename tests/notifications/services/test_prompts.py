"""From "these two, these words, this morning" to what each of them can see."""

from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

import pytest

from backend.consents import services as consents
from backend.couples import services as couples
from backend.errors import NotFound
from notifications import services
from notifications.models import AnswerToken, Delivery, Preference, Prompt
from tests.cast import EVENING, Cast, full_cast, person
from tests.notifications.post import at_once, copies, deliver, phone, prompt_for, remind, shown, states

MORNING = datetime.fromisoformat("2026-03-05T06:10+00:00")
SLOT = datetime.fromisoformat("2026-03-05T07:30+00:00")
OCCASION = UUID("7a0f4bbd-6b8a-4a36-9a51-3f0f7a5e0001")
WEEK = timedelta(days=7)


@pytest.fixture
def cast() -> Cast:
    people = full_cast(now=EVENING - timedelta(days=30))
    phone(people.alice, "alice", now=EVENING - timedelta(hours=2))
    phone(people.bob, "bob", now=EVENING - timedelta(hours=2))
    return people


def arrived(who: object, now: datetime = SLOT) -> list[UUID]:
    return list(Prompt.objects.visible_to(who).arrived(now).values_list("pk", flat=True))


@pytest.mark.django_db
class TestQueueing:
    def test_each_is_due_at_half_past_eight_of_the_own_clock(self, cast):
        cast.bob.timezone = "America/New_York"
        cast.bob.save()
        now = datetime.fromisoformat("2026-03-05T12:00+00:00")  # 07:00 in New York
        prompt_for(cast.alice, cast.bob, couple_id=cast.couple.pk, now=now)
        slots = {prompt.person_id: prompt.slot_at.isoformat() for prompt in Prompt.objects.all()}
        assert slots == {cast.alice.pk: "2026-03-06T07:30:00+00:00", cast.bob.pk: "2026-03-05T13:30:00+00:00"}

    def test_quiet_hours_move_it_later(self, cast):
        services.change_preference(person=cast.alice, quiet_until=time(9, 15), now=EVENING)
        (prompt,) = prompt_for(cast.alice, now=MORNING)
        assert prompt.slot_at == SLOT + timedelta(minutes=45)

    def test_a_repeat_creates_nothing_twice(self, cast):
        first = prompt_for(cast.alice, cast.bob, occasion=OCCASION, now=MORNING)
        again = prompt_for(cast.alice, cast.bob, occasion=OCCASION, now=MORNING + timedelta(minutes=10))
        assert first == again
        assert (Prompt.objects.count(), Delivery.objects.count()) == (2, 2)

    def test_ids_follow_from_the_occasion_so_that_a_lost_act_comes_back_the_same(self, cast):
        kept = []
        for _ in range(2):
            prompt_for(cast.alice, cast.bob, occasion=OCCASION, now=MORNING)
            kept.append((set(Prompt.objects.values_list("pk", flat=True)), set(Delivery.objects.values_list("pk", flat=True))))
            Prompt.objects.all().delete()
        assert kept[0] == kept[1]

    def test_ids_tell_nothing_about_the_other(self, cast):
        alice, bob = prompt_for(cast.alice, cast.bob, occasion=OCCASION, now=MORNING)
        assert alice.pk != bob.pk
        assert OCCASION not in (alice.pk, bob.pk)

    def test_nobody_gets_two_on_one_day(self, cast):
        prompt_for(cast.alice, now=MORNING)
        assert prompt_for(cast.alice, now=MORNING + timedelta(minutes=5)) == []
        assert Delivery.objects.count() == 1

    def test_whoever_muted_or_paused_gets_none_and_the_other_still_does(self, cast):
        services.mute(person=cast.alice, days=7, now=EVENING)
        consents.pause(person=cast.charlie, now=EVENING)
        (only,) = prompt_for(cast.alice, cast.bob, cast.charlie, now=MORNING)
        assert only.person_id == cast.bob.pk

    def test_in_the_safety_state_only_words_about_oneself_are_queued(self, cast):
        consents.enter_safety(person=cast.alice, now=EVENING)
        assert prompt_for(cast.alice, voice="reaching", now=MORNING) == []
        assert len(prompt_for(cast.alice, voice="solo", now=MORNING)) == 1

    def test_somebody_without_a_device_finds_it_in_the_app(self, cast):
        prompt_for(cast.charlie, now=MORNING)
        assert Delivery.objects.count() == 0
        assert len(arrived(cast.charlie)) == 1

    def test_a_device_that_registers_in_between_is_told_too(self, cast):
        prompt_for(cast.charlie, now=MORNING)
        phone(cast.charlie, "charlie", now=MORNING)
        deliver(SLOT)
        assert len(shown("charlie")) == 1

    def test_a_worker_is_woken_only_for_what_is_due_already(self, cast, woken, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            prompt_for(cast.alice, now=MORNING)
        assert woken == []
        with django_capture_on_commit_callbacks(execute=True):
            prompt_for(cast.bob, now=SLOT)
        assert woken == ["notifications.tasks.deliver_due"]


@pytest.mark.django_db
class TestSeeing:
    def test_nobody_sees_a_prompt_before_its_hour_or_somebody_elses(self, cast):
        (prompt,) = prompt_for(cast.alice, couple_id=cast.couple.pk, now=MORNING)
        assert arrived(cast.alice, SLOT - timedelta(microseconds=1)) == []
        assert arrived(cast.alice) == [prompt.pk]
        assert [arrived(who) for who in (cast.bob, cast.charlie, cast.dana)] == [[], [], []]

    def test_a_prompt_about_a_couple_that_ended_before_its_hour_never_arrives(self, cast):
        prompt_for(cast.alice, cast.bob, couple_id=cast.couple.pk, now=MORNING)
        couples.leave(person=cast.alice, quietly=True, now=MORNING)
        assert [arrived(who) for who in (cast.alice, cast.bob)] == [[], []]

    def test_what_arrived_before_the_couple_ended_stays(self, cast):
        prompt_for(cast.alice, couple_id=cast.couple.pk, now=MORNING)
        couples.leave(person=cast.alice, quietly=False, now=SLOT + timedelta(hours=1))
        assert len(arrived(cast.alice, SLOT + timedelta(days=1))) == 1

    def test_a_pause_at_the_hour_keeps_it_away_for_good(self, cast):
        prompt_for(cast.alice, now=MORNING)
        consents.pause(person=cast.alice, now=MORNING)
        consents.resume(person=cast.alice, now=SLOT + timedelta(hours=1))
        assert arrived(cast.alice, SLOT + timedelta(days=1)) == []

    def test_the_safety_state_at_the_hour_lets_solo_words_through(self, cast):
        prompt_for(cast.alice, voice="either", now=MORNING)
        prompt_for(cast.bob, voice="solo", now=MORNING)
        for one in (cast.alice, cast.bob):
            consents.enter_safety(person=one, now=MORNING)
        assert [len(arrived(who)) for who in (cast.alice, cast.bob)] == [0, 1]


@pytest.mark.django_db
class TestCancelling:
    def test_a_cancelled_couple_gets_nothing_more_and_keeps_what_it_has(self, cast):
        prompt_for(cast.alice, couple_id=cast.couple.pk, now=MORNING)
        deliver(SLOT)
        prompt_for(cast.alice, cast.bob, couple_id=cast.couple.pk, now=MORNING + timedelta(days=1))
        prompt_for(cast.charlie, couple_id=None, now=MORNING)
        services.cancel_couple(couple_id=cast.couple.pk, now=SLOT + timedelta(hours=1))
        assert sorted(states()) == ["cancelled", "cancelled", "sent"]
        assert len(arrived(cast.alice, SLOT + WEEK)) == 1
        assert len(arrived(cast.charlie)) == 1

    def test_a_cancelled_person_gets_nothing_more_and_their_tokens_are_void(self, cast):
        remind(EVENING - timedelta(minutes=30))
        deliver(EVENING)
        prompt_for(cast.alice, cast.bob, now=MORNING)
        services.cancel_person(person_id=cast.alice.pk, now=MORNING)
        deliver(SLOT)
        assert (len(shown("alice")), len(shown("bob"))) == (1, 2)
        assert arrived(cast.alice) == []
        assert not AnswerToken.objects.filter(person=cast.alice, revoked_at=None).exists()
        assert AnswerToken.objects.filter(person=cast.bob, revoked_at=None).exists()


@pytest.mark.django_db
class TestMute:
    def test_a_week_without_prompts_includes_those_already_queued(self, cast):
        prompt_for(cast.alice, cast.bob, couple_id=cast.couple.pk, now=MORNING)
        services.mute(person=cast.alice, days=7, now=MORNING)
        deliver(SLOT)
        assert (shown("alice"), arrived(cast.alice)) == ([], [])
        assert (len(shown("bob")), len(arrived(cast.bob))) == (1, 1)

    def test_it_ends_by_itself_to_the_second_and_can_be_lifted(self, cast):
        services.mute(person=cast.alice, days=7, now=MORNING)
        people = [cast.alice.pk, cast.bob.pk]
        assert services.is_muted(people, MORNING + WEEK - timedelta(seconds=1)) == {cast.alice.pk}
        assert services.is_muted(people, MORNING + WEEK) == frozenset()
        services.mute(person=cast.alice, days=0, now=MORNING)
        assert services.is_muted(people, MORNING) == frozenset()


@pytest.mark.django_db
class TestReacting:
    def test_a_reaction_is_kept_changed_and_taken_back(self, cast):
        (prompt,) = prompt_for(cast.alice, now=MORNING)
        for reaction in ("helped", "not_now", None):
            assert services.react(person=cast.alice, prompt_id=prompt.pk, reaction=reaction, now=SLOT).reaction == reaction
        assert Prompt.objects.get().reacted_at is None

    @pytest.mark.parametrize("who", ["bob", "charlie", "dana"])
    def test_nobody_else_can_react_to_it(self, cast, who):
        (prompt,) = prompt_for(cast.alice, couple_id=cast.couple.pk, now=MORNING)
        with pytest.raises(NotFound):
            services.react(person=getattr(cast, who), prompt_id=prompt.pk, reaction="helped", now=SLOT)

    def test_nobody_reacts_before_its_hour(self, cast):
        (prompt,) = prompt_for(cast.alice, now=MORNING)
        with pytest.raises(NotFound):
            services.react(person=cast.alice, prompt_id=prompt.pk, reaction="helped", now=MORNING)


@pytest.mark.django_db
def test_recent_items_are_those_of_any_of_the_people_since_then(cast):
    prompt_for(cast.alice, item="old", now=MORNING - timedelta(days=28))
    prompt_for(cast.alice, item="mine", now=MORNING)
    prompt_for(cast.bob, item="theirs", now=MORNING)
    prompt_for(cast.charlie, item="not-ours", now=MORNING)
    since = SLOT - timedelta(days=27)
    assert services.recent_items([cast.alice.pk, cast.bob.pk], since) == {"mine", "theirs"}


@pytest.mark.django_db(transaction=True)
def test_the_same_occasion_queued_at_once_by_many_workers_is_one():
    alice, bob = person("Alice"), person("Bob")
    for one in (alice, bob):
        phone(one, one.name, now=EVENING)
    occasion = uuid4()
    at_once(*copies(lambda: prompt_for(alice, bob, occasion=occasion, now=MORNING), 4))
    assert (Prompt.objects.count(), Delivery.objects.count()) == (2, 2)
    assert Preference.objects.count() == 2
