"""Benchmarks: every figure is a ratio against a floor or a peer measured in the same run. `manage.py bench` runs them."""

from collections.abc import Callable

from config.benchmarks.http_write.bench import http_write
from config.benchmarks.results import Result

BENCHMARKS: dict[str, Callable[..., Result]] = {"http": http_write}
