"""Files of the page, served under a name that holds the hash of their content.

In: `static/` beside this module. Out: `/static/aura.3f1c….css`, kept by browsers for a year,
because another content has another name. Compressed once, at start.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.errors import NotFoundError

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its path on the site, its type and its bytes, plain and compressed."""

    path: str
    media_type: str
    content: bytes
    compressed: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every file by its own name, such as `aura.css`."""
    found = {}
    for file in files("aura.web").joinpath("static").iterdir():
        stem, _, kind = file.name.rpartition(".")
        if kind in TYPES:
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            found[file.name] = Asset(
                f"/static/{stem}.{digest}.{kind}",
                TYPES[kind],
                content,
                gzip.compress(content, 9, mtime=0),
            )
    return found


def asset_path(name: str) -> str:
    """Where the file of that name is found."""
    return assets()[name].path


routes = APIRouter()


@routes.get("/static/{name}", include_in_schema=False)
async def static_file(request: Request, name: str) -> Response:
    """A file by its hashed name."""
    asset = next((a for a in assets().values() if a.path == f"/static/{name}"), None)
    if asset is None:
        raise NotFoundError("There is no such file.")
    headers = {"cache-control": FOREVER, "vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.compressed, media_type=asset.media_type, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


@routes.get("/favicon.ico", include_in_schema=False)
async def icon() -> Response:
    """The mark, for browsers that ask for it by this old name."""
    asset = assets()["mark.svg"]
    return Response(
        asset.content,
        media_type=asset.media_type,
        headers={"cache-control": "public, max-age=86400"},
    )
