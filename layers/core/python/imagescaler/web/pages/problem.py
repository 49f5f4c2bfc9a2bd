"""The page of a type of problem, for browsers."""

import re
from html import escape
from importlib.resources import files
from string import Template

from imagescaler.web.catalogue import ProblemType

PAGE = files(__package__) / "problem.html"


def problem_page(described: ProblemType) -> str:
    """Return the page of a type of problem in HTML; code between backticks is an element."""
    description = re.sub("`([^`]+)`", r"<code>\1</code>", escape(described.description))
    page = Template(PAGE.read_text())
    return page.substitute(
        title=escape(described.title), type=described.type, status=described.status, description=description
    )
