"""Post a photograph, poll its task and fetch the picture, with the generated client: URL, photograph, result."""

import base64
import sys
import time
from pathlib import Path

from generated_client import Client
from generated_client.api.results import read_result_of_task
from generated_client.api.tasks import post_task, read_task
from generated_client.models import ResultBody, Status, TaskForm, TaskFormFormat, TaskView
from generated_client.types import File

url, photograph, output = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
client = Client(base_url=url, headers={"Accept": "application/json"})

with photograph.open("rb") as file:
    form = TaskForm(file=File(payload=file, file_name=photograph.name), width=320, format_=TaskFormFormat.WEBP)
    task = post_task.sync(client=client, body=form)
while isinstance(task, TaskView) and task.status in {Status.PENDING, Status.PROCESSING}:
    time.sleep(0.1)
    task = read_task.sync(client=client, task_id=task.id)
assert isinstance(task, TaskView), task

result = read_result_of_task.sync(client=client, task_id=task.id)
assert isinstance(result, ResultBody), result
assert isinstance(result.data, str), result
output.write_bytes(base64.b64decode(result.data))
