"""The HTTPS client's budgets and addresses, below any push protocol."""

import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import httpcore
import pytest
from pytest_django import Settings

from notifications.channels import pinned
from notifications.channels.base import NotBegun
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.endpoints import Endpoint, EndpointRefused, check_endpoint
from notifications.stand_ins.push_service import PushService, Reply


@pytest.fixture
def push_service(tmp_path: Path, settings: Settings) -> Iterator[PushService]:
    with PushService(tmp_path) as service:
        settings.PUSH_DEVELOPMENT_HOST = service.place
        settings.PUSH_DEVELOPMENT_CA = str(service.authority)
        yield service


@pytest.fixture
def client() -> Iterator[PinnedClient]:
    client = PinnedClient()
    yield client
    client.close()


def endpoint_of(push_service: PushService) -> Endpoint:
    return check_endpoint(push_service.subscribe().endpoint)


def test_status_and_headers_come_back_and_the_body_is_dropped(client: PinnedClient, push_service: PushService) -> None:
    push_service.reply_next(Reply(429, headers={"Retry-After": "3"}, body=b"slow down"))

    answer = client.post(endpoint_of(push_service), headers={"TTL": "1"}, body=b"x")

    assert answer.status == 429
    assert answer.headers["retry-after"] == "3"


def test_the_next_address_is_tried_when_one_does_not_answer(
    client: PinnedClient, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_service.reply_next(Reply(201))
    monkeypatch.setattr("notifications.endpoints._resolve", lambda *args: ("::1", "127.0.0.1"))
    # The push service listens on the second one only.
    assert client.post(endpoint_of(push_service), headers={}, body=b"x").status == 201


def test_a_service_that_never_finishes_its_handshake_costs_the_connect_budget_only(settings: Settings, push_service: PushService) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.PUSH_DEVELOPMENT_HOST = f"localhost:{silent.getsockname()[1]}"
        endpoint = check_endpoint(f"https://{settings.PUSH_DEVELOPMENT_HOST}/push/x")
        client, started = PinnedClient(connect_seconds=0.3, total_seconds=60), time.monotonic()

        with pytest.raises(httpcore.TimeoutException):
            client.post(endpoint, headers={}, body=b"x")

        assert time.monotonic() - started < 5
        client.close()


def test_a_name_without_an_address_is_a_network_error(
    client: PinnedClient, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: object) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr("notifications.endpoints._resolve", unknown)
    with pytest.raises(httpcore.ConnectError):
        client.post(endpoint_of(push_service), headers={}, body=b"x")


def test_an_address_of_another_machine_is_refused_for_the_development_receiver(
    client: PinnedClient, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.endpoints._resolve", lambda *args: ("8.8.8.8",))
    with pytest.raises(EndpointRefused):
        client.post(endpoint_of(push_service), headers={}, body=b"x")


def test_the_budget_of_one_post_does_not_reach_into_the_next(push_service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
    client = PinnedClient(connect_seconds=5, total_seconds=20.0)
    endpoint = endpoint_of(push_service)
    push_service.reply_always(Reply(201))
    client.post(endpoint, headers={}, body=b"x")
    # Where the client reads its budget, it is later now.
    monkeypatch.setattr(pinned, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + 21))

    assert client.post(endpoint, headers={}, body=b"x").status == 201
    assert push_service.connections == 1
    client.close()


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
def test_nothing_is_posted_on_a_connection_that_stood_too_late_and_the_next_post_has_it(push_service: PushService, http2: bool) -> None:
    client, endpoint = PinnedClient(http2=http2), endpoint_of(push_service)
    push_service.reply_always(Reply(201))
    with pytest.raises(NotBegun):
        client.post(endpoint, headers={}, body=b"x", begin_by=time.monotonic())
    assert push_service.attempts == []

    assert client.post(endpoint, headers={}, body=b"x", begin_by=time.monotonic() + 60).status == 201
    assert push_service.connections == 1
    client.close()


class StandingLine:
    """Answers everything, and says whether it was closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def exchange(self, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes) -> tuple[Answer, bool]:
        return Answer(201, {}), True

    def is_usable(self) -> bool:
        return True

    def close(self) -> None:
        self.is_closed = True


def standing_lines(client: PinnedClient, monkeypatch: pytest.MonkeyPatch) -> list[StandingLine]:
    """The lines that the client opens from now on."""
    lines: list[StandingLine] = []

    def opened(endpoint: Endpoint) -> StandingLine:
        lines.append(StandingLine())
        return lines[-1]

    monkeypatch.setattr(client, "_new_line", opened)
    return lines


def test_a_kept_connection_that_fails_late_is_not_made_up_for_by_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    client = PinnedClient(http2=True)
    lines, late = standing_lines(client, monkeypatch), time.monotonic() + 100
    endpoint = Endpoint("", "push.example", 443, is_development=False)
    client.post(endpoint, headers={}, body=b"")

    def fail(*args: object, **kwargs: object) -> tuple[Answer, bool]:
        monkeypatch.setattr(pinned, "time", SimpleNamespace(monotonic=lambda: late + 1))
        raise httpcore.ReadError

    monkeypatch.setattr(lines[0], "exchange", fail)
    with pytest.raises(httpcore.ReadError):
        client.post(endpoint, headers={}, body=b"", begin_by=late)
    assert len(lines) == 1


def test_only_so_many_connections_are_kept_and_the_oldest_goes_first(client: PinnedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = standing_lines(client, monkeypatch)
    for number in range(pinned.MAX_KEPT + 2):
        client.post(Endpoint("", f"push-{number}.example", 443, is_development=False), headers={}, body=b"")

    assert [place for place, line in enumerate(lines) if line.is_closed] == [0, 1]


def test_a_connection_that_lay_idle_too_long_is_not_used_again(client: PinnedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = standing_lines(client, monkeypatch)
    here, there = (Endpoint("", f"{name}.example", 443, is_development=False) for name in ("here", "there"))
    client.post(here, headers={}, body=b"")
    client.post(there, headers={}, body=b"")
    monkeypatch.setattr(pinned, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + pinned.KEPT_ALIVE_SECONDS + 1))
    client.post(here, headers={}, body=b"")

    # The one it replaces, and the one that nobody asks for any more.
    assert [line.is_closed for line in lines] == [True, True, False]


def test_an_answer_that_was_not_read_to_its_end_costs_the_connection(client: PinnedClient, push_service: PushService) -> None:
    endpoint = endpoint_of(push_service)
    push_service.reply_next(Reply(201, body=b"x" * 100_000))
    client.post(endpoint, headers={}, body=b"x")
    push_service.reply_next(Reply(201))

    assert client.post(endpoint, headers={}, body=b"x").status == 201
    assert push_service.connections == 2
