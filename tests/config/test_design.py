"""The living page of the design: in development alone, and drawn by what is in use."""

import pytest
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from config.design import design


def test_nobody_finds_it_in_a_service():
    with pytest.raises(NoReverseMatch):
        reverse("design")
    assert Client().get("/design/").status_code == 404


def test_it_shows_every_token_and_no_pair_below_what_the_standard_asks():
    page = design(RequestFactory().get("/design/")).content.decode()
    assert "<td>accent-soft</td>" in page
    for part in ('class="plot"', 'class="ribbon"', 'class="choice"', "errorlist"):
        assert part in page
