"""Hostile inputs through the whole service: each has its expected result, within bounds and without metadata."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.servers.folders import temporary_data_folder
from tests.pictures import plain
from tests.service import ROOT, Start, starting
from tools.hostile.bombs import flat_webp
from tools.hostile.case import COMPLETED, Case, of_image
from tools.hostile.catalogue import CASES
from tools.hostile.leaks import leaks
from tools.hostile.report import expected_counts
from tools.hostile.trial import ENVIRONMENT, Outcome, Trial

pytestmark = pytest.mark.slow
HONEST = Case("honest", "picture", COMPLETED, lambda: of_image(plain, {"width": "8"}))
API_MIB, PROCESSOR_MIB, LONGEST_S = 320, 1_900, 25  # functions have 512 and 2,048 MiB, the processor 30 s
NO_IMAGES = {"file names", "bodies", "JSON bodies", "numbers", "uploads"}
INTERNAL = (b"Traceback", b"site-packages", str(ROOT).encode(), b"127.0.0.1", b"redis://", b"postgresql://")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with temporary_data_folder() as data, starting(tmp_path_factory.mktemp("trial")) as start:
        made = Trial(start(data=data, **ENVIRONMENT))
        made(HONEST)
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}: {case.name}")
def test_a_hostile_input_gives_what_it_must_and_hurts_nobody(trial: Trial, case: Case) -> None:
    outcome = trial(case)
    assert outcome.gave == case.gives, outcome.answers
    assert not outcome.ended
    assert outcome.api_mib < API_MIB
    assert outcome.processor_mib < PROCESSOR_MIB
    assert outcome.seconds < LONGEST_S
    assert not [word for word in INTERNAL for answer in outcome.answers if word in answer.body]
    if outcome.result:
        check_result(outcome)


def check_result(outcome: Outcome) -> None:
    """Check name and type of the result, and that it contains nothing but a picture."""
    task, result = outcome.answers[-2].json, outcome.answers[-1]
    extension = {"jpeg": "jpg"}.get(task["result"]["format"], task["result"]["format"])
    assert result.headers["content-disposition"] == f'inline; filename="{task["id"]}.{extension}"'
    assert result.headers["content-type"] == task["result"]["media_type"]
    assert result.headers["x-content-type-options"] == "nosniff"
    assert not leaks(result.body)


def test_there_are_as_many_as_were_promised() -> None:
    names = [(case.family, case.name) for case in CASES]
    assert len(names) == len(set(names))
    assert len([family for family, _ in names if family not in NO_IMAGES]) > 120


def test_the_document_counts_them_all() -> None:
    rows = (ROOT / "docs/hostile-inputs.md").read_text().splitlines()
    for family, counts in expected_counts(CASES).items():
        numbers = " | ".join(map(str, counts))
        assert any(row.startswith(f"| {family} | {numbers} |") for row in rows), f"{family}: make hostile"


def test_a_processor_is_killed_where_no_limit_holds_and_the_others_go_on(start: Start, own_folder: Path) -> None:
    limits = {"MAX_SOURCE_PIXELS": "300000000", "MAX_LARGE_DECODER_PIXELS": "300000000", "MEMORY_FACTOR": "0.1"}
    service = start(data=own_folder, **limits)
    trial = Trial(service)
    [accepted] = trial.post(of_image(lambda: flat_webp(16_384, 16_384), {"width": "8"}), prefer="")
    assert accepted.status == 202
    while "killed: " not in service.output:
        assert trial(HONEST).gave == COMPLETED
    assert trial(HONEST).gave == COMPLETED
