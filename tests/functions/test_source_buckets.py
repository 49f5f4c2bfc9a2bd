"""The buckets of the operator in a deployed stack: who may read and write them."""

import warnings

from tests.deployed import deployed
from tests.functions.test_deployment import NOT_MADE
from tests.handlers import NAMES


def test_the_buckets_of_the_operator_are_read_by_the_fetcher_and_written_by_the_processor() -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", NOT_MADE)
        with deployed(SourceBuckets="photos,archive/2026", TargetBuckets="small") as stack:
            allowed = {
                (name, statement["Action"], *statement["Resource"])
                for name in NAMES
                for statement in stack.statements(name)
                if isinstance(statement["Resource"], list)
            }
            given = stack.configuration("fetch_source")["Environment"]["Variables"]["SOURCE_BUCKETS"]
    assert allowed == {
        ("fetch_source", "s3:GetObject", "arn:aws:s3:::photos/*", "arn:aws:s3:::archive/2026/*"),
        ("process_task", "s3:PutObject", "arn:aws:s3:::small/*"),
    }
    assert given == "photos,archive/2026"
