"""pyvips, `thumbnail`."""

import pyvips

from tools.benchmarks.scaling.workers.loop import Job, serve

ANY_HEIGHT = 10_000_000
NO_FILTER, ALL_FILTERS = 0x08, 0xF8  # libpng's


def scale(data: bytes, job: Job) -> list[bytes]:
    """Make a thumbnail of each width."""
    options = _png(job.knob) if job.format == "png" else {} if job.knob is None else {"Q": job.knob}
    return [
        pyvips.Image.thumbnail_buffer(data, width, height=ANY_HEIGHT).write_to_buffer(f".{job.format}", **options)
        for width in job.widths
    ]


def _png(knob: int | None) -> dict[str, int]:
    """Return a compression level; 10 and more stand for the level minus 10 with adaptive filters."""
    if knob is None:
        return {}
    return {"compression": knob % 10, "filter": ALL_FILTERS if knob >= 10 else NO_FILTER}


if __name__ == "__main__":
    pyvips.cache_set_max(0)  # the same picture comes again and again here, which it does not in life
    serve(scale)
