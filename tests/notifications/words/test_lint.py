"""What the words never do."""

from dataclasses import replace
from pathlib import Path

import pytest

from notifications.words.lint import Finding, lint, lint_languages, phrases_in
from notifications.words.loader import FOLDER, PAIR_VOICES, Item, Text, Voice, read_folder
from notifications.words.rules import RULES
from notifications.words.rules.base import ABOUT
from notifications.words.rules.known import UNREVIEWED, known

SHIPPED = [item for language in RULES for item in read_folder(FOLDER / language, language)]
BAD, GOOD_ONES = Path(__file__).parent / "bad", Path(__file__).parent / "good"
REFERENCE = Path(__file__).parents[3] / "docs/reference/lint.md"
WORTH_SHIPPING = 0.95

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


def bad_prompts(kind: str, language: str) -> list[tuple[str, str]]:
    """Bad prompts with the rule each was written for: `rule | text`, one a line."""
    lines = (BAD / f"{kind}.{language}.txt").read_text(encoding="utf-8").splitlines()
    return [(rule, text) for rule, _, text in (line.partition(" | ") for line in lines if line and not line.startswith("#"))]


def caught_of(bad: list[tuple[str, str]], language: str) -> list[str]:
    return [text for rule, text in bad if phrases_in(text, language, solo=rule.startswith("solo-"))]


@pytest.mark.parametrize("kind", ["seeded", "held-out", "last", "fresh", "newest"])
@pytest.mark.parametrize("language", sorted(RULES))
def test_nearly_all_seeded_bad_prompts_are_caught(language: str, kind: str) -> None:
    bad = bad_prompts(kind, language)
    caught = caught_of(bad, language)

    assert len(bad) >= 60
    assert len({text for _, text in bad}) == len(bad)
    assert len(caught) >= WORTH_SHIPPING * len(bad), sorted({text for _, text in bad} - set(caught))


def good_prompts(kind: str, language: str) -> list[str]:
    lines = (GOOD_ONES / f"{kind}.{language}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("language", sorted(RULES))
def test_the_reference_tells_how_many_are_caught_and_how_many_refused(language: str) -> None:
    reference = REFERENCE.read_text(encoding="utf-8")
    for kind in ("seeded", "held-out", "last", "fresh", "newest"):
        bad = bad_prompts(kind, language)
        told = f"{len(caught_of(bad, language))} of {len(bad)} | {sum(is_said_badly(text, language, rule) for rule, text in bad)}"
        assert f"| {kind} bad | `{language}` | {told} |" in reference
    for kind in ("tuned", "joined", "last", "fresh"):
        good = good_prompts(kind, language)
        told = f"{len(refused_of(good, language))} of {len(good)} | {sum(is_said_badly(text, language) for text in good)}"
        assert f"| {kind} good | `{language}` | {told} |" in reference


@pytest.mark.parametrize("language", sorted(RULES))
def test_no_prompt_is_counted_twice(language: str) -> None:
    texts = [text for kind in ("seeded", "held-out", "last", "fresh", "newest") for _, text in bad_prompts(kind, language)]
    texts += [text for kind in ("tuned", "joined", "last", "fresh") for text in good_prompts(kind, language)]
    assert len(set(texts)) == len(texts)


def is_said_badly(text: str, language: str, written_for: str = "") -> bool:
    """Whether a rule forbids it, whatever was reviewed."""
    return any(rule != UNREVIEWED for rule, _ in phrases_in(text, language, solo=written_for.startswith("solo-")))


def refused_of(good: list[str], language: str) -> list[str]:
    return [text for text in good if phrases_in(text, language)]


@pytest.mark.parametrize("language", sorted(RULES))
def test_most_good_words_pass(language: str) -> None:
    tuned, joined = (good_prompts(kind, language) for kind in ("tuned", "joined"))
    assert len(refused_of(tuned, language)) < 0.1 * len(tuned)
    assert len(refused_of(tuned + joined, language)) < 0.25 * len(tuned + joined)


@pytest.mark.parametrize("kind", ["tuned", "joined", "last", "fresh"])
@pytest.mark.parametrize("language", sorted(RULES))
def test_few_good_words_are_called_bad(language: str, kind: str) -> None:
    good = good_prompts(kind, language)
    assert sum(is_said_badly(text, language) for text in good) < (0.4 if kind == "joined" else 0.25) * len(good)


@pytest.mark.parametrize(
    "text, told",
    [
        ("A dragon can sit by the window.", ["dragon"]),
        ("Hurrying can be fine.", ["hurrying", "hurrying …"]),
        ("Some evenings can be long, still waters too.", ["still waters"]),
        ("It is midnight.", ["midnight", "is midnight"]),
        ("Some evenings can be long, love waters too.", ["love waters"]),
        ("Rest can be more midnight.", ["midnight", "more midnight"]),
        ("A good evening can hold two clouds.", ["two clouds", "hold two"]),
        ("Some days can feel wide.", []),
    ],
)
def test_what_nobody_has_reviewed_is_told(text: str, told: list[str]) -> None:
    assert sorted(known("en").unreviewed(text)) == sorted(told)


@pytest.mark.parametrize("language", sorted(RULES))
def test_the_reviewed_lists_hold_nothing_that_the_rules_forbid(language: str) -> None:
    lists = known(language)
    assert lists.watched | lists.claims <= lists.words
    assert {word for pair in lists.neighbours for word in pair.split()} <= lists.words
    assert all(set(pair.split()) & lists.watched or pair.split()[0] in lists.claims for pair in lists.neighbours)


@pytest.mark.parametrize("language", sorted(RULES))
def test_each_kind_of_rule_catches_nearly_all_of_what_was_written_for_it(language: str) -> None:
    bad = bad_prompts("seeded", language)
    by_its_own = sum(rule in {found for found, _ in phrases_in(text, language, solo=rule.startswith("solo-"))} for rule, text in bad)

    assert {rule for rule, _ in bad} == set(ABOUT) & {*RULES[language].phrases, *RULES[language].solo_phrases} - {"command"}
    assert by_its_own >= WORTH_SHIPPING * len(bad)


def test_every_rule_says_what_it_is_about() -> None:
    for rules in RULES.values():
        assert {*rules.phrases, *rules.solo_phrases} <= set(ABOUT)


def test_both_languages_have_the_same_rules() -> None:
    assert len({(frozenset(rules.phrases), frozenset(rules.solo_phrases)) for rules in RULES.values()}) == 1


def swapped(item: Item) -> Item:
    """As it would read if each text had reached the other of the two."""
    texts = item.texts
    return replace(item, texts={**texts, Voice.REACHING: texts[Voice.MAKING_ROOM], Voice.MAKING_ROOM: texts[Voice.REACHING]})


@pytest.mark.parametrize(
    "item", [item for item in SHIPPED if not item.is_solo], ids=lambda item: f"{item.language}-{item.id}.{item.version}"
)
def test_every_item_keeps_every_rule_with_its_addressees_exchanged(item: Item) -> None:
    assert lint(swapped(item)) == []


@pytest.mark.parametrize(
    "language, body",
    [
        ("en", "Look at the phone once more. It can calm you for a breath, and then the evening is free."),
        ("en", "Open up about it. It can be short, and then the evening is free for a while."),
        ("en", "You pull a bit too hard. It can help to breathe, and then the evening is free."),
        ("es", "Mira si hay respuesta. Puede calmarte un momento, y la noche queda libre."),
        ("es", "Ábrete un poco. Puede ser corto, y la noche queda libre un rato."),
        ("es", "Tiras de la cuerda. Puede ayudar respirar, y la noche queda libre."),
        ("es", "Puede ayudar un té cuando estás cansada. La noche queda libre un rato."),
    ],
)
@pytest.mark.parametrize("voice", PAIR_VOICES)
def test_what_one_voice_must_not_say_none_may(language: str, body: str, voice: Voice) -> None:
    item = replace(pair(body, voice=voice), language=language)
    assert {"checking", "demand", "swap"} & {finding.rule for finding in lint(item)}


@pytest.mark.parametrize(
    "language, step, minutes, right",
    [
        ("en", "Walk for ten minutes.", 10, True),
        ("en", "Walk for ten minutes.", None, False),
        ("en", "Walk for ten minutes.", 15, False),
        ("en", "Take half an hour.", 30, True),
        ("en", "An hour for me.", 60, True),
        ("en", "Two hours by the sea.", 120, True),
        ("en", "Walk a little.", None, True),
        ("en", "Walk a little.", 5, False),
        ("es", "Camina diez minutos.", 10, True),
        ("es", "Media hora de calma.", 30, True),
        ("es", "Una hora para mí.", 60, True),
        ("es", "Camina un poco.", 5, False),
    ],
)
def test_a_timer_runs_as_long_as_the_step_says(language: str, step: str, minutes: int | None, right: bool) -> None:
    item = Item("made-up", 1, language, {Voice.SOLO: Text("T", "A", step, minutes)})
    assert ("timer" in rules_broken(item)) is not right


def test_an_item_is_there_in_every_language_with_the_same_voices() -> None:
    one, other = pair(), replace(pair(), language="es")
    assert lint_languages([one, other], ("en", "es")) == []
    assert lint_languages([one], ("en", "es")) == [(one, Finding("translation", "es", "version 1 is missing"))]
    assert [finding.what for _, finding in lint_languages([one, replace(alone(GOOD), language="es")], ("en", "es"))] == [
        "has other voices"
    ] * 2


def test_every_folder_of_words_has_rules() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} <= set(RULES)


@pytest.mark.parametrize("language", sorted(RULES))
def test_no_two_shipped_texts_share_a_title(language: str) -> None:
    """Versions of one text may."""
    texts = {(text.title, item.id, voice) for item in SHIPPED if item.language == language for voice, text in item.texts.items()}

    assert len(texts) == len({title for title, *_ in texts})


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


def test_a_language_without_rules_does_not_ship() -> None:
    with pytest.raises(LookupError):
        lint(Item("made-up", 1, "xx", alone(GOOD).texts))
