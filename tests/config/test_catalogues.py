"""What the interface says in other languages: gathered whole, compiled, and put in place on the page."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from config import catalogues

SOURCES = {
    "checkins/templates/checkins/page.html": """{% load i18n %}
        {% translate "One" %} {% translate "May" context "month" %} {% include "x.html" with a=_("Two") %}
        {% blocktranslate with who=person.name %}Three for {{ who }}{% endblocktranslate %}
        {% blocktranslate count n=many %}{{ n }} four{% plural %}{{ n }} fours{% endblocktranslate %}
        {# _("no comment") #} <p>gettext is only a word here</p>""",
    "backend/code.py": "from x import gettext as _, ngettext\n_('Five' ' and more')\nngettext('a six', '%(n)d sixes', 6)\nother('none')\n",
    "backend/static/plain.html": "{% translate 'not a template of ours' %}",
}


@pytest.fixture
def gathered(tmp_path: Path) -> Catalog:
    for name, source in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return catalogues.gathered(tmp_path)


def translated(language: str, **texts: str) -> Catalog:
    catalog = catalogues.read(language, Path("/nowhere"))
    for source, text in texts.items():
        catalog.add(source, text)
    return catalog


def test_every_way_of_marking_a_string_is_gathered(gathered: Catalog):
    assert {(one.context, one.id) for one in gathered if one.id} == {
        (None, "One"),
        ("month", "May"),
        (None, "Two"),
        (None, "Three for %(who)s"),
        (None, ("%(n)s four", "%(n)s fours")),
        (None, "Five and more"),
        (None, ("a six", "%(n)d sixes")),
    }


def test_bringing_up_to_date_keeps_translations_and_drops_what_is_gone(gathered: Catalog):
    catalog = catalogues.brought_up_to_date(translated("es", One="Uno", Gone="Ido"), gathered)
    assert catalog["One"].string == "Uno"
    assert "Gone" not in catalog
    assert "Gone" not in catalogues.as_po(catalog).decode()
    assert [one.id for one in catalogues.open_ones(catalog)] == [one.id for one in gathered if one.id not in ("", "One")]


def test_a_reworded_string_is_not_in_use_until_somebody_has_looked(gathered: Catalog):
    kept = translated("es", **{"Three for %(who)ss": "Tres para %(who)s"})
    catalog = catalogues.brought_up_to_date(kept, gathered)
    assert catalog["Three for %(who)s"].fuzzy
    assert catalog["Three for %(who)s"] in catalogues.open_ones(catalog)
    assert "Tres" not in catalogues.as_mo(catalog).decode("utf-8", "replace")


@pytest.mark.parametrize("text", ["Tres", "Tres para %(quien)s", "Tres para %(who)d"])
def test_a_translation_with_other_places_is_a_fault(gathered: Catalog, text: str):
    assert catalogues.faults_of(catalogues.brought_up_to_date(translated("es", **{"Three for %(who)s": text}), gathered))
    fine = catalogues.brought_up_to_date(translated("es", **{"Three for %(who)s": "Tres para %(who)s"}), gathered)
    assert catalogues.faults_of(fine) == []


@pytest.mark.parametrize("language", catalogues.languages())
def test_the_compiled_catalogue_is_current_and_without_faults(language: str):
    catalog = catalogues.read(language)
    compiled = (catalogues.LOCALE / language / "LC_MESSAGES" / "django.mo").read_bytes()
    assert compiled == catalogues.as_mo(catalog), "run manage.py translations"
    assert catalogues.faults_of(catalog) == []


def test_every_language_but_the_first_has_a_catalogue():
    assert {path.name for path in catalogues.LOCALE.iterdir()} == {code for code, _ in settings.LANGUAGES} - {settings.LANGUAGE_CODE}
