"""Style sheet and mark, served by the application itself: no build step, no web server, no third party.

Every file's address carries the digest of its bytes: a browser may keep it for ever, and a new release is seen at once.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, its bytes and their digest."""

    name: str
    body: bytes
    digest: str
    content_type: str


@cache
def catalogue() -> Mapping[str, Asset]:
    """Every file of the folder, read once."""
    return {path.name: _asset(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(path.name, body, hashlib.sha256(body).hexdigest()[:16], TYPES[path.suffix])


def url(name: str) -> str:
    """Give the address of a file by its name; an unknown name is a mistake of ours and raises KeyError."""
    asset = catalogue()[name]
    return reverse("asset", kwargs={"digest": asset.digest, "name": asset.name})


@require_safe
def serve(_request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """One file; an address with an old digest answers 404, never other bytes."""
    asset = catalogue().get(name)
    if asset is None or asset.digest != digest:
        raise Http404
    return HttpResponse(asset.body, content_type=asset.content_type, headers={"Cache-Control": FOR_EVER})
