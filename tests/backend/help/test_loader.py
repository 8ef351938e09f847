"""The files of the countries are read strictly."""

import re
from datetime import date, timedelta

import pytest

from backend.help.loader import BadCountry, How, Kind, Way, by_name, countries, read
from backend.help.pages import LANGUAGE_WORDS

GOOD = """
checked_on = 2026-11-21
[name]
en = "Somewhere"
es = "En algún lugar"
[[line]]
kind = "emergency"
name = "112"
ways = ["tel 112"]
languages = ["en"]
day_and_night = true
source = "https://example.org/"
"""


@pytest.fixture
def file(tmp_path):
    def written(text):
        path = tmp_path / "xx.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_a_country_is_read(file):
    country = read(file(GOOD))
    assert (country.code, country.names["es"], country.checked_on) == ("xx", "En algún lugar", date(2026, 11, 21))
    assert country.lines[0].ways == (Way(How.TEL, "112"),)


@pytest.mark.parametrize(
    "before, after",
    [
        ('kind = "emergency"', 'kind = "crisis"'),
        ('kind = "emergency"', 'kind = "other"'),
        ('"tel 112"', '"fax 112"'),
        ('["tel 112"]', "[]"),
        ("https://", "http://"),
        ("checked_on = 2026-11-21", 'checked_on = "yesterday"'),
        ("checked_on = 2026-11-21", ""),
        ("day_and_night = true", "day_and_night = true\nurgent = true"),
    ],
)
def test_a_file_that_is_not_right_is_refused_by_name(file, before, after):
    with pytest.raises(BadCountry, match=r"xx\.toml"):
        read(file(GOOD.replace(before, after)))


def test_a_text_message_may_ask_for_a_word(file):
    country = read(file(GOOD.replace('"tel 112"', '"tel 112", "sms 741741 HOME", "sms 0458 737 732"')))
    assert country.lines[0].ways[1:] == (Way(How.SMS, "741741", "HOME"), Way(How.SMS, "0458 737 732"))
    assert [way.link for way in country.lines[0].ways] == ["tel:112", "sms:741741", "sms:0458737732"]


def test_a_number_of_many_countries_may_be_one_of_some_of_them_only(file):
    assert read(file(GOOD)).lines[0].everywhere
    assert not read(file(GOOD.replace("day_and_night = true", "day_and_night = true\neverywhere = false"))).lines[0].everywhere


def test_a_file_is_stale_after_half_a_year(file):
    country = read(file(GOOD))
    assert not country.is_stale(country.checked_on + timedelta(days=180))
    assert country.is_stale(country.checked_on + timedelta(days=181))


def test_every_file_is_good_and_every_country_has_more_than_an_emergency_number():
    assert len(countries()) >= 15
    for country in countries():
        assert set(country.names) == {"en", "es"}
        assert {line.kind for line in country.lines} > {Kind.EMERGENCY}, country.code
        for line in country.lines:
            assert set(line.languages) <= set(LANGUAGE_WORDS)
            for way in line.ways:
                if way.how in (How.TEL, How.SMS, How.WHATSAPP):
                    assert re.fullmatch(r"[0-9 -]{2,16}", way.where), (country.code, way)


@pytest.mark.parametrize("language", ["en", "es"])
def test_countries_stand_by_name_and_everywhere_else_stands_last(language):
    shown = by_name(language)
    names = [one.names[language] for one in shown[:-2]]
    assert names == sorted(names)
    assert [one.code for one in shown[-2:]] == ["eu", "other"]
