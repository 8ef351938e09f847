"""A load of HTTP requests over connections that stay open, and the CPU time the server spent on it."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from config.benchmarks.results import Figures


@dataclass(frozen=True)
class Call:
    """One request, ready to be written to a socket."""

    wire: bytes


def put(path: str, body: bytes, headers: dict[str, str]) -> Call:
    lines = [f"PUT {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return Call("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def measure(address: str, server_pid: int, calls: Sequence[Call], *, connections: int) -> Figures:
    """Sends the calls over `connections` sockets and sets them against the CPU seconds of the server's processes.

    A status of 400 or more counts as an error, and so does a connection that breaks.
    """
    before, started = _cpu_seconds(server_pid), time.perf_counter()
    times, errors = asyncio.run(_send_all(address, calls, connections))
    wall, cpu = time.perf_counter() - started, _cpu_seconds(server_pid) - before
    times.sort()
    return Figures(
        requests=len(calls),
        errors=errors,
        per_cpu_second=len(calls) / max(cpu, 1e-9),
        per_second=len(calls) / wall,
        p50_ms=1000 * times[len(times) // 2],
        p99_ms=1000 * times[int(len(times) * 0.99)],
    )


async def _send_all(address: str, calls: Sequence[Call], connections: int) -> tuple[list[float], int]:
    parts = urlsplit(address)
    waiting = iter(calls)
    done = await asyncio.gather(*(_connection(parts.hostname or "", parts.port or 80, waiting) for _ in range(connections)))
    return [time for times, _ in done for time in times], sum(errors for _, errors in done)


async def _connection(host: str, port: int, waiting: Iterator[Call]) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection(host, port)
    times, errors = [], 0
    for call in waiting:
        started = time.perf_counter()
        writer.write(call.wire)
        status = await _read_answer(reader)
        times.append(time.perf_counter() - started)
        errors += status >= 400
    writer.close()
    return times, errors


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    return int(head[9:12])


def _cpu_seconds(pid: int) -> float:
    """Time on a CPU of a process, its children and all their threads; to the nanosecond where the kernel tells."""
    parent = psutil.Process(pid)
    return sum(_time_of(one) for one in [parent, *parent.children(recursive=True)])


def _time_of(process: psutil.Process) -> float:
    try:
        threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9
    except (OSError, ValueError, IndexError):
        spent = process.cpu_times()
        return float(spent.user + spent.system)
