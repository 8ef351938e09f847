"""A push service that takes everything and keeps connections open: `python -m config.benchmarks.webpush.sink FOLDER`.

Prints its address, and when its input ends, what it saw of keys and signatures.
"""

import json
import sys
from pathlib import Path

from notifications.channels.aes128gcm import POINT_BYTES, SALT_BYTES
from notifications.stand_ins.authority import make_authority
from notifications.stand_ins.exchange import Reply, Request
from notifications.stand_ins.listener import Listener

_KEY_AT = SALT_BYTES + 5


class Sink:
    def __init__(self) -> None:
        self.messages = 0
        self.sender_keys: set[bytes] = set()
        self.signatures: set[str] = set()

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/push/ebb/"):
            self.messages += 1
            self.sender_keys.add(request.body[_KEY_AT : _KEY_AT + POINT_BYTES])
            self.signatures.add(request.headers.get("authorization", ""))
        return Reply(201)


def main(folder: Path) -> None:
    _, service = make_authority(folder, host="localhost")
    sink = Sink()
    listener = Listener(service, port=0, answer=sink.answer)
    listener.start()
    print(f"localhost:{listener.port}", flush=True)  # noqa: T201  (its answer to whoever started it)
    sys.stdin.read()
    listener.stop()
    seen = {"messages": sink.messages, "sender_keys": len(sink.sender_keys), "signatures": len(sink.signatures)}
    print(json.dumps(seen), flush=True)  # noqa: T201  (as above)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
