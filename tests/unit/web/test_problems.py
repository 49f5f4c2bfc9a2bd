"""Errors and how they look to clients."""

import inspect

from imagescaler.domain import errors
from imagescaler.domain.errors import Problem
from imagescaler.web.problems import STATUS, leaves


def test_every_leaf_of_the_tree_has_a_status_and_nothing_else_has() -> None:
    assert set(leaves()) == set(STATUS)


def test_every_problem_has_a_title_and_a_slug_of_its_own() -> None:
    slugs = {kind.slug() for kind in STATUS}
    assert len(slugs) == len(STATUS)
    for kind in STATUS:
        assert kind.title()
        assert not kind.title().endswith(".")
        assert kind.__doc__ is not None


def test_no_error_stands_outside_the_tree() -> None:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
    roots = (Problem, errors.ClaimRefused, errors.BlobNotFound, errors.OutboundError)
    assert all(issubclass(kind, roots) for kind in classes)
