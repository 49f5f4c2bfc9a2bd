"""The EventBridge event that a schedule sends to a function."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from local.emulation.sam_template.cloudformation import PSEUDO_PARAMETERS


def scheduled_event(rule: str, now: datetime) -> bytes:
    """Return the event's JSON. Source: Amazon EventBridge, "Events from AWS services", scheduled events."""
    region, account = PSEUDO_PARAMETERS["AWS::Region"], PSEUDO_PARAMETERS["AWS::AccountId"]
    event = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": [f"arn:aws:events:{region}:{account}:rule/{rule}"],
        "detail": {},
    }
    return json.dumps(event).encode()
