"""A copy of the service to break: the same code, a template with short times, optionally without its safeties."""

import re
import shutil
import subprocess
import tarfile
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from local.emulation.sam_template import cloudformation
from tools.chaos import moved_clock

ROOT = Path(__file__).parent.parent.parent
PARTS = ("functions", "layers", "local", "template.yaml")
# Minutes become seconds, or three of them would see nothing; their order is that of the template.
MEMORY_MB = 384
TIMEOUTS_S = {"ProcessTaskFunction": 4, "FetchSourceFunction": 10, "DeliverWebhookFunction": 8}
VISIBILITIES_S = {"TaskQueue": 24, "SourceQueue": 60, "WebhookQueue": 48}
# Hours between the attempts to send a webhook become seconds, and there are enough for a receiver that often fails.
DELIVERY = Path("domain/webhook.py")
DELIVERY_TIMES = (
    (r"^DELAYS_S = .*$", "DELAYS_S = (1, 2) + (4,) * 40"),
    (r"^TIMEOUT_S = .*$", "TIMEOUT_S = 4.0"),
)
# Poison would be refused; here it is what no prediction foresees.
UNFORESEEN = 0.1
# The parts of `python -m local`, and the functions that use the time of day. Postgres and Redis have their own.
CLOCKS = (
    "gateway",
    "functions",
    "runner",
    "scheduler",
    "create-upload",
    "get-result",
    "process-task",
    "sweep-tasks",
    "fetch-source",
    "deliver-webhook",
)
LIBRARY = Path("layers/core/python/imagescaler")


@dataclass(frozen=True, slots=True)
class Safety:
    """What protects a promise: the text in a file of the library that does it, and the text without it."""

    path: str
    text: str
    without: str

    def remove(self, folder: Path) -> None:
        """Take the safety out of the copy of the service in a folder."""
        path = folder / LIBRARY / self.path
        before = path.read_text()
        assert self.text in before, f"{self.text!r} is not in {self.path} any more"
        path.write_text(before.replace(self.text, self.without))


TASK_QUERIES, POSTGRES = "adapters/repositories/task_queries.sql", "adapters/clients/postgres.py"
WEBHOOK_SENDER = "adapters/outbound/webhook_sender.py"
# Each makes a run fail, which shows that its check works; docs/reliability.md says by what.
SAFETIES = {
    "fence": Safety(
        TASK_QUERIES,
        "where id = :id and status = 'processing' and attempt = :attempt",
        "where id = :id and attempt >= :attempt",
    ),
    "outages": Safety(POSTGRES, "asyncpg.InvalidTransactionStateError,", ""),
    "timeouts": Safety(POSTGRES, "OSError,  # refused, reset, and TimeoutError", "ConnectionError,"),
    "disk": Safety(POSTGRES, "asyncpg.InsufficientResourcesError,", ""),
    "rollback": Safety("usecases/create_task.py", "return await tasks.discard(new.id)", "return True"),
    "hashes": Safety(
        "usecases/get_result.py",
        "if len(data) != result.bytes or hashlib.sha256(data).hexdigest() != result.sha256:",
        "if len(data) != result.bytes:",
    ),
    "ledger": Safety("adapters/stores/redis_ledger.py", 'DELETE = "forget(ARGV[1]) ', 'DELETE = "'),
    "reservations": Safety("adapters/stores/redis_ledger.py", "PARTIAL_TTL_MS = 30_000", "PARTIAL_TTL_MS = 3_600_000"),
    "names": Safety("domain/task/task.py", 'return f"{key}/{name}" if name else key', "return key"),
    "ends": Safety(
        "web/views/progress.py",
        "response.status_code = 200 if task.status.is_final else 202",
        "response.status_code = 200",
    ),
    "strangers": Safety(
        "usecases/authorize.py",
        "    credential = Credential.parse(authorization)",
        "    if throttle.blocks(source):\n        return Verdict(throttled=True)\n"
        "    credential = Credential.parse(authorization)",
    ),
    "timeout": Safety("runtime/deadline.py", "0 < left_s <= self.function_timeout_s", "True"),
    "deletion": Safety("usecases/delete_images.py", "for key in task.image_keys", "for key in task.image_keys[:1]"),
    "cancellation": Safety(
        TASK_QUERIES, "where id = :id and status <> 'deleted'", "where id = :id and status = 'completed'"
    ),
    "sources": Safety(
        "usecases/sweep_tasks.py",
        "queue = self.source_queue if task.source is None else self.queue",
        "queue = self.queue",
    ),
    "webhooks": Safety("usecases/sweep_webhooks.py", "if await self._has_no_message(webhook):", "if False:"),
    "receivers": Safety("domain/webhook.py", "if attempt.status in SUCCESS:", "if attempt.status:"),
    "webhook-ids": Safety(WEBHOOK_SENDER, "signed(str(webhook.id),", 'signed(f"{webhook.id}-{webhook.attempt}",'),
    "signatures": Safety(WEBHOOK_SENDER, ".sign(webhook_id, now, body)", ".sign(webhook_id, now, '')"),
    "events": Safety("web/views/webhook.py", "Event(type=webhook.type,", "Event(type=EventType.COMPLETED,"),
    "targets": Safety("usecases/process_task.py", "await target.write(url,", "print(url,"),
    "compatibility": Safety("domain/task/task.py", 'return f"sources/{task_id}"', 'return f"sources/{task_id}/new"'),
}


def deploy(folder: Path, *, without: Collection[str] = ()) -> Path:
    """Copy the service to a folder, without some of the SAFETIES."""
    for name in PARTS:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    _shorten(folder)
    _move_clocks(folder)
    for name in without:
        SAFETIES[name].remove(folder)
    return folder


def deploy_revision(folder: Path, revision: str) -> Path:
    """Copy the service as it was at a revision of the repository to a folder."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", revision, *PARTS], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    _shorten(folder)
    return folder


def set_clock(folder: Path, kind: str, seconds: float) -> None:
    """Set the clocks of the processes of one kind of a copy, in seconds ahead."""
    moved_clock.move(folder / LIBRARY.parent / moved_clock.FOLDER / kind, seconds)


def _move_clocks(folder: Path) -> None:
    shutil.copy(moved_clock.__file__, folder / LIBRARY.parent / "sitecustomize.py")
    (folder / LIBRARY.parent / moved_clock.FOLDER).mkdir()
    for kind in CLOCKS:
        set_clock(folder, kind, 0)


def _shorten(folder: Path) -> None:
    """Shorten the times of a copy, which may be of a revision that has not all of them."""
    path = folder / "template.yaml"
    template: dict[str, Any] = cloudformation.read(path)
    resources = template["Resources"]
    for name in TIMEOUTS_S.keys() & resources.keys():
        function = resources[name]["Properties"]
        function["Timeout"] = function["Environment"]["Variables"]["FUNCTION_TIMEOUT_S"] = TIMEOUTS_S[name]
    processor = resources["ProcessTaskFunction"]["Properties"]
    processor["MemorySize"] = MEMORY_MB
    processor["Environment"]["Variables"]["MEMORY_FACTOR"] = UNFORESEEN
    for name in VISIBILITIES_S.keys() & resources.keys():
        resources[name]["Properties"]["VisibilityTimeout"] = VISIBILITIES_S[name]
    path.write_text(yaml.safe_dump(template))
    delivery = folder / LIBRARY / DELIVERY
    if delivery.exists():
        text = delivery.read_text()
        for pattern, short in DELIVERY_TIMES:
            text = re.sub(pattern, short, text, flags=re.MULTILINE)
        delivery.write_text(text)
