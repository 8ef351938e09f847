"""Which push endpoints, keys and network addresses Ebb is willing to talk to.

A push endpoint is an address a stranger hands us and asks us to call, so each of its parts
is checked when a device registers and again before every send; the host's network address is
checked once more at the moment of connecting, and the connection goes to exactly the address
that was checked.

The one exception is a development receiver: ``settings.PUSH_DEVELOPMENT_HOST`` names it as
``host:port``, it may live on this machine only, and its own certificate authority
(``settings.PUSH_DEVELOPMENT_CA``) vouches for it and for nobody else.
"""

import base64
import binascii
import ipaddress
import re
import socket
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings

MAX_ENDPOINT_LENGTH: Final = 2048
MAX_KEY_TEXT: Final = 128
RESOLVE_SECONDS: Final = 3.0

_PRINTABLE_ASCII = re.compile(r"[\x21-\x7e]+")
# The delimiters RFC 3986 gives no place in a path or query, and those parsers disagree about.
_NEVER_IN_A_URL = re.compile(r'[\\<>"{}|^`]|%(?![0-9A-Fa-f]{2})')
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PORT = re.compile(r"[0-9]{1,5}")
# Every spelling of an IPv4 address that some resolver accepts: 127.1, 0x7f.1, 2130706433, 017700000001.
_NUMBER_LIKE = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")

# The IANA special-purpose registries, written out: `is_global` differs between Python releases
# and says yes to forms that lead back inside (6to4, NAT64) and to multicast.
_NEVER_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_ORDINARY_V6 = ipaddress.IPv6Network("2000::/3")
_NEVER_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo (2001::/32) and ORCHID among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries any IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_ISATAP = (0x00005EFE, 0x02005EFE)


class EndpointRefused(ValueError):
    """A push endpoint, key or address that Ebb will not use; ``code`` is stable, for API errors."""

    def __init__(self, code: str, explanation: str) -> None:
        super().__init__(explanation)
        self.code = code


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked endpoint in its one canonical spelling, which is the one to store and hash."""

    url: str = field(repr=False)
    host: str
    port: int
    is_development: bool
    listed_as: str = ""

    @property
    def service(self) -> str:
        """What is slowed down or stopped as one: the origin, or ``https://*.example.org`` where a whole domain is listed.

        Below such a domain anybody can make up names, and none of them shall come with limits of its own.
        """
        return f"https://{self.listed_as}" if self.listed_as.startswith("*.") else self.origin

    @property
    def origin(self) -> str:
        """Scheme, host and port: the audience of VAPID tokens."""
        return f"https://{self.host}" if self.port == 443 else f"https://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Keys:
    """A subscription's public point (65 bytes, uncompressed) and its 16-byte secret."""

    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)


def check_endpoint(url: str) -> Endpoint:
    """Return the endpoint in canonical spelling, or raise `EndpointRefused`.

    Host and scheme may come in any case and port 443 may be written out; both are normalised.
    """
    if len(url) > MAX_ENDPOINT_LENGTH:
        raise EndpointRefused("too-long", "The endpoint is longer than 2,048 characters.")
    if not _PRINTABLE_ASCII.fullmatch(url) or _NEVER_IN_A_URL.search(url):
        raise EndpointRefused("malformed", "The endpoint holds characters that no address has.")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise EndpointRefused("malformed", "The endpoint is not an address.") from None
    if parts.scheme != "https":
        raise EndpointRefused("not-https", "The endpoint must begin with https.")
    if "#" in url:
        raise EndpointRefused("fragment", "The endpoint must not have a fragment.")
    if "@" in parts.netloc:
        raise EndpointRefused("userinfo", "The endpoint must not name a user.")
    host, port = _host_and_port(parts.netloc)
    if not parts.path.startswith("/") or parts.path == "/":
        raise EndpointRefused("malformed", "The endpoint must have a path.")
    is_development = f"{host}:{port}" == _development_host()
    listed_as = "" if is_development else _listed_as(host, port)
    origin = Endpoint(url="", host=host, port=port, is_development=is_development).origin
    query = f"?{parts.query}" if parts.query else ""
    return Endpoint(origin + parts.path + query, host, port, is_development, listed_as)


def own_endpoint(base: str, path: str) -> Endpoint:
    """An address below one that the operator has set. Raises `ValueError` for a base that is not plain https.

    It needs no list, since no stranger gave it; its network address is checked like every other.
    """
    parts = urlsplit(base)
    host, port = parts.hostname or "", parts.port or 443
    if parts.scheme != "https" or not host or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("not a plain https address")
    origin = Endpoint("", host, port, f"{host}:{port}" == _development_host())
    return Endpoint(origin.origin + parts.path.rstrip("/") + path, host, port, origin.is_development)


def check_keys(p256dh: str, auth: str) -> Keys:
    """Return the subscription's keys as bytes, or raise `EndpointRefused`.

    Both come in url-safe base64, with or without padding, as browsers give them.
    """
    point = _decoded(p256dh, code="bad-key")
    secret = _decoded(auth, code="bad-secret")
    if len(point) != 65 or point[0] != 4:
        raise EndpointRefused("bad-key", "The key must be an uncompressed P-256 point.")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        raise EndpointRefused("bad-key", "The key is not a point on the curve P-256.") from None
    if len(secret) != 16:
        raise EndpointRefused("bad-secret", "The secret must be 16 bytes long.")
    return Keys(p256dh=point, auth=secret)


def resolve_pinned(host: str, port: int, *, seconds: float = RESOLVE_SECONDS) -> tuple[str, ...]:
    """Return the addresses of the host that may be connected to, in the resolver's order.

    Connect to one of these literally; resolving the name again would undo the check. Raises
    `EndpointRefused` (``private-address``) when none may be used, and `OSError` when the name
    cannot be resolved in ``seconds``.
    """
    found = _resolve(host, port, seconds)
    if f"{host}:{port}" == _development_host():
        allowed = tuple(text for text in found if is_this_machine(text))
    else:
        allowed = tuple(text for text in found if is_public(text))
    if not allowed:
        raise EndpointRefused("private-address", "The endpoint's host has no public address.")
    return allowed


def is_public(address: str) -> bool:
    """Whether the text is an ordinary unicast internet address that embeds no other address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not any(ip in network for network in _NEVER_V4)
    # Only 2000::/3 is handed out as unicast: mapped, compatible, NAT64 (64:ff9b::/96 and
    # 64:ff9b:1::/48), unique local, link-local, site-local and multicast all lie outside it.
    if ip.scope_id is not None or ip not in _ORDINARY_V6 or not ip.is_global:
        return False
    embeds_v4 = (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP
    return not embeds_v4 and not any(ip in network for network in _NEVER_V6)


def is_this_machine(address: str) -> bool:
    """Whether the text is a plain loopback address: 127.0.0.0/8 or ::1."""
    try:
        return ipaddress.ip_address(address).is_loopback and not address.lower().startswith("::ffff:")
    except ValueError:
        return False


def _host_and_port(netloc: str) -> tuple[str, int]:
    if "[" in netloc or "]" in netloc:
        raise EndpointRefused("ip-literal", "The endpoint must name a host, not a number.")
    name, colon, digits = netloc.partition(":")
    host = name.lower()
    if host.endswith("."):
        raise EndpointRefused("trailing-dot", "The endpoint's host must not end with a dot.")
    if _NUMBER_LIKE.fullmatch(host):
        raise EndpointRefused("ip-literal", "The endpoint must name a host, not a number.")
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise EndpointRefused("malformed", "The endpoint's host is not a name.")
    if not colon:
        return host, 443
    if not _PORT.fullmatch(digits) or digits.startswith("0"):
        raise EndpointRefused("port", "The endpoint's port is not a number.")
    return host, int(digits)


def _listed_as(host: str, port: int) -> str:
    """The entry of the list that allows this host. ``*.example.org`` stands for every name below example.org."""
    if port != 443:
        raise EndpointRefused("port", "The endpoint must use port 443.")
    for entry in map(str.lower, settings.PUSH_HOSTS):
        if host == entry or (entry.startswith("*.") and host.endswith(entry[1:])):
            return entry
    raise EndpointRefused("unknown-service", "The endpoint's host is not a push service we know.")


def _development_host() -> str | None:
    return settings.PUSH_DEVELOPMENT_HOST.lower() or None


def _decoded(text: str, *, code: str) -> bytes:
    stripped = text.rstrip("=")
    if len(text) > MAX_KEY_TEXT or len(text) - len(stripped) > 2:
        raise EndpointRefused(code, "The value is not url-safe base64.")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", stripped):
        raise EndpointRefused(code, "The value is not url-safe base64.")
    try:
        return base64.urlsafe_b64decode(stripped + "=" * (-len(stripped) % 4))
    except binascii.Error:
        raise EndpointRefused(code, "The value is not url-safe base64.") from None


def _resolve(host: str, port: int, seconds: float) -> tuple[str, ...]:
    # getaddrinfo knows no deadline, so it waits in a thread of its own that may outlive us.
    outcome: SimpleQueue[tuple[str, ...] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            outcome.put(error if isinstance(error, OSError) else OSError("not a host name"))
        else:
            outcome.put(tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found)))

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = outcome.get(timeout=max(seconds, 0.001))
    except Empty:
        raise TimeoutError("resolving the host took too long") from None
    if isinstance(answer, OSError):
        raise answer
    return answer
