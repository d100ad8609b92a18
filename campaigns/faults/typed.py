"""Several commands in one process, one after another, as a shop would type them: starting Python once saves seconds."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

from camket.base.errors import CamketError
from camket.cli.main import group
from campaigns.faults.product import STAFF


def run(*words: str) -> tuple[int, str]:
    """Run one command here; how it ended and what it printed."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        try:
            code = group().main(list(words), prog_name="camket", standalone_mode=False)
        except SystemExit as end:
            code = end.code
        except CamketError as error:
            code = 1
            out.write(error.en)
        except Exception as error:  # noqa: BLE001 (whatever happened, the campaign counts it as a failed command)
            code = 1
            out.write(f"{type(error).__name__}: {error}")
    return int(code or 0), out.getvalue()


def must(*words: str) -> str:
    """Run one command that has to succeed; what it printed."""
    code, out = run(*words)
    if code:
        raise RuntimeError(f"camket {' '.join(words)}: {code}\n{out}")
    return out


def prepare(shop: str, *purposes: str) -> dict[str, str]:
    """Set an installation up with two people; their tokens and the clerk's id."""
    must("prepare")
    tokens = []
    for name, role in STAFF:
        person = must("staff", "add", name, "--shop", shop, "--email", f"{role}@shop.example").strip()
        must("staff", "role", person, role, "--shop", shop)
        must("staff", "undertaking", person, "--shop", shop, "--signed")
        asked = [word for purpose in purposes for word in ("--purpose", purpose)]
        tokens.append(must("apikey", "issue", "--shop", shop, "--role", role, "--staff", person, *asked).split()[-1])
    return {"director": tokens[0], "clerk": tokens[1], "clerk_id": person}


def main() -> None:
    """`prepare SHOP PURPOSE…`, or `run` with a JSON list of commands; prints one line of JSON at the end."""
    what, *words = sys.argv[1:]
    found = prepare(*words) if what == "prepare" else [run(*command) for command in json.loads(words[0])]
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
