"""The files that the documentation pages consist of: ours, and those of Swagger UI and Redoc."""

from importlib import resources
from pathlib import PurePath

import fastapi_offline
from fastapi.openapi.docs import get_redoc_html

from imagescaler.web.pages.asset import Asset

HTML, MEDIA_TYPES = "text/html", {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}
OURS = resources.files(__package__)
FAVICON = "favicon.png"
REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"


def read_assets() -> dict[str, Asset]:
    """Read scripts, style sheets and images. Redoc's logo is on another server; with an empty URL Redoc hides it."""
    paths = [*(resources.files(fastapi_offline) / "static").iterdir(), *OURS.iterdir()]
    kinds = {path: MEDIA_TYPES.get(PurePath(path.name).suffix) for path in paths}
    return {
        path.name: Asset(path.read_bytes().replace(REDOC_LOGO, b"data:,"), kind) for path, kind in kinds.items() if kind
    }


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
