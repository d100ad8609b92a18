"""Runs one job of `bench/jobs` inside an installation of Camket of its own, in a process of its own.

`python -m bench.inside MODULE:FUNCTION JSON` sets Django up by the `CAMKET_…` variables it was given and prints what
the job gives as JSON. A process per job: settings are read once, and no job warms another's caches.
"""

import importlib
import json
import os
import sys

import django


def main() -> None:
    """Run the job that the command line names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "camket.project.settings"
    django.setup()
    place, _, name = sys.argv[1].partition(":")
    job = getattr(importlib.import_module(f"bench.jobs.{place}"), name)
    print(json.dumps(job(**json.loads(sys.argv[2]))))


if __name__ == "__main__":
    main()
