"""GET /api/v1/health: whether Postgres, queue and store answer."""

import imagescaler.web.init  # noqa: F401 - before all others

from fastapi import Response

from imagescaler.adapters import queues, repositories, stores
from imagescaler.usecases.check_health import Server, check_health
from imagescaler.web.app import create_app, lambda_handler
from imagescaler.web.views.health import Health

app = create_app(any_query=True)
handler = lambda_handler(app)
UNHEALTHY = "A server does not answer"
servers: dict[str, Server] = {
    "postgres": repositories.from_env(),
    "queue": queues.from_env(),
    "store": stores.from_env(),
}


@app.get(
    "/api/v1/health",
    tags=["service"],
    summary="Check the servers",
    responses={503: {"model": Health, "description": UNHEALTHY}},
)
async def read_health(response: Response) -> Health:
    """Ping every server that the service needs."""
    health = Health.of(await check_health(servers))
    response.status_code = 200 if health.status == "ok" else 503
    return health
