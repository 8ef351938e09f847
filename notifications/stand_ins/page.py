"""The stand-in's own page: which phones there are, what each shows, and how the next requests end. Plain HTTP, this machine only."""

import json
from collections.abc import Mapping
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final, Self
from urllib.parse import parse_qs

from notifications.stand_ins.endings import APNS, ENDINGS, FCM, ending
from notifications.stand_ins.phones import Phone, Received
from notifications.stand_ins.push_service import ANY, PushService

PLATFORMS: Final = ("webpush", "fcm", "apns")
LAST_ATTEMPTS: Final = 20
MAX_FORM: Final = 64 * 1024


class Page:
    """Shows a running push service. A context manager; port 0 takes any free one."""

    def __init__(self, service: PushService, *, port: int = 0) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, service))
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="push-page", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, service: PushService, *args: Any) -> None:
        self._service = service
        super().__init__(*args)

    def do_GET(self) -> None:
        if not self._is_for_us():
            self._answer(421, "text/plain", "This page answers to 127.0.0.1 and localhost only.")
        elif self.path == "/phones.json":
            self._answer(200, "application/json", json.dumps(_overview(self._service)))
        elif self.path == "/":
            self._answer(200, "text/html", _page(self._service))
        else:
            self._answer(404, "text/plain", "There is / and /phones.json.")

    def do_POST(self) -> None:
        form = self._form()
        # A page elsewhere could send a form here; its Origin gives it away.
        if (
            not self._is_for_us()
            or form is None
            or self.headers.get("Origin", f"http://{self.headers['Host']}") != f"http://{self.headers['Host']}"
        ):
            self._answer(403, "text/plain", "Not from here.")
            return
        try:
            made = _do(self._service, self.path, form)
        except (KeyError, ValueError):
            self._answer(400, "text/plain", "No such phone, platform or ending.")
            return
        if "text/html" in self.headers.get("Accept", ""):
            self.send_response(303)
            self.send_header("Location", "/")
            self.end_headers()
        else:
            self._answer(200, "application/json", json.dumps(made))

    def _form(self) -> dict[str, str] | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_FORM:
            return None
        text = self.rfile.read(int(length)).decode("latin-1")
        return {name: values[0] for name, values in parse_qs(text).items()}

    def _is_for_us(self) -> bool:
        """A name that somebody else's DNS points here is not ours."""
        return self.headers.get("Host", "").partition(":")[0] in {"127.0.0.1", "localhost"}

    def _answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the page shows what happened."""


def _do(service: PushService, path: str, form: Mapping[str, str]) -> Any:
    """One deed of the page; raises `KeyError` or `ValueError`."""
    match path:
        case "/phones" if form["platform"] == "webpush":
            made = service.subscribe(form.get("application_server_key") or None)
            return {"kind": "webpush", "endpoint": made.endpoint, "p256dh": made.p256dh, "auth": made.auth}
        case "/phones" if form["platform"] in PLATFORMS:
            return {"kind": form["platform"], "endpoint": service.install(form["platform"])}
        case "/off":
            service.turn_off(form["phone"])
        case "/on":
            service.turn_on(form["phone"])
        case "/gone":
            service.unsubscribe(form["phone"])
        case "/next":
            replies = [ending(form["ending"]) for _ in range(min(int(form.get("times", "1")), 10_000))]
            service.reply_next(*replies, platform=_platform(form))
        case "/always":
            service.reply_always(ending(form["ending"]) if form.get("ending") else None, platform=_platform(form))
        case _:
            raise KeyError(path)
    return {}


def _platform(form: Mapping[str, str]) -> str:
    platform = form.get("platform", ANY)
    if platform not in {ANY, "token", *PLATFORMS}:
        raise ValueError(platform)
    return platform


def _overview(service: PushService) -> dict[str, Any]:
    return {
        "phones": [
            {
                "platform": phone.platform,
                "address": phone.address,
                "is_on": phone.is_on,
                "is_gone": phone.gone_at is not None,
                "waiting": len(phone.waiting),
                "received": len(phone.received),
                "shown": [_message(message) for message in phone.shown()],
            }
            for phone in service.phones()
        ],
        "attempts": [{"platform": one.platform, "status": one.status, "reason": one.reason, "at": one.at} for one in service.attempts],
    }


def _message(message: Received) -> dict[str, Any]:
    return {"content": message.content, "tag": message.tag, "collapses": message.topic, "ttl": message.ttl, "at": message.at}


def _page(service: PushService) -> str:
    phones = "".join(_phone(phone) for phone in service.phones()) or "<p>No phone yet.</p>"
    attempts = "".join(
        f"<tr><td>{escape(one.platform)}<td>{one.status or 'cut'}<td>{escape(one.reason)}"
        for one in service.attempts[-LAST_ATTEMPTS:][::-1]
    )
    names = [("anywhere", set(ENDINGS) - set(FCM) - set(APNS)), ("FCM", set(FCM)), ("APNs", set(APNS))]
    choices = "".join(
        f'<optgroup label="{label}">{"".join(f"<option>{name}" for name in sorted(some))}</optgroup>' for label, some in names
    )
    platforms = "".join(f'<option value="{name}">{name or "every platform"}' for name in (ANY, *PLATFORMS, "token"))
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Push stand-in</title><style>{_STYLE}</style>
<h1>Push stand-in</h1><p>{escape(service.origin)} speaks Web Push, FCM and APNs. <a href="/">Look again</a> · <a href="/phones.json">as JSON</a></p>
<form method="post" action="/phones"><label>New phone <select name="platform">{"".join(f"<option>{one}" for one in PLATFORMS)}</select></label>
<button>Add</button></form>
<form method="post" action="/next"><label>End the next <input name="times" type="number" value="1" min="1" max="10000"></label>
<label>on <select name="platform">{platforms}</select></label> <label>with <select name="ending">{choices}</select></label> <button>Script</button></form>
<form method="post" action="/always"><label>End every one on <select name="platform">{platforms}</select></label>
<label>with <select name="ending"><option value="">what is right{choices}</select></label> <button>Set</button></form>
<h2>Phones</h2>{phones}<h2>Last requests</h2><table><tr><th>Platform<th>Status<th>Why{attempts}</table></html>"""


def _phone(phone: Phone) -> str:
    where = escape(phone.address)
    state = "gone" if phone.gone_at is not None else "on" if phone.is_on else f"off, {len(phone.waiting)} waiting"
    shown = "".join(f"<li><pre>{escape(json.dumps(message.content, indent=1, ensure_ascii=False))}</pre>" for message in phone.shown())
    deeds = "".join(
        f'<button formaction="/{deed}">{words}</button>'
        for deed, words in (("off", "Turn off"), ("on", "Turn on"), ("gone", "Remove the app"))
    )
    return f"""<section><h3>{phone.platform} · {state} · {len(phone.received)} received</h3><p><code>{where}</code></p>
<form method="post"><input type="hidden" name="phone" value="{where}">{deeds}</form><ul>{shown or "<li>The screen is empty."}</ul></section>"""


_STYLE = """body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}form{margin:.5rem 0}
section{border:1px solid #bbb;border-radius:.5rem;padding:0 1rem;margin:1rem 0}code{overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere}td,th{text-align:left;padding-right:2rem}"""
