"""thumbor's engine for Pillow, without its server."""

from thumbor.config import Config
from thumbor.context import Context
from thumbor.engines.pil import Engine

from tools.benchmarks.scaling.workers.loop import Job, serve


def scale(data: bytes, job: Job) -> list[bytes]:
    """Load, resize and read once for each width."""
    settings = {"PNG_COMPRESSION_LEVEL": job.knob} if job.format == "png" and job.knob is not None else {}
    return [_scaled(data, job, width, Context(config=Config(**settings))) for width in job.widths]


def _scaled(data: bytes, job: Job, width: int, context: Context) -> bytes:
    engine = Engine(context)
    engine.load(data, None)
    engine.resize(width, round(engine.size[1] * width / engine.size[0]))
    picture: bytes = engine.read(f".{job.format}", None if job.format == "png" else job.knob)
    return picture


if __name__ == "__main__":
    serve(scale)
