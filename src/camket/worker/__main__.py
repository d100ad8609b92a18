"""`python -m camket.worker`: the worker's own process, until SIGTERM or Ctrl-C. `camket work` becomes this."""

import os
import signal
import sys

import django

from camket.base.clock import utc_now
from camket.base.errors import CamketError

# As `camket` ends when the installation is not in order (docs/reference/commands.md).
NOT_IN_ORDER = 5


def main(words: list[str]) -> None:
    """Run the loop; with `--once` one round, telling how much each job did."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "camket.project.settings")
    django.setup()
    from camket.store import keys, unavailable, wall  # late import: set-up
    from camket.vault.backup.ready import make_ready  # late import: set-up
    from camket.worker.jobs import jobs  # late import: set-up
    from camket.worker.loop import Loop  # late import: set-up

    wall.stand_by_default(wall.EVERYWHERE)
    try:
        make_ready(now=utc_now())
        keys.open_at_start()
    except Exception as fault:
        error = unavailable.told(fault) or fault
        if not isinstance(error, CamketError):
            raise
        sys.stderr.write(f"lỗi: {error.vi}\nerror: {error.en}\n→ {error.advice_vi}\n→ {error.advice_en}\n")
        sys.exit(NOT_IN_ORDER)
    loop = Loop(jobs(), clock=utc_now)
    if "--once" in words:
        for name, count in loop.turn().items():
            sys.stdout.write(f"{name}: {count}\n")
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    loop.run()


if __name__ == "__main__":
    main(sys.argv[1:])
