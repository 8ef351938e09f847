"""The stand-in's page: phones, what they show, and how the next requests end."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from notifications.stand_ins.page import Page
from notifications.stand_ins.push_service import PushService

JSON = {"Accept": "application/json"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with PushService(tmp_path) as service:
        yield service


@pytest.fixture
def page(service: PushService) -> Iterator[httpx.Client]:
    with Page(service) as page, httpx.Client(base_url=page.address, trust_env=False, headers=JSON) as client:
        yield client


def push(service: PushService, path: str) -> int:
    with httpx.Client(base_url=service.origin, verify=service.certificates(), http2=True, trust_env=False) as client:
        return client.post(path).status_code


@pytest.mark.parametrize("platform", ["fcm", "apns", "webpush"])
def test_a_new_phone_has_an_address_of_its_own(page, service, platform):
    made = page.post("/phones", data={"platform": platform}).json()
    assert made["kind"] == platform
    [phone] = service.phones()
    assert made["endpoint"].endswith(phone.address)


def test_a_phone_is_turned_off_and_on_and_removed(page, service):
    address = page.post("/phones", data={"platform": "apns"}).json()["endpoint"]
    page.post("/off", data={"phone": address})
    assert not service.phones()[0].is_on
    page.post("/on", data={"phone": address})
    assert service.phones()[0].is_on
    page.post("/gone", data={"phone": address})
    assert page.get("/phones.json").json()["phones"][0]["is_gone"] is True


def test_the_next_requests_end_as_chosen(page, service):
    page.post("/next", data={"ending": "503", "times": "2"})
    page.post("/next", data={"ending": "410", "platform": "apns"})
    assert [push(service, "/push/x"), push(service, "/push/x"), push(service, "/push/x")] == [503, 503, 404]
    assert push(service, "/3/device/aa") == 410
    page.post("/always", data={"ending": "500"})
    assert {push(service, "/push/x") for _ in range(3)} == {500}
    page.post("/always", data={"ending": ""})
    assert push(service, "/push/x") == 404
    assert [one["status"] for one in page.get("/phones.json").json()["attempts"]] == [503, 503, 404, 410, 500, 500, 500, 404]


@pytest.mark.parametrize(
    "path, form",
    [
        ("/next", {"ending": "422"}),
        ("/next", {}),
        ("/next", {"ending": "500", "platform": "pager"}),
        ("/phones", {"platform": "pager"}),
        ("/off", {"phone": "unknown"}),
        ("/elsewhere", {}),
    ],
)
def test_what_there_is_not_is_said(page, path, form):
    assert page.post(path, data=form).status_code == 400


def test_a_browser_sees_the_phones_and_is_led_back(page, service):
    token = service.install("fcm")
    answer = page.post("/off", data={"phone": token}, headers={"Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 200
    assert token in answer.text
    assert "off, 0 waiting" in answer.text


def test_another_sites_page_or_name_is_turned_away(page):
    assert page.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert page.post("/always", data={"ending": "500"}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert page.get("/elsewhere").status_code == 404
