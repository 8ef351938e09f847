"""Benchmarks: every figure is a ratio against a floor or a peer measured in the same run. `manage.py bench` runs them."""

# Dotted paths, because the peers live in this package too and must not load Ebb.
BENCHMARKS = {
    "http": "config.benchmarks.http_write.bench.http_write",
    "read": "config.benchmarks.read.bench.read",
    "queue": "config.benchmarks.queue.bench.queue",
    "webpush": "config.benchmarks.webpush.bench.webpush",
    "due": "config.benchmarks.due.bench.due",
    "assess": "config.benchmarks.assess.bench.assess",
    "replay": "config.benchmarks.replay.bench.replay",
    "app": "config.benchmarks.app.app",
}
