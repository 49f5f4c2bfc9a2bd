"""The service behind nginx and Caddy, with the configurations of the documentation."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from local.servers.folders import temporary_data_folder
from local.servers.supervisor import free_port
from tests.certificates import certificate
from tests.pictures import noise, photograph
from tests.reference import expected, mean_difference, pixels_of
from tests.service import ROOT, starting

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs/how-to/proxies.md").read_text()
SITE, SERVICE = "images.example.org", "127.0.0.1:8000"
CERTIFICATE = "/etc/letsencrypt/live/images.example.org/"
REQUESTS_PER_MINUTE = 60
WAIT = {"prefer": "wait=20"}
Client = Callable[[str], httpx.Client]


def block(language: str) -> str:
    """Return the configuration of the page."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def nginx(folder: Path, port: int, service: str) -> tuple[str, ...]:
    """Write the configuration of the page with another port and certificate; return the command that uses it."""
    pem = f"{folder}/{SITE}.pem"
    server = block("nginx").replace("listen 443", f"listen 127.0.0.1:{port}").replace(SERVICE, service)
    server = server.replace(f"{CERTIFICATE}fullchain.pem", pem).replace(f"{CERTIFICATE}privkey.pem", pem)
    (folder / "nginx.conf").write_text(f"pid pid; user root; events {{}} http {{ access_log off; {server} }}")
    return "nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"


def caddy(folder: Path, port: int, service: str) -> tuple[str, ...]:
    """Write the configuration of the page with another port and certificate; return the command that uses it."""
    site = block("caddyfile").replace(f"{SITE} {{", f"https://{SITE}:{port} {{").replace(SERVICE, service)
    pem = f"{folder}/{SITE}.pem"
    site = site.replace("reverse_proxy", f"bind 127.0.0.1\n\ttls {pem} {pem}\n\treverse_proxy")
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{site}")
    return "caddy", "run", "--config", f"{folder}/Caddyfile"


class ToLoopback(httpx.HTTPTransport):
    """Sends requests for the name of the page to the loopback interface."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = SITE
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def clients(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Run the service as the page says, and the proxy; yield a function that makes a client at an address."""
    if not shutil.which(request.param.__name__):
        pytest.skip(f"there is no {request.param.__name__}: apt-get install {request.param.__name__}")
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    url = f"https://{SITE}:{port}"
    context = ssl.create_default_context(cafile=certificate(folder, SITE))
    settings = {"TRUSTED_PROXY_HOPS": "1", "STORAGE_ADDRESS": url}
    assert " ".join(f"{name}={value}" for name, value in settings.items()).replace(f":{port}", "") in PAGE
    settings["CLIENT_REQUESTS_PER_MINUTE"] = str(REQUESTS_PER_MINUTE)
    with temporary_data_folder() as data, starting(folder) as start, (folder / "proxy.txt").open("w") as output:
        service = start(data=data, **settings).url.removeprefix("http://")
        command = request.param(folder, port, service)
        with subprocess.Popen(command, stdout=output, stderr=output) as proxy:
            wait_for(port, proxy)

            def make(address: str = "127.0.0.1") -> httpx.Client:
                transport = ToLoopback(verify=context, local_address=address)
                return httpx.Client(base_url=url, transport=transport, timeout=60)

            yield make
            proxy.terminate()


def wait_for(port: int, proxy: "subprocess.Popen[bytes]") -> None:
    """Wait until the proxy listens at a port."""
    while True:
        assert proxy.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


@pytest.fixture
def client(clients: Client) -> Iterator[httpx.Client]:
    with clients("127.0.0.1") as made:
        yield made


def test_a_picture_is_scaled_in_one_request(client: httpx.Client) -> None:
    headers = {**WAIT, "accept": "image/*", "content-type": "image/jpeg"}
    answer = client.post("/api/v1/tasks", params={"width": 160}, content=photograph(), headers=headers)
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait=20")
    assert mean_difference(pixels_of(answer.content), expected(photograph(), (160, 107))) < 6


def test_a_large_picture_is_uploaded(client: httpx.Client) -> None:
    large = noise(20_000_000)
    upload = client.post("/api/v1/uploads", json={"bytes": len(large), "media_type": "image/jpeg"}).json()
    assert upload["url"].startswith(str(client.base_url.join("/storage/")))
    assert client.put(upload["url"], content=large, headers=upload["headers"]).status_code == 200
    task = client.post("/api/v1/tasks", json={"upload_id": upload["id"], "width": 64}, headers=WAIT).json()
    assert (task["status"], task["result"]["width"]) == ("completed", 64)


def test_a_body_that_is_too_large_is_a_problem_of_the_service(client: httpx.Client) -> None:
    answer = client.post("/api/v1/tasks", files={"file": bytes(11_000_000)})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert "POST /api/v1/uploads" in answer.json()["detail"]


def test_a_result_is_not_sent_again_to_who_has_it(client: httpx.Client) -> None:
    task = client.post("/api/v1/tasks", files={"file": photograph()}, data={"width": "100"}, headers=WAIT).json()
    path = f"/api/v1/results/{task['id']}"
    first = client.get(path)
    assert first.headers["etag"] == f'"{task["result"]["sha256"]}"'
    assert client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_a_client_is_counted_by_its_address_whatever_it_says(clients: Client) -> None:
    with clients("127.0.0.2") as busy, clients("127.0.0.3") as other:
        statuses = [
            busy.get("/api/v1/health", headers={"x-forwarded-for": f"192.0.2.{number}"}).status_code
            for number in range(REQUESTS_PER_MINUTE + 20)
        ]
        assert (statuses[0], statuses[-1]) == (200, 429)
        assert other.get("/api/v1/health").status_code == 200
