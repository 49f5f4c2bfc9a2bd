"""Thousands of parameters take seconds to collect: where slow tests are left out, they are not even looked at."""

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave this folder out of `-m "not slow"`."""
    return True if config.option.markexpr == "not slow" else None
