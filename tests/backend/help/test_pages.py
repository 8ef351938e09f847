"""The page of help: open to anyone, remembered by nobody."""

import logging

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.cast import person, signed_in


def test_anyone_may_open_it_and_nothing_is_kept_of_that(client, django_assert_num_queries, caplog, db):
    caplog.set_level(logging.DEBUG)
    with django_assert_num_queries(0):
        page = client.get("/help/")
    assert page.status_code == 200
    assert not page.cookies
    assert not Session.objects.exists()
    assert [one for one in caplog.records if one.name != "asyncio"] == []
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("language, name", [("en", "Spain"), ("es", "España")])
def test_every_country_stands_there_with_numbers_that_can_be_tapped(language, name):
    page = Client(headers={"Accept-Language": language}).get("/help/").content.decode()
    assert name in page
    assert 'href="tel:016"' in page
    assert 'href="tel:18007997233"' in page
    assert 'href="sms:88788"' in page


@pytest.mark.django_db
def test_somebody_signed_in_finds_the_way_to_the_safety_state_there():
    assert "/you/care/" in signed_in(person("Erin")).get("/help/").content.decode()
    assert "/you/care/" not in Client().get("/help/").content.decode()
