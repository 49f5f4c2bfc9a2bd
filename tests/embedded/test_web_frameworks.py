"""The examples of docs/how-to/web-frameworks.md, each in its framework, against the running service."""

import json
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures import photograph
from tests.service import ROOT, Service

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs/how-to/web-frameworks.md").read_text()
[DJANGO, FASTAPI, NEXT] = re.findall(r"^```(?:python|ts)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NO_PICTURE = b"<!DOCTYPE html><html>"

# Each program posts a form to the example of its framework, and writes the status and the body of the answer.
RUN_DJANGO = """
import sys
from django.conf import settings
from django.test import Client
from django.urls import path
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"])
import django; django.setup()
import example
urlpatterns = [path("thumbnail", example.thumbnail)]
answer = Client().post("/thumbnail", {"photo": open("photo.jpg", "rb")})
open("answer", "wb").write(answer.content)
print(answer.status_code, answer["content-type"])
"""
RUN_FASTAPI = """
from fastapi.testclient import TestClient
from example import app
with TestClient(app) as client:
    answer = client.post("/thumbnail", files={"photo": open("photo.jpg", "rb")})
open("answer", "wb").write(answer.content)
print(answer.status_code, answer.headers["content-type"])
"""
RUN_NEXT = """
import { readFileSync, writeFileSync } from "node:fs";
import { POST } from "./compiled/route.js";
const [photo, output] = process.argv.slice(2);
const body = new FormData();
body.append("photo", new File([readFileSync(photo)], "photo.jpg"));
const answer = await POST(new Request("http://localhost/thumbnail", { method: "POST", body }));
writeFileSync(output, new Uint8Array(await answer.arrayBuffer()));
console.log(answer.status, answer.headers.get("content-type"));
"""


@pytest.fixture(params=["Django", "FastAPI", "Next.js"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ...]:
    """Write the example of a framework and the program that posts photo.jpg to it; return its command."""
    if request.param == "Next.js":
        folder: Path = request.getfixturevalue("javascript_example")
        (folder / "route.ts").write_text(NEXT)
        (folder / "post.js").write_text(RUN_NEXT)
        options = ("--noEmit", "false", "--outDir", "compiled", "--allowJs", "--strict", "--skipLibCheck")
        modules = ("--module", "nodenext", "--target", "es2022")
        subprocess.run(["npx", "tsc", *options, *modules, "route.ts"], cwd=folder, check=True)
        return "node", f"{folder}/post.js", f"{tmp_path}/photo.jpg", f"{tmp_path}/answer"
    example, run = {"Django": (DJANGO, RUN_DJANGO), "FastAPI": (FASTAPI, RUN_FASTAPI)}[request.param]
    (tmp_path / "example.py").write_text(example)
    (tmp_path / "run.py").write_text(run)
    return sys.executable, "run.py"


def answer_of(program: tuple[str, ...], folder: Path, service: Service) -> tuple[str, bytes]:
    path = os.pathsep.join([str(ROOT / "clients/python"), *sys.path])
    variables = {**os.environ, "IMAGESCALER_URL": service.url, "PYTHONPATH": path}
    done = subprocess.run(program, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), (folder / "answer").read_bytes()


def test_a_form_with_a_picture_is_answered_with_a_thumbnail(
    program: tuple[str, ...], service: Service, tmp_path: Path
) -> None:
    (tmp_path / "photo.jpg").write_bytes(photograph())
    head, body = answer_of(program, tmp_path, service)
    assert head == "200 image/webp"
    with Image.open(BytesIO(body)) as image:
        assert (image.format, image.size) == ("WEBP", (320, 214))


def test_a_form_without_a_picture_is_answered_with_a_sentence(
    program: tuple[str, ...], service: Service, tmp_path: Path
) -> None:
    (tmp_path / "photo.jpg").write_bytes(NO_PICTURE)
    head, body = answer_of(program, tmp_path, service)
    assert head == "422 application/json"
    assert "The file is an HTML page; accepted are JPEG" in json.loads(body)["detail"]
