"""Pillow in its simplest use: open, resize with Lanczos, save."""

from io import BytesIO

from PIL import Image

from tools.benchmarks.scaling.workers.loop import Job, serve

KNOBS = {"png": "compress_level"}


def scale(data: bytes, job: Job) -> list[bytes]:
    """Decode in full for each width."""
    return [_scaled(data, job, width) for width in job.widths]


def _scaled(data: bytes, job: Job, width: int) -> bytes:
    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(BytesIO(data))
    resized = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    knob = {} if job.knob is None else {KNOBS.get(job.format, "quality"): job.knob}
    buffer = BytesIO()
    resized.save(buffer, job.format, **knob)
    return buffer.getvalue()


if __name__ == "__main__":
    serve(scale)
