"""The files that the pages consist of: ours, and those of Swagger UI, Redoc and the libraries of the home page."""

from importlib import resources
from pathlib import PurePath

import fastapi_offline
from fastapi.openapi.docs import get_redoc_html

from imagescaler.web.pages.asset import Asset

HTML = "text/html"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".png": "image/png", ".jpg": "image/jpeg"}
OURS = resources.files(__package__)
HOME = OURS / "home"
FAVICON = "favicon.png"
REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"


def home_page() -> Asset:
    """Return the page at `/`, on which people scale pictures."""
    return Asset((HOME / "index.html").read_bytes(), HTML)


def read_home_assets() -> dict[str, Asset]:
    """Read scripts, style sheet and sample of the home page, by their path in its folder."""
    paths = {each.name: each for each in HOME.iterdir()} | {
        f"vendor/{each.name}": each for each in (HOME / "vendor").iterdir()
    }
    return {name: Asset(path.read_bytes(), kind) for name, path in paths.items() if (kind := _media_type(name))}


def read_assets() -> dict[str, Asset]:
    """Read the files of the documentation. Redoc's logo is on another server; with an empty URL Redoc hides it."""
    paths = [*(resources.files(fastapi_offline) / "static").iterdir(), *OURS.iterdir()]
    kinds = {path: _media_type(path.name) for path in paths}
    return {
        path.name: Asset(path.read_bytes().replace(REDOC_LOGO, b"data:,"), kind) for path, kind in kinds.items() if kind
    }


def _media_type(name: str) -> str | None:
    return MEDIA_TYPES.get(PurePath(name).suffix)


def docs_page() -> Asset:
    """Return the page of Swagger UI."""
    return Asset((OURS / "docs.html").read_bytes(), HTML)


def redoc_page() -> Asset:
    """Return the page of Redoc."""
    page = get_redoc_html(
        openapi_url="/openapi.json",
        title="imagescaler",
        redoc_js_url="/docs/redoc.standalone.js",
        redoc_favicon_url="/favicon.ico",
        with_google_fonts=False,
    )
    return Asset(bytes(page.body), HTML)
