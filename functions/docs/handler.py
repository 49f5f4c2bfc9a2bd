"""GET /, /docs, /redoc, /openapi.json, /problems/{name} and files; and 404 or 405 for routes that no function has."""

import imagescaler.web.init  # noqa: F401 - before all others

from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Match

from imagescaler.web.app import create_app, lambda_handler
from imagescaler.web.catalogue import describe_problem
from imagescaler.web.openapi import Document
from imagescaler.web.pages.asset import Asset
from imagescaler.web.pages.files import FAVICON, docs_page, home_page, read_assets, read_home_assets, redoc_page
from imagescaler.web.pages.problem import problem_page
from imagescaler.web.requests.headers import accepts_html

app: FastAPI = create_app(any_query=True)
handler = lambda_handler(app)
document = Document(Path(__file__).with_name("openapi.json").read_bytes())
described = Asset(document.text, "application/json")
assets, swagger, redocs = read_assets(), docs_page(), redoc_page()
home, home_assets = home_page(), read_home_assets()
INDEX = {
    "name": "imagescaler",
    "documentation": "/docs",
    "openapi": "/openapi.json",
    "tasks": "/api/v1/tasks",
    "uploads": "/api/v1/uploads",
    "plan": "/api/v1/plan",
    "presets": "/api/v1/presets",
    "health": "/api/v1/health",
}
CACHED = {"Cache-Control": "public, max-age=86400"}
# Both pages set styles of elements. Swagger UI shows results at `blob:` URLs and icons at `data:` URLs. A large result
# is at a URL of the store. Redoc searches in a worker.
ONLY_FROM_HERE = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "connect-src 'self' https:; worker-src blob:; frame-ancestors 'none'"
}
# The home page shows pictures at `blob:` URLs, and sends large files to a URL of the store.
ONLY_OURS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; connect-src 'self' https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
Encoding = Annotated[str | None, Header(alias="Accept-Encoding")]


@app.get("/")
async def index(encoding: Encoding = None, accept: Annotated[str | None, Header()] = None) -> Response:
    """Serve the page on which people scale pictures to browsers, and to programs an index of the API in JSON."""
    if accepts_html(accept):
        page = home.respond(encoding, ONLY_OURS)
        page.headers["Vary"] = "Accept, Accept-Encoding"
        return page
    return JSONResponse(INDEX, headers={"Vary": "Accept, Accept-Encoding"})


@app.get("/page/{asset}")
async def read_home_asset(asset: str, encoding: Encoding = None) -> Response:
    """Serve a script, the style sheet or the sample of the home page."""
    if asset not in home_assets:
        raise HTTPException(404)
    return home_assets[asset].respond(encoding, CACHED)


@app.get("/page/vendor/{asset}")
async def read_home_library(asset: str, encoding: Encoding = None) -> Response:
    """Serve a library of the home page."""
    return await read_home_asset(f"vendor/{asset}", encoding)


@app.get("/docs")
async def docs(encoding: Encoding = None) -> Response:
    """Serve the API documentation in Swagger UI."""
    return swagger.respond(encoding, ONLY_FROM_HERE)


@app.get("/redoc")
async def redoc(encoding: Encoding = None) -> Response:
    """Serve the API documentation in Redoc."""
    return redocs.respond(encoding, ONLY_FROM_HERE)


@app.get("/docs/{asset}")
async def read_asset(asset: str, encoding: Encoding = None) -> Response:
    """Serve a script, a style sheet or an image of the two pages."""
    if asset not in assets:
        raise HTTPException(404)
    return assets[asset].respond(encoding, CACHED)


@app.get("/favicon.ico")
async def favicon() -> Response:
    """Serve the icon, which browsers request by themselves."""
    return assets[FAVICON].respond(None, CACHED)


@app.get("/robots.txt")
async def robots() -> PlainTextResponse:
    """Keep search engines away: images and tasks are their owners' own."""
    return PlainTextResponse("User-agent: *\nDisallow: /\n", headers=CACHED)


@app.get("/openapi.json")
async def openapi(encoding: Encoding = None) -> Response:
    """Serve the OpenAPI document of the whole API."""
    return described.respond(encoding, {})


@app.get("/problems/{name}")
async def read_problem(name: str, accept: Annotated[str | None, Header()] = None) -> Response:
    """Explain a type of problem, whose path is the `type` of problem details, as a page to browsers, else in JSON."""
    problem = describe_problem(name)
    if accepts_html(accept):
        return HTMLResponse(problem_page(problem), headers={**ONLY_FROM_HERE, "Vary": "Accept"})
    return JSONResponse(problem.model_dump(), headers={"Vary": "Accept"})


@app.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def everything_else(request: Request) -> Response:
    """Answer 405 for a path that other methods have, else 404, which names a similar path."""
    is_page = any(route.matches(request.scope)[0] is Match.PARTIAL for route in app.routes)
    allowed = ["GET", "HEAD"] if is_page else document.methods(request.scope["path"])
    if allowed:
        raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
    similar = document.similar(request.scope["path"])
    raise HTTPException(404, f"Did you mean {similar}?" if similar else None)
