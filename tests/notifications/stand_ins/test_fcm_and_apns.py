"""FCM and APNs as the stand-in speaks them: as strict as the real ones, and in their words."""

import json
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import jwt
import pytest

from notifications.stand_ins import apns, fcm
from notifications.stand_ins.push_service import PushService, Reply

FCM_PATH = f"{fcm.SEND_PATH}{fcm.PROJECT}/messages:send"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    """One for all, since its keys take a moment to make."""
    with PushService(tmp_path_factory.mktemp("push")) as service:
        yield service


@pytest.fixture
def service(standing: PushService) -> PushService:
    standing.attempts.clear()
    return standing


@pytest.fixture
def client(service: PushService) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.origin, verify=service.certificates(), http2=True, trust_env=False) as client:
        yield client


def assertion(service: PushService, **changes) -> str:
    account = json.loads(service.google.service_account(service.origin))
    now = int(time.time())
    claims = {"iss": account["client_email"], "scope": fcm.SCOPE, "aud": account["token_uri"], "iat": now, "exp": now + 3600} | changes
    return jwt.encode(claims, account["private_key"], algorithm="RS256")


def sign_in(client: httpx.Client, service: PushService, **changes) -> httpx.Response:
    form = {"grant_type": fcm.GRANT, "assertion": assertion(service, **changes)}
    return client.post(fcm.TOKEN_PATH, data=form)


def fcm_message(token: str, **changes) -> dict[str, object]:
    android = {"collapse_key": "k", "ttl": "60s", "priority": "HIGH"}
    return {"message": {"token": token, "data": {"tag": "t", "id": "1"}, "android": android} | changes}


def apple_headers(service: PushService, *, kid: str = apns.KEY_ID, issuer: str = apns.TEAM_ID, age: int = 0, **changes) -> dict[str, str]:
    token = jwt.encode({"iss": issuer, "iat": int(time.time()) - age}, service.apple.signing_key(), algorithm="ES256", headers={"kid": kid})
    usual = {
        "authorization": f"bearer {token}",
        "apns-topic": apns.TOPIC,
        "apns-push-type": "alert",
        "apns-expiration": str(int(time.time()) + 60),
        "apns-collapse-id": "k",
        "apns-id": str(uuid4()),
    }
    return {
        name: value
        for name, value in (usual | {name.replace("_", "-"): value for name, value in changes.items()}).items()
        if value is not None
    }


class TestFcm:
    @pytest.fixture
    def bearer(self, client, service) -> dict[str, str]:
        return {"Authorization": f"Bearer {sign_in(client, service).json()['access_token']}"}

    def test_a_signed_assertion_buys_a_token_and_a_token_brings_a_message(self, client, service, bearer):
        phone = service.install("fcm")
        answer = client.post(FCM_PATH, json=fcm_message(phone), headers=bearer)
        assert answer.status_code == 200
        assert answer.json()["name"].startswith(f"projects/{fcm.PROJECT}/messages/")
        [received] = service.received(phone)
        assert (received.content["data"], received.topic, received.tag, received.ttl) == ({"tag": "t", "id": "1"}, "k", "t", 60)

    @pytest.mark.parametrize(
        "changes", [{"aud": "https://elsewhere.example"}, {"exp": 1}, {"scope": "all"}, {"exp": int(time.time()) + 9999}]
    )
    def test_a_wrong_assertion_buys_nothing(self, client, service, changes):
        assert sign_in(client, service, **changes).status_code == 400

    def test_without_a_token_there_is_no_sending(self, client, service):
        answer = client.post(FCM_PATH, json=fcm_message(service.install("fcm")), headers={"Authorization": "Bearer made-up"})
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")

    def test_another_project_is_not_ours(self, client, service, bearer):
        answer = client.post("/v1/projects/other/messages:send", json=fcm_message(service.install("fcm")), headers=bearer)
        assert (answer.status_code, answer.json()["error"]["status"]) == (403, "PERMISSION_DENIED")

    @pytest.mark.parametrize(
        "changes",
        [
            {"data": {"n": 1}},
            {"android": {"ttl": "60", "priority": "HIGH"}},
            {"android": {"ttl": "60s", "priority": "URGENT"}},
            {"notification": {"title": "x"}},
            {"data": {"x": "y" * 5000}},
            {"data": None},
        ],
    )
    def test_a_malformed_message_is_turned_away(self, client, service, bearer, changes):
        phone = service.install("fcm")
        answer = client.post(FCM_PATH, json=fcm_message(phone, **changes), headers=bearer)
        assert (answer.status_code, service.received(phone)) == (400, [])

    def test_an_app_that_was_removed_is_unregistered(self, client, service, bearer):
        phone = service.install("fcm")
        service.unsubscribe(phone)
        for address in (phone, "never-was"):
            answer = client.post(FCM_PATH, json=fcm_message(address), headers=bearer)
            assert answer.status_code == 404
            assert answer.json()["error"]["details"][0]["errorCode"] == "UNREGISTERED"


class TestApns:
    def send(self, client, service, phone, *, content=None, **changes):
        body = {"aps": {"alert": {"title": "x"}}} if content is None else content
        return client.post(apns.PATH + phone, json=body, headers=apple_headers(service, **changes))

    def test_a_message_arrives_and_its_id_comes_back(self, client, service):
        phone, name = service.install("apns"), str(uuid4())
        answer = self.send(client, service, phone, apns_id=name)
        assert (answer.status_code, answer.headers["apns-id"], answer.http_version) == (200, name, "HTTP/2")
        [received] = service.received(phone)
        assert (received.content, received.tag) == ({"aps": {"alert": {"title": "x"}}}, "k")
        assert 55 <= received.ttl <= 60

    @pytest.mark.parametrize(
        "changes, reason",
        [
            ({"authorization": None}, "MissingProviderToken"),
            ({"kid": "OTHER"}, "InvalidProviderToken"),
            ({"issuer": "OTHER"}, "InvalidProviderToken"),
            ({"authorization": "bearer x.y.z"}, "InvalidProviderToken"),
            ({"age": 3700}, "ExpiredProviderToken"),
        ],
    )
    def test_a_sender_it_does_not_know_is_turned_away(self, client, service, changes, reason):
        answer = self.send(client, service, service.install("apns"), **changes)
        assert (answer.status_code, answer.json()["reason"]) == (403, reason)

    @pytest.mark.parametrize(
        "changes, status, reason",
        [
            ({"apns_topic": None}, 400, "MissingTopic"),
            ({"apns_topic": "org.example.other"}, 400, "TopicDisallowed"),
            ({"apns_collapse_id": "x" * 65}, 400, "BadCollapseId"),
            ({"apns_push_type": "loud"}, 400, "InvalidPushType"),
            ({"apns_priority": "11"}, 400, "BadPriority"),
            ({"apns_expiration": "soon"}, 400, "BadExpirationDate"),
            ({"apns_id": "x"}, 400, "BadMessageId"),
            ({"content": {"aps": {}}}, 400, "PayloadEmpty"),
            ({"content": {"aps": {"alert": "x" * 5000}}}, 413, "PayloadTooLarge"),
        ],
    )
    def test_a_malformed_message_is_turned_away(self, client, service, changes, status, reason):
        phone = service.install("apns")
        answer = self.send(client, service, phone, **changes)
        assert (answer.status_code, answer.json()["reason"], service.received(phone)) == (status, reason, [])

    @pytest.mark.parametrize("token", ["ab" * 32, "short", "Z" * 64])
    def test_a_token_it_never_gave_is_bad(self, client, service, token):
        answer = self.send(client, service, token)
        assert (answer.status_code, answer.json()["reason"]) == (400, "BadDeviceToken")

    def test_an_app_that_was_removed_is_gone_since_then(self, client, service):
        phone = service.install("apns")
        service.unsubscribe(phone)
        answer = self.send(client, service, phone)
        assert (answer.status_code, answer.json()["reason"]) == (410, "Unregistered")
        assert 0 <= time.time() * 1000 - answer.json()["timestamp"] < 60_000

    def test_it_speaks_http2_alone(self, service):
        with httpx.Client(base_url=service.origin, verify=service.certificates(), trust_env=False) as old:
            assert self.send(old, service, service.install("apns")).status_code == 505


class TestBothVersionsOfHttp:
    @pytest.fixture(params=[False, True], ids=["HTTP/1.1", "HTTP/2"])
    def caller(self, request, service) -> Iterator[httpx.Client]:
        with httpx.Client(
            base_url=service.origin, verify=service.certificates(), http2=request.param, trust_env=False, timeout=1
        ) as client:
            yield client

    def test_a_stall_a_cut_and_a_drip_without_end(self, caller, service):
        service.reply_next(Reply(stall_seconds=3), Reply(reset=True), Reply(200, drip=True))
        for trouble in (httpx.ReadTimeout, httpx.TransportError):
            with pytest.raises(trouble):
                caller.post("/push/x")
        with pytest.raises(httpx.ReadTimeout):
            caller.post("/push/x", extensions={"timeout": {"connect": 1, "read": 0.01, "pool": 1, "write": 1}})
        assert caller.post("/push/x").status_code == 404

    def test_a_large_answer_is_given_whole(self, caller, service):
        service.reply_next(Reply(200, body=b"x" * 300_000))
        assert len(caller.post("/push/x").content) == 300_000

    def test_only_posts_are_taken(self, caller):
        assert caller.get("/push/x").status_code == 405

    def test_one_slow_exchange_holds_up_no_other(self, service):
        service.reply_next(Reply(stall_seconds=30))
        with httpx.Client(base_url=service.origin, verify=service.certificates(), http2=True, trust_env=False, timeout=0.5) as impatient:
            with pytest.raises(httpx.ReadTimeout):
                impatient.post("/push/x")
            assert impatient.post("/push/x").status_code == 404
