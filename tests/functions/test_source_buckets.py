"""The buckets of the operator in a deployed stack: who may read them."""

import warnings

from tests.deployed import deployed
from tests.functions.test_deployment import NOT_MADE
from tests.handlers import NAMES


def test_the_buckets_of_the_operator_are_read_by_the_fetcher_alone() -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", NOT_MADE)
        with deployed(SourceBuckets="photos,archive/2026") as stack:
            reading = {
                (name, statement["Action"], *statement["Resource"])
                for name in NAMES
                for statement in stack.statements(name)
                if "photos" in str(statement["Resource"])
            }
            given = stack.configuration("fetch_source")["Environment"]["Variables"]["SOURCE_BUCKETS"]
    assert reading == {("fetch_source", "s3:GetObject", "arn:aws:s3:::photos/*", "arn:aws:s3:::archive/2026/*")}
    assert given == "photos,archive/2026"
