"""A function's response to a batch, with ReportBatchItemFailures."""

from collections.abc import Collection
from typing import Any


def failures(answer: Any, sent: Collection[str]) -> Collection[str]:
    """Return the ids of the records that failed, out of those sent.

    Source: AWS Lambda, partial batch responses. An empty or missing list is a complete success; bad JSON, a wrong key,
    an empty or unknown identifier make the whole batch fail.

    >>> failures(None, ["a", "b"]), failures({"batchItemFailures": []}, ["a", "b"])
    ([], [])
    >>> failures({"batchItemFailures": [{"itemIdentifier": "b"}]}, ["a", "b"])
    ['b']
    >>> failures({"batchItemFailures": [{"itemIdentifier": "x"}]}, ["a", "b"])
    ['a', 'b']
    """
    if answer is None or answer == {}:
        return []
    try:
        failed = [item["itemIdentifier"] for item in answer["batchItemFailures"] or ()]
    except (KeyError, TypeError):
        return sent
    return failed if all(item in sent for item in failed) else sent
