"""Which distributions a function or a program needs, read from the imports: its own, and all that these reach."""

import ast
import sys
from functools import cache
from importlib.metadata import packages_distributions

import grimp

from tests.handlers import FUNCTIONS

# Needed and imported by nobody here: FastAPI reads forms with the one, redis reads pictures with the other.
UNIMPORTED = {
    "create_task": {"hiredis", "python-multipart"},
    "get_result": {"hiredis"},
    "ingest_object": {"python-multipart"},
    "plan_task": {"python-multipart"},
    "process_task": {"hiredis"},
}


# A module that imports the modules of a package by their names, which are those of formats.
BY_NAME = {
    "imagescaler.engine.codecs.codec": "imagescaler.engine.codecs",
    "imagescaler.probe.format_probe": "imagescaler.probe.formats",
}


def distributions(function: str) -> set[str]:
    """Return the names of the distributions that `functions/<function>/handler.py` needs."""
    graph = _graph()
    handler = ast.parse((FUNCTIONS / function / "handler.py").read_text())
    direct = set(imported(handler, graph.modules))
    ours = {module for module in direct if module.startswith("imagescaler")}
    # Importing a module imports the packages around it too.
    ours |= {module.rpartition(".")[0] for module in ours if "." in module}
    reached = ours.union(*(graph.find_upstream_modules(module) for module in ours))
    return _owners(direct | reached) | UNIMPORTED.get(function, set())


def distributions_of_emulation() -> set[str]:
    """Return the names of the distributions that `python -m local` needs."""
    return _owners(_graph().find_upstream_modules("local.__main__"))


def _owners(modules: set[str]) -> set[str]:
    packages = {module.partition(".")[0] for module in modules} - {"imagescaler", "local"} - sys.stdlib_module_names
    names = packages_distributions()
    # One that is not installed here, because its platform is another, is known by its package's name.
    return {names.get(package, [package])[0].lower().replace("_", "-") for package in packages}


@cache
def _graph() -> grimp.ImportGraph:
    graph = grimp.build_graph("imagescaler", "local", include_external_packages=True)
    for importer, package in BY_NAME.items():
        for module in graph.find_children(package) - {importer}:
            graph.add_import(importer=importer, imported=module)
    return graph


def imported(tree: ast.AST, modules: set[str]) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [part if part in modules else node.module for part in parts]
    return found
