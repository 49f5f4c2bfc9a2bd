"""Partial batch responses."""

from imagescaler.runtime.sqs_batch import process_messages


def event(*bodies: str) -> dict[str, list[dict[str, str]]]:
    return {"Records": [{"messageId": f"id of {body}", "body": body} for body in bodies]}


def test_messages_are_processed_in_their_order_and_none_failed() -> None:
    seen: list[str] = []

    assert process_messages(event("a", "b"), seen.append) == {"batchItemFailures": []}
    assert seen == ["a", "b"]


def test_only_failed_messages_are_reported_and_the_others_are_processed_all_the_same() -> None:
    seen: list[str] = []

    def process(body: str) -> None:
        seen.append(body)
        if body != "b":
            raise ValueError(body)

    response = process_messages(event("a", "b", "c"), process)

    assert response == {"batchItemFailures": [{"itemIdentifier": "id of a"}, {"itemIdentifier": "id of c"}]}
    assert seen == ["a", "b", "c"]
