"""GET /api/v1/presets: the named options that requests can use."""

import imagescaler.web.init  # noqa: F401 - before all others

from imagescaler.runtime import settings
from imagescaler.web.app import create_app, lambda_handler
from imagescaler.web.requests.preset import presets_from_env
from imagescaler.web.requests.presets import Presets
from imagescaler.web.views.presets import LISTED, PresetsView

app = create_app()
handler = lambda_handler(app)
presets = PresetsView.of(presets_from_env(), presets_only=settings.from_env(Presets).presets_only)


@app.get("/api/v1/presets", tags=["tasks"], summary="List the presets", responses=LISTED)
async def read_presets() -> PresetsView:
    """Return the presets of the operator with the options that result, every default included."""
    return presets
