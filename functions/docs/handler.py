"""GET /docs, /redoc, /openapi.json, /problems/{name}; and 404 or 405 for routes that no function has."""

from importlib.resources import files
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse, PlainTextResponse

from imagescaler.web.app import create_app, lambda_handler
from imagescaler.web.catalogue import describe_problem
from imagescaler.web.openapi import Document

app: FastAPI = create_app(any_query=True)
handler = lambda_handler(app)
document = Document(Path(__file__).with_name("openapi.json").read_bytes())
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}
assets = {path.name: path for path in (files(fastapi_offline) / "static").iterdir()}
FAVICON, TITLE = "/docs/favicon.png", "imagescaler"


@app.get("/docs")
async def docs() -> HTMLResponse:
    """Serve the API documentation in Swagger UI."""
    script, style = "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=TITLE,
        swagger_js_url=script,
        swagger_css_url=style,
        swagger_favicon_url=FAVICON,
    )


@app.get("/redoc")
async def redoc() -> HTMLResponse:
    """Serve the API documentation in ReDoc."""
    script = "/docs/redoc.standalone.js"
    return get_redoc_html(
        openapi_url="/openapi.json",
        title=TITLE,
        redoc_js_url=script,
        redoc_favicon_url=FAVICON,
        with_google_fonts=False,
    )


@app.get("/docs/{asset}")
async def read_asset(asset: str) -> Response:
    """Serve a script, a style sheet or an image of the two pages."""
    if asset not in assets:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(assets[asset].read_bytes(), 200, headers, MEDIA_TYPES[Path(asset).suffix])


@app.get("/openapi.json")
async def openapi() -> Response:
    """Serve the OpenAPI document of the whole API."""
    return Response(document.text, media_type="application/json")


@app.get("/problems/{name}")
async def read_problem(name: str) -> PlainTextResponse:
    """Explain a type of problem: its path is the `type` of the problem details."""
    return PlainTextResponse(describe_problem(name))


@app.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def everything_else(request: Request) -> Response:
    """Answer 405 for a path that other methods have, else 404."""
    allowed = document.methods(request.scope["path"])
    raise HTTPException(405, headers={"Allow": ", ".join(allowed)}) if allowed else HTTPException(404)
