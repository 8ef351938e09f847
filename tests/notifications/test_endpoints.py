"""Which endpoints, keys and addresses are let through."""

import base64
import itertools
import secrets
import socket
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pytest_django import Settings

from notifications.endpoints import (
    EndpointRefused,
    check_endpoint,
    check_keys,
    is_public,
    resolve_pinned,
)

FCM = "https://fcm.googleapis.com/fcm/send/abc:def-_~"


@pytest.fixture(autouse=True)
def known_services(settings: Settings) -> None:
    settings.PUSH_HOSTS = [
        "fcm.googleapis.com",
        "*.push.services.mozilla.com",
        "*.notify.windows.com",
        "*.push.apple.com",
    ]
    settings.PUSH_DEVELOPMENT_HOST = ""
    settings.PUSH_DEVELOPMENT_CA = ""


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "url",
    [
        FCM,
        "https://fcm.googleapis.com/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA_-1",
        "https://eu.west.push.services.mozilla.com/wpush/v2/x",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAB%2b%2f%3d",
        "https://web.push.apple.com/QGx_a",
        "https://fcm.googleapis.com/" + "a" * (2048 - 27),
    ],
)
def test_endpoints_of_known_services_pass_unchanged(url: str) -> None:
    assert check_endpoint(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://FCM.GoogleAPIs.com/fcm/send/abc:def-_~",
        "https://fcm.googleapis.com:443/fcm/send/abc:def-_~",
        "hTTps://fcm.googleapis.COM:443/fcm/send/abc:def-_~",
    ],
)
def test_spellings_of_one_endpoint_become_one(url: str) -> None:
    assert check_endpoint(url).url == FCM
    assert check_endpoint(url).origin == "https://fcm.googleapis.com"


@pytest.mark.parametrize(
    "url, service",
    [
        (FCM, "https://fcm.googleapis.com"),
        ("https://wns2-par02p.notify.windows.com/w", "https://*.notify.windows.com"),
        ("https://made.up.notify.windows.com/w", "https://*.notify.windows.com"),
        ("https://web.push.apple.com/Q", "https://*.push.apple.com"),
    ],
)
def test_names_below_one_entry_are_one_service(url: str, service: str) -> None:
    assert check_endpoint(url).service == service


def test_the_path_keeps_its_case() -> None:
    assert check_endpoint("https://fcm.googleapis.com/fcm/send/AbC").url.endswith("/AbC")


@pytest.mark.parametrize(
    "url, code",
    [
        ("https://fcm.googleapis.com/" + "a" * (2049 - 27), "too-long"),
        ("", "malformed"),
        ("fcm.googleapis.com/x", "not-https"),
        ("http://fcm.googleapis.com/x", "not-https"),
        ("ftp://fcm.googleapis.com/x", "not-https"),
        ("file:///etc/passwd", "not-https"),
        ("javascript:alert(1)", "not-https"),
        ("//fcm.googleapis.com/x", "not-https"),
        ("https:/fcm.googleapis.com/x", "malformed"),
        ("https:fcm.googleapis.com/x", "malformed"),
        ("https:///fcm.googleapis.com/x", "malformed"),
        ("https://fcm.googleapis.com", "malformed"),
        ("https://fcm.googleapis.com/", "malformed"),
        ("https://fcm.googleapis.com?x=/y", "malformed"),
        ("https://fcm.googleapis.com:80/x", "port"),
        ("https://fcm.googleapis.com:8443/x", "port"),
        ("https://fcm.googleapis.com:0443/x", "port"),
        ("https://fcm.googleapis.com:+443/x", "port"),
        ("https://fcm.googleapis.com:/x", "port"),
        ("https://fcm.googleapis.com:443:443/x", "port"),
        ("https://fcm.googleapis.com:99999999/x", "port"),
        ("https://fcm.googleapis.com:4\u06643/x", "malformed"),
        ("https://me@fcm.googleapis.com/x", "userinfo"),
        ("https://me:you@fcm.googleapis.com/x", "userinfo"),
        ("https://@fcm.googleapis.com/x", "userinfo"),
        ("https://fcm.googleapis.com@evil.example/x", "userinfo"),
        ("https://fcm.googleapis.com/x#f", "fragment"),
        ("https://fcm.googleapis.com/x#", "fragment"),
        ("https://evil.example/x", "unknown-service"),
        ("https://evil.example/fcm.googleapis.com/x", "unknown-service"),
        ("https://evil.example?fcm.googleapis.com/x", "malformed"),
        ("https://fcm.googleapis.com.evil.example/x", "unknown-service"),
        ("https://evilfcm.googleapis.com/x", "unknown-service"),
        ("https://sub.fcm.googleapis.com/x", "unknown-service"),
        ("https://push.apple.com/x", "unknown-service"),
        ("https://evilpush.apple.com/x", "unknown-service"),
        ("https://x.push.apple.com.evil.example/x", "unknown-service"),
        ("https://localhost/x", "unknown-service"),
        ("https://xn--fm-kka.googleapis.com/x", "unknown-service"),
        ("https://fcm.googleapis.com./x", "trailing-dot"),
        ("https://web.push.apple.com.:443/x", "trailing-dot"),
        ("https://.push.apple.com/x", "malformed"),
        ("https://a..push.apple.com/x", "malformed"),
        ("https://-a.push.apple.com/x", "malformed"),
        ("https://a-.push.apple.com/x", "malformed"),
        ("https://a_b.push.apple.com/x", "malformed"),
        ("https://a%2eb.push.apple.com/x", "malformed"),
        ("https://" + "a" * 64 + ".push.apple.com/x", "malformed"),
        ("https://" + "a." * 130 + "push.apple.com/x", "malformed"),
        ("https://127.0.0.1/x", "ip-literal"),
        ("https://127.1/x", "ip-literal"),
        ("https://2130706433/x", "ip-literal"),
        ("https://0x7f000001/x", "ip-literal"),
        ("https://0x7f.0.0.1/x", "ip-literal"),
        ("https://017700000001/x", "ip-literal"),
        ("https://8.8.8.8/x", "ip-literal"),
        ("https://169.254.169.254/latest/meta-data", "ip-literal"),
        ("https://[::1]/x", "ip-literal"),
        ("https://[::ffff:127.0.0.1]/x", "ip-literal"),
        ("https://[fe80::1%25eth0]/x", "ip-literal"),
        ("https://[v1.x]/x", "ip-literal"),
        ("https://[/x", "malformed"),
        ("https://fcm.googleapis.com/a b", "malformed"),
        ("https://fcm.googleapis.com/x\n", "malformed"),
        (" https://fcm.googleapis.com/x", "malformed"),
        ("https://fcm.google\tapis.com/x", "malformed"),
        ("https://fcm.googleapis.com/x\r\nHost: evil.example", "malformed"),
        ("https://fcm.googleapis.com/x\x00", "malformed"),
        ("https://evil.example\\@fcm.googleapis.com/x", "malformed"),
        ("https://fcm.googleapis.com\\.evil.example/x", "malformed"),
        ("https:\\\\fcm.googleapis.com\\x", "malformed"),
        ("https://fcm.googleapis.com/%zz", "malformed"),
        ("https://fcm.googleapis.com/<x>", "malformed"),
        ("https://fcm。googleapis。com/x", "malformed"),
        ("https://ｆcm.googleapis.com/x", "malformed"),
        ("https://fcm.googleapıs.com/x", "malformed"),
        ("https://fcm.google\u00adapis.com/x", "malformed"),
        ("https://fcm.google\u200bapis.com/x", "malformed"),
        ("https://℀.push.apple.com/x", "malformed"),
    ],
)
def test_other_endpoints_are_refused_with_their_code(url: str, code: str) -> None:
    with pytest.raises(EndpointRefused) as caught:
        check_endpoint(url)

    assert caught.value.code == code
    assert url == "" or url not in str(caught.value)


def test_the_development_receiver_passes_only_when_named(settings: Settings) -> None:
    url = "https://localhost:9443/push/abc"
    with pytest.raises(EndpointRefused):
        check_endpoint(url)

    settings.PUSH_DEVELOPMENT_HOST = "localhost:9443"
    endpoint = check_endpoint(url)

    assert (endpoint.host, endpoint.port, endpoint.is_development) == ("localhost", 9443, True)
    assert (endpoint.origin, endpoint.service) == ("https://localhost:9443", "https://localhost:9443")
    assert not check_endpoint(FCM).is_development


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/push/abc",
        "https://localhost:9444/push/abc",
        "https://localhost:9443@evil.example/x",
        "https://me@localhost:9443/push/abc",
        "http://localhost:9443/push/abc",
        "https://localhost.:9443/push/abc",
        "https://127.0.0.1:9443/push/abc",
    ],
)
def test_naming_a_development_receiver_opens_nothing_else(settings: Settings, url: str) -> None:
    settings.PUSH_DEVELOPMENT_HOST = "localhost:9443"

    with pytest.raises(EndpointRefused):
        check_endpoint(url)


# Keys


def subscription_point() -> bytes:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize("write", [b64, lambda raw: base64.urlsafe_b64encode(raw).decode()])
def test_good_keys_come_back_as_bytes_with_or_without_padding(write: Callable[[bytes], str]) -> None:
    point, secret = subscription_point(), secrets.token_bytes(16)

    keys = check_keys(write(point), write(secret))

    assert (keys.p256dh, keys.auth) == (point, secret)


def compressed_point() -> bytes:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def other_curve_point() -> bytes:
    public = ec.generate_private_key(ec.SECP256K1()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAAA",
        b64(compressed_point()),
        b64(other_curve_point()),
        b64(b"\x04" + b"\x00" * 64),
        b64(b"\x04" + b"\xff" * 64),
        b64(b"\x00"),
        b64(subscription_point() + b"\x00"),
        b64(subscription_point()[:-1]),
        b64(subscription_point()) + "===",
        b64(subscription_point()) + "\n",
        "é" * 87,
        "!" * 87,
        "B" * 100_000,
    ],
    ids=itertools.count(),
)
def test_points_that_are_not_on_the_curve_are_refused(text: str) -> None:
    with pytest.raises(EndpointRefused) as caught:
        check_keys(text, b64(secrets.token_bytes(16)))

    assert caught.value.code == "bad-key"


@pytest.mark.parametrize("text", ["", b64(b"x" * 15), b64(b"x" * 17), "A", "A" * 21, "/" * 22, "=" * 24], ids=itertools.count())
def test_secrets_of_another_length_are_refused(text: str) -> None:
    with pytest.raises(EndpointRefused) as caught:
        check_keys(b64(subscription_point()), text)

    assert caught.value.code == "bad-secret"


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "142.250.184.10",
        "17.57.144.10",
        "223.255.255.254",
        "2a00:1450:4003:80f::200a",
        "2620:149:208:430e::e",
        "2600::1",
    ],
)
def test_ordinary_internet_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        # IPv4
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.254",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.9",
        "192.0.0.170",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        # IPv6 that is not ours to call
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "2600::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        # IPv4 inside IPv6
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2002:808:808::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:10::1",
        "2001:20::1",
        "2600:1::5efe:7f00:1",
        "2600:1::200:5efe:10.0.0.1",
        # Not addresses
        "",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "8.8.8.8 ",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address)


def answer_with(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[tuple[Any, ...]]:
    asked: list[tuple[Any, ...]] = []

    def answer(*args: Any, **kwargs: Any) -> list[tuple[Any, ...]]:
        asked.append(args)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_only_public_addresses_of_a_host_are_returned_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, "2600::1", "10.0.0.1", "8.8.8.8", "8.8.8.8", "64:ff9b::7f00:1")

    assert resolve_pinned("fcm.googleapis.com", 443) == ("2600::1", "8.8.8.8")
    assert asked == [("fcm.googleapis.com", 443)]


def test_a_host_with_private_addresses_only_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, "127.0.0.1", "::1", "169.254.169.254", "2002:7f00:1::")

    with pytest.raises(EndpointRefused) as caught:
        resolve_pinned("fcm.googleapis.com", 443)

    assert caught.value.code == "private-address"


def test_the_development_receiver_must_be_on_this_machine(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PUSH_DEVELOPMENT_HOST = "localhost:9443"
    answer_with(monkeypatch, "::1", "127.0.0.1", "10.0.0.1", "8.8.8.8")
    assert resolve_pinned("localhost", 9443) == ("::1", "127.0.0.1")

    answer_with(monkeypatch, "10.0.0.1", "8.8.8.8", "::ffff:127.0.0.1")
    with pytest.raises(EndpointRefused):
        resolve_pinned("localhost", 9443)


def test_naming_a_development_receiver_lets_no_public_name_point_inside(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PUSH_DEVELOPMENT_HOST = "localhost:9443"
    answer_with(monkeypatch, "127.0.0.1")

    for host, port in (("fcm.googleapis.com", 443), ("fcm.googleapis.com", 9443), ("localhost", 443)):
        with pytest.raises(EndpointRefused):
            resolve_pinned(host, port)


def test_an_unknown_name_and_a_slow_resolver_are_network_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(OSError, match="unknown"):
        resolve_pinned("fcm.googleapis.com", 443)

    waited_enough = Event()

    def slow(*args: Any, **kwargs: Any) -> list[tuple[Any, ...]]:
        waited_enough.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(TimeoutError):
        resolve_pinned("fcm.googleapis.com", 443, seconds=0.05)
    waited_enough.set()
