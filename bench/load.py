"""The client of the HTTP benchmark: keep-alive connections on one thread, light on CPU, which it counts of itself.

`python -m bench.load PLAN` reads a plan (requests per connection, in order), sends each request when the one before it
on its connection was answered, stops at the end of the time, and only then looks at the answers: status, and for looks
every value against the oracle. Prints one line of JSON.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.oracle import Oracle

_HEAD_END = b"\r\n\r\n"
_MOST = 1 << 18
_PATIENCE = 15.0


@dataclass(slots=True)
class Answered:
    """One request that was answered: its place in the plan, how long it took, and the bytes that came."""

    number: int
    seconds: float
    data: bytes


@dataclass(slots=True)
class Line:
    """One connection with what it has to send."""

    sock: socket.socket
    todo: list[tuple[int, bytes]]
    next: int = 0
    begun: float = 0.0
    data: bytes = b""
    need: int = 0

    def send(self) -> bool:
        """Send the next request; False when there is none."""
        if self.next >= len(self.todo):
            return False
        self.data, self.need = b"", 0
        self.begun = time.perf_counter()
        self.sock.sendall(self.todo[self.next][1])
        return True

    def take(self) -> Answered | None:
        """Read what came; gives the answer when it is whole. ConnectionError when the server hung up."""
        piece = self.sock.recv(_MOST)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.data += piece
        if not self.need:
            end = self.data.find(_HEAD_END)
            if end < 0:
                return None
            self.need = end + len(_HEAD_END) + _length(self.data[:end])
        if len(self.data) < self.need:
            return None
        done = Answered(self.todo[self.next][0], time.perf_counter() - self.begun, self.data)
        self.next += 1
        return done


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise ConnectionError("an answer without its length")


@dataclass(slots=True)
class Run:
    """What came of a run."""

    answered: list[Answered] = field(default_factory=list)
    broken: int = 0
    wall: float = 0.0
    cpu: float = 0.0


def run(port: int, lanes: list[list[tuple[int, bytes]]], seconds: float) -> Run:
    """Send what each lane has to send until the time is over; answers under way are waited for."""
    found = Run()
    chooser = selectors.DefaultSelector()
    lines = []
    for todo in lanes:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(60)
        lines.append(Line(sock, todo))
    begun, cpu = time.perf_counter(), time.process_time()
    stop = begun + seconds
    open_lines = 0
    for line in lines:
        if line.send():
            chooser.register(line.sock, selectors.EVENT_READ, line)
            open_lines += 1
    while open_lines:
        ready = chooser.select(_PATIENCE)
        if not ready:  # whoever waits still is not answered any more
            found.broken += open_lines
            break
        for key, _ in ready:
            if not _step(key.data, found, stop):
                chooser.unregister(key.fileobj)
                open_lines -= 1
    found.wall, found.cpu = time.perf_counter() - begun, time.process_time() - cpu
    for line in lines:
        line.sock.close()
    return found


def _step(line: Line, found: Run, stop: float) -> bool:
    """Read what came on a line and send the next request; False when the line is at its end."""
    try:
        done = line.take()
    except ConnectionError:
        found.broken += 1
        return False
    if done is None:
        return True
    found.answered.append(done)
    return time.perf_counter() < stop and line.send()


def request(path: str, token: str, body: Any) -> bytes:
    """Write one request as it goes over the wire."""
    data = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def judge(found: Run, people_numbers: list[int], *, looked: bool) -> dict[str, Any]:
    """Look at the answers: statuses, entries named, and whether each look gave the person's own values."""
    statuses: Counter[int] = Counter()
    entries: list[str] = []
    oracle = Oracle()
    failures: list[str] = []
    for done in found.answered:
        head, _, body = done.data.partition(_HEAD_END)
        status = int(head.split(b" ", 2)[1])
        statuses[status] += 1
        if status not in {200, 201}:
            failures.append(body[:200].decode("utf-8", "replace"))
            continue
        answer = json.loads(body)
        if "entry" in answer:
            entries.append(answer["entry"])
        if looked:
            oracle.looked(people_numbers[done.number], {item["category"]: item["value"] for item in answer["items"]})
    good = statuses[200] + statuses[201]
    times = sorted(done.seconds for done in found.answered)
    return {
        "good": good,
        "failed": len(found.answered) - good + found.broken,
        "failures": failures[:3],
        "right": oracle.right,
        "wrong": oracle.wrong,
        "wall": found.wall,
        "client": found.cpu,
        "p50": times[len(times) // 2] if times else 0.0,
        "p99": times[min(len(times) - 1, len(times) * 99 // 100)] if times else 0.0,
        "entries": entries,
    }


def main() -> None:
    """Run the plan that the command line names."""
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    numbers: list[int] = []
    lanes: list[list[tuple[int, bytes]]] = [[] for _ in range(plan["connections"])]
    for place, one in enumerate(plan["requests"]):
        numbers.append(one["person"])
        lanes[one["lane"]].append((place, request(one["path"], plan["token"], one["body"])))
    found = run(plan["port"], lanes, plan["seconds"])
    print(json.dumps(judge(found, numbers, looked=plan["op"] == "look")))


if __name__ == "__main__":
    main()
