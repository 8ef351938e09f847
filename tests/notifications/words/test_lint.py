"""What the words never do."""

import pytest

from notifications.words.lint import RULES, Finding, lint, reading_grade, syllable_count
from notifications.words.loader import FOLDER, PAIR_VOICES, Item, Text, Voice, read_folder

SHIPPED = [item for language in RULES for item in read_folder(FOLDER / language, language)]

GOOD = "Some days can feel wide. It is fine to take a breath and look at the sky for a while."


def pair(body: str = GOOD, *, voice: Voice = Voice.REACHING, title: str = "A breath", step: str = "") -> Item:
    """An item that is fine but for one voice, whose words the other two repeat in length."""
    text = Text(title, body, step)
    calm = Text("A breath", GOOD, "Look up." if step else "")
    return Item("made-up", 1, "en", {each: text if each is voice else calm for each in PAIR_VOICES})


def alone(body: str) -> Item:
    return Item("made-up", 1, "en", {Voice.SOLO: Text("A breath", body)})


def rules_broken(item: Item) -> set[str]:
    return {finding.rule for finding in lint(item)}


@pytest.mark.parametrize("item", SHIPPED, ids=lambda item: f"{item.language}-{item.id}.{item.version}")
def test_every_shipped_item_keeps_every_rule(item: Item) -> None:
    assert lint(item) == []


def test_every_folder_of_words_has_rules() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} <= set(RULES)


def test_no_two_shipped_texts_share_a_title() -> None:
    titles = [text.title for item in SHIPPED for text in item.texts.values()]

    assert len(titles) == len(set(titles))


SEEDED = [
    ("label", "Being the anxious one is hard. A breath can help you settle for a while tonight."),
    ("label", "Some days you can be a bit needy. It is fine to notice that and let it pass by."),
    ("label", "When the pursuer rests, the withdrawer can turn around and come a little closer."),
    ("label", "You're the kind of person who goes cold. It can help to notice when that starts."),
    ("label", "With an avoidant partner it can help to wait a while and let the calm come back."),
    ("label", "Your attachment style can make quiet days feel long. Take a slow breath with it."),
    ("diagnosis", "This may be your anxiety speaking. Let it talk for a bit and then let it go by."),
    ("diagnosis", "Old trauma can wake up on days like this one. Be kind to it, and to yourself."),
    ("blame", "When you push, things can get worse. Let the wish rest for a while and breathe."),
    ("blame", "It may be your own fault that the evening went quiet. You can make it up later."),
    ("blame", "You may feel guilty for going quiet. That can be a good place to start from."),
    ("absolute", "You two always do this. It can help to see it and laugh about it for a moment."),
    ("absolute", "It can feel as if things never change. Look at the sky for a while and breathe."),
    ("obligation", "You should tell someone how you feel. It can be short, and it can be very plain."),
    ("obligation", "You must give a time when you will be back. It can be short and it can be soft."),
    ("obligation", "A couple needs to speak. You have to find the words, and they can be very plain."),
    ("command", "Some days can feel wide. Don't go quiet on the people who are fond of you at all."),
    ("urgency", "Reach out right now. A word can open the door, and the evening is not yet over."),
    ("urgency", "Say something kind before it's too late. It can be short, and it can be plain."),
    ("urgency", "Some days can feel wide! Look at the sky for a while, and take a slow breath."),
    ("streak", "You can keep your streak alive. Look at the sky for a while and take a breath."),
    ("streak", "It may be a good time to look in: you missed two check-ins, and that is a pity."),
    ("comparison", "Most couples find a way to speak. You can find one too, if you look for a while."),
    ("comparison", "You can be closer than your friends are. Take a breath and think of one kind word."),
    ("claim-about-the-other", "Your partner feels alone when you go quiet. A word can be enough to open the door."),
    ("claim-about-the-other", "Your partner hasn't answered yet. You can take a breath and wait for a while."),
    ("claim-about-the-other", "He just wants some rest. You can take a breath and let the evening be what it is."),
    ("claim-about-the-other", "She doesn\u2019t mean it that way. You can take a breath and let the evening be."),
    ("claim-about-the-other", "Someone is waiting for a word from you. It can be short, and it can be very plain."),
    ("stay-or-leave", "Some pairs break up over less. You can take a breath and think of one kind word."),
    ("stay-or-leave", "You can stay together if you both want it. Take a breath, think of one kind word."),
    ("stay-or-leave", "You may want to ask whether this is right for you. Take a breath and take your time."),
]


@pytest.mark.parametrize("rule, body", SEEDED)
@pytest.mark.parametrize("voice", PAIR_VOICES)
def test_seeded_bad_words_are_caught_in_every_voice(rule: str, body: str, voice: Voice) -> None:
    found = [finding for finding in lint(pair(body, voice=voice)) if finding.rule == rule]

    assert found
    assert all(finding.where == f"{voice}.body" for finding in found)


@pytest.mark.parametrize("rule, body", SEEDED)
def test_seeded_bad_words_are_caught_in_solo_texts_and_small_steps(rule: str, body: str) -> None:
    assert rule in rules_broken(alone(body))
    assert rule in rules_broken(pair(step=body))


@pytest.mark.parametrize("title", ["Your partner wants you", "Hurry home", "You never listen", "The needy one"])
def test_titles_are_read_too(title: str) -> None:
    assert {finding.where for finding in lint(pair(title=title))} == {"reaching.title"}


@pytest.mark.parametrize(
    "rule, body",
    [
        ("solo-names-the-other", "A breath can help. Think of your partner for a while and let the shoulders sink."),
        ("solo-names-the-other", "A breath can help. The two of you can look at the sky and let the shoulders sink."),
        ("solo-names-the-other", "A breath can help. Think of him for a while and let the shoulders sink."),
        ("solo-talk-it-out", "A breath can help. Then talk it over in calm words, and let the shoulders sink."),
        ("solo-talk-it-out", "A breath can help. Open up about it in calm words, and let the shoulders sink."),
        ("solo-talk-it-out", "A breath can help. Tell someone about it, and let the shoulders sink."),
    ],
)
def test_solo_texts_are_about_oneself_only(rule: str, body: str) -> None:
    assert rule in rules_broken(alone(body))
    assert rule not in rules_broken(pair(body))


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        "Wanting closeness is a good wish, and wanting room is one too. They can arrive on the same day.",
        "There is an old dance: one steps in, one steps back. It can start by itself, and no one is at fault.",
        "You can miss someone and still be glad of the quiet. It is fine to hold the two for a while.",
        "A cup of tea can be a small hello. I'd love ten minutes on the sofa with you is plenty to say.",
    ],
)
def test_good_words_pass(body: str) -> None:
    assert lint(alone(GOOD)) == []
    assert {finding.rule for finding in lint(pair(body))} <= {"balance"}


def test_lengths_are_held() -> None:
    body = "It can be so. " * 18

    assert Finding("length", "reaching.body", f"{len(body)} characters, at most 240") in lint(pair(body))
    assert Finding("length", "reaching.title", "41 characters, at most 40") in lint(pair(title="x" * 41))
    assert Finding("length", "reaching.step", "121 characters, at most 120") in lint(pair(step="x" * 121))
    assert "length" not in rules_broken(pair(title="x" * 40, step="x" * 120))


def test_the_voices_of_an_item_weigh_the_same() -> None:
    longer = GOOD + " It can be a long while, or a short one, and it may rain."
    stepless = Item("made-up", 1, "en", {**pair(step="Look up.").texts, Voice.EITHER: Text("A breath", GOOD)})
    surer = GOOD.replace("Some days can", "Some rooms do")

    assert rules_broken(pair()) == set()
    assert "balance" in rules_broken(pair(longer))
    assert Finding("balance", "step", "some voices have one and some have none") in lint(stepless)
    assert rules_broken(pair(surer)) == {"certainty"}


def test_hard_reading_is_caught() -> None:
    hard = (
        "Regulating physiological activation facilitates constructive communication, "
        "particularly when accumulated disappointment intensifies emotional reactivity."
    )

    assert "reading-grade" in rules_broken(alone(hard))
    assert reading_grade(hard) > 15
    assert reading_grade("The cat sat on the mat. It was fat.") < 1
    assert reading_grade("") == 0


def test_the_grade_is_near_the_one_counted_by_ear() -> None:
    # After Lincoln at Gettysburg. Counted by ear: 47 words, 2 sentences, 71 syllables.
    text = (
        "Four score and seven years ago our fathers brought forth on this continent a new nation, conceived in liberty, "
        "and dedicated to the proposition that all men are created equal. Now we are engaged in a great civil war, "
        "testing whether that nation can endure for long."
    )

    by_hand = 0.39 * 47 / 2 + 11.8 * 71 / 47 - 15.59
    assert reading_grade(text) == pytest.approx(by_hand, abs=0.6)


@pytest.mark.parametrize(
    "word, count",
    [
        ("a", 1),
        ("breath", 1),
        ("breathe", 1),
        ("close", 1),
        ("table", 2),
        ("little", 2),
        ("named", 1),
        ("wanted", 2),
        ("needed", 2),
        ("wishes", 2),
        ("houses", 2),
        ("loves", 1),
        ("people", 2),
        ("yourself", 2),
        ("evening", 3),
        ("I'd", 1),
        ("the", 1),
        ("loved", 1),
        ("places", 2),
        ("changes", 2),
        ("tables", 2),
        ("tree", 1),
        ("agreed", 2),
        ("smile", 1),
        ("while", 1),
        ("moves", 1),
    ],
)
def test_syllables_are_counted_by_ear(word: str, count: int) -> None:
    assert syllable_count(word) == count


def test_a_language_without_rules_does_not_ship() -> None:
    with pytest.raises(LookupError):
        lint(Item("made-up", 1, "xx", alone(GOOD).texts))
