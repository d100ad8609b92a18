"""One target, one process: `python -m fuzzing.child TARGET SECONDS FOLDER`.

A finding does not stop the run: it is kept once per place it came from, with its input, and the run goes on. Besides
exceptions, an attempt that takes very long is a finding (a pattern or loop that grows faster than its input).
"""

import hashlib
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import atheris

SLOW = 5.0  # seconds of CPU for one input; the instrumented code is some ten times slower than itself
GREATEST = 65_536
_ROOMS = ["camket", "ruamel", "email_validator", "phonenumbers.phonenumberutil"]


class Run:
    """Counts attempts, keeps findings apart by where they came from, ends the process when its time is over."""

    def __init__(self, target: Any, seconds: float, folder: Path) -> None:
        self.target = target
        self.seconds = seconds
        self.found = folder / "found"
        self.found.mkdir(parents=True, exist_ok=True)
        self.places: set[str] = set()
        self.attempts = 0
        self.begun = time.process_time()

    def __call__(self, data: bytes) -> None:
        self.attempts += 1
        before = time.process_time()
        try:
            self.target.attempt(data)
        except Exception as error:  # noqa: BLE001 (whatever escapes a reader is what this program looks for)
            self.keep(_place(error), data, traceback.format_exc())
        took = time.process_time() - before
        if took > SLOW:
            self.keep(f"slow-{len(data) // 1024}k", data, f"{took:.1f} s of CPU for {len(data)} bytes\n")
        if time.process_time() - self.begun > self.seconds:
            self.end()

    def keep(self, place: str, data: bytes, told: str) -> None:
        """Write a finding down, the first of its place only."""
        if place in self.places:
            return
        self.places.add(place)
        name = hashlib.sha256(place.encode()).hexdigest()[:12]
        (self.found / f"{name}.input").write_bytes(data)
        (self.found / f"{name}.txt").write_text(f"{place}\n{told}", "utf-8")
        sys.stdout.write(f"FOUND {self.target.name}: {place}\n")
        sys.stdout.flush()

    def end(self) -> None:
        """Tell the numbers and leave; libFuzzer has no other end."""
        spent = time.process_time() - self.begun
        sys.stdout.write(
            f"{self.target.name}: {self.attempts} attempts in {spent / 60:.1f} CPU minutes, {len(self.places)} found\n"
        )
        sys.stdout.flush()
        os._exit(1 if self.places else 0)


def _place(error: Exception) -> str:
    """Name a finding by its kind and the last lines of ours it went through."""
    ours = [
        f"{Path(step.filename).name}:{step.name}"
        for step in traceback.extract_tb(error.__traceback__)
        if "/camket/" in step.filename or "fuzzing" in step.filename
    ]
    broken = f" ({error})" if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__}{broken} at {' < '.join(reversed(ours[-3:]))}"


def main() -> None:
    """Instrument our rooms, write the seeds, run."""
    name, seconds, folder = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    with atheris.instrument_imports(include=_ROOMS):
        from fuzzing import targets  # late import: instrumented
    target = targets.TARGETS[name]()
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = folder / "words"
    spelt = [f'"{_escaped(word)}"' for word in target.words()]
    words.write_text("\n".join(spelt), "ascii")
    named = [f"-dict={words}"] if spelt else []  # libFuzzer takes no empty list
    options = [f"-max_len={GREATEST}", "-timeout=3600", "-rss_limit_mb=3000", "-print_final_stats=0", "-verbosity=0"]
    atheris.Setup(
        [sys.argv[0], str(corpus), *named, f"-artifact_prefix={folder}/", *options],
        Run(target, seconds, folder),
    )
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
