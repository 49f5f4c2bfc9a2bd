"""GET /api/v1/health: whether Postgres, queue and store answer."""

from fastapi import Response

from imagescaler.adapters import queues, repositories, stores
from imagescaler.usecases.check_health import Server, check_health
from imagescaler.web.app import create_app, lambda_handler
from imagescaler.web.views.task import Check, Health

app = create_app()
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
    """Ask every server that the service needs."""
    answers = await check_health(servers)
    checks = {
        name: Check(status="ok" if answer.ok else "unavailable", ms=answer.ms) for name, answer in answers.items()
    }
    well = all(answer.ok for answer in answers.values())
    response.status_code = 200 if well else 503
    return Health(status="ok" if well else "unavailable", **checks)
