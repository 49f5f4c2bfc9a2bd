"""What the init of a function leaves: nothing that cannot be forked, or restored from a snapshot (SnapStart)."""

import subprocess
import sys

import pytest

from tests.handlers import FUNCTIONS, NAMES, process_variables

LOOK = """
import os

def opened():
    links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    return {os.readlink(link) for link in links if os.path.lexists(link)}

before = opened()
import handler
print(len(os.listdir("/proc/self/task")), [each for each in opened() - before if not each.startswith("/proc")])
"""


def output(name: str, program: str) -> tuple[str, str]:
    """Return what a program writes to both outputs, in the environment of a function."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=FUNCTIONS / name,
        env=process_variables(name),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_init_of_a_function_opens_nothing_and_starts_no_thread(name: str) -> None:
    assert output(name, LOOK) == ("1 []\n", "")


@pytest.mark.parametrize("name", NAMES)
def test_garbage_is_collected_only_after_the_init_of_a_function(name: str) -> None:
    program = (
        "import gc; rounds = []; gc.callbacks.append(lambda *each: rounds.append(each)); import handler; "
        "during = len(rounds) < 10, gc.isenabled(); from imagescaler.runtime import loop; loop.own_loop(); "
        "print(during, gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    assert output(name, program) == ("(True, False) True True\n", "")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "migrate_database"])
def test_the_init_of_a_function_does_not_search_the_metadata_of_all_packages(name: str) -> None:
    """Alembic, which migrates the database, looks for its plugins there."""
    program = (
        "import sys; found = []; "
        "sys.addaudithook(lambda event, args: found.append(args[0]) if event == 'open' else None); import handler; "
        "print([each for each in found if str(each).endswith('entry_points.txt')])"
    )
    assert output(name, program) == ("[]\n", "")


@pytest.mark.parametrize(
    ("name", "model", "module"),
    [
        ("create_task", "TaskRequest", "imagescaler.web.requests.task_request"),
        ("plan_task", "PlanRequest", "imagescaler.web.requests.plan_request"),
    ],
)
def test_the_init_of_a_function_builds_only_the_requests_that_it_validates(name: str, model: str, module: str) -> None:
    """Each of them has all options, and takes several milliseconds."""
    program = (
        f"import handler, inspect, {module} as m; from pydantic import BaseModel; "
        "print(*(n for n, each in vars(m).items() if inspect.isclass(each) and issubclass(each, BaseModel) "
        "and 'quality' in each.model_fields and each.__pydantic_complete__))"
    )
    assert output(name, program) == (f"{model}\n", "")


@pytest.mark.parametrize("name", [name for name in NAMES if "web.app" in (FUNCTIONS / name / "handler.py").read_text()])
def test_the_init_of_a_function_builds_no_model_of_openapi(name: str) -> None:
    """FastAPI has forty of them, and a function serves no document that it makes itself."""
    program = (
        "import handler; from fastapi.openapi import models; from pydantic import BaseModel; "
        "print(models.OpenAPI.__pydantic_complete__, models.Components.__pydantic_complete__, "
        "'defer_build' in BaseModel.model_config)"
    )
    assert output(name, program) == ("False False False\n", "")


@pytest.mark.parametrize("name", NAMES)
def test_the_init_of_a_function_imports_nothing_large_that_it_does_not_use(name: str) -> None:
    """S3, SQS and secrets, whose client botocore has, are not configured here."""
    large = ("botocore.client", "boto3", "pydantic.v1")
    program = f"import handler, sys; print([name for name in {large} if sys.modules.get(name)])"
    assert output(name, program) == ("[]\n", "")
