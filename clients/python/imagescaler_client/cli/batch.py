"""Scales many files, several at a time."""

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.to_thread import run_sync
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from imagescaler_client._async.client import AsyncClient
from imagescaler_client.cli.manifest import Manifest
from imagescaler_client.cli.source_files import SourceFile
from imagescaler_client.errors import ImageScalerError
from imagescaler_client.picture import results_of

COLUMNS = ("{task.description}", "{task.fields[failed]} failed")


@dataclass
class Batch:
    """Files to scale into a folder. `made`, `kept` and `failed` count what became of them."""

    client: AsyncClient
    out: Path
    options: Mapping[str, Any]
    as_json: bool
    made: int = 0
    kept: int = 0
    failed: int = 0
    _console: Console = field(default_factory=lambda: Console(stderr=True))

    async def run(self, sources: list[SourceFile], jobs: int) -> None:
        """Scale files, `jobs` at a time, with a progress bar. What is complete in the folder is kept."""
        self.out.mkdir(parents=True, exist_ok=True)
        manifest, limit = Manifest(self.out, self.options), anyio.CapacityLimiter(jobs)
        with Progress(
            TextColumn(COLUMNS[0]), BarColumn(), MofNCompleteColumn(), TextColumn(COLUMNS[1]), TimeElapsedColumn(),
            TimeRemainingColumn(), TextColumn("left"), console=self._console,
        ) as progress:  # fmt: skip
            bar = progress.add_task("scaling", total=len(sources), failed=0)

            async def one(source: SourceFile) -> None:
                async with limit:
                    await self._scale(source, manifest)
                progress.update(bar, advance=1, failed=self.failed)

            async with anyio.create_task_group() as group:
                for source in sources:
                    group.start_soon(one, source)

    async def _scale(self, source: SourceFile, manifest: Manifest) -> None:
        try:
            key = await run_sync(manifest.key, source)
            results = manifest.results(key)
            if results is None:
                paths = await self._make(source)
                manifest.add(key, paths)
                results = [str(path.relative_to(self.out)) for path in paths]
                self.made += 1
            else:
                self.kept += 1
            self._report(source, results=results)
        except (ImageScalerError, OSError) as error:
            self.failed += 1
            self._report(source, error=str(error))

    async def _make(self, source: SourceFile) -> list[Path]:
        task = await self.client.tasks.run(source.path, **self.options)
        paths = []
        for name, result in results_of(task).items():
            suffix = mimetypes.guess_extension(result.media_type) or f".{result.format}"
            path = self.out / source.stem.with_name(f"{source.stem.name}{f'-{name}' if name else ''}{suffix}")
            path.parent.mkdir(parents=True, exist_ok=True)
            paths.append(await self.client.results.save(task.id, path, name))
        return paths

    def _report(self, source: SourceFile, **outcome: Any) -> None:
        if self.as_json:
            print(json.dumps({"source": str(source.path), **outcome}), flush=True)  # noqa: T201
        elif "error" in outcome:
            self._console.print(f"{source.path}: {outcome['error']}", markup=False, highlight=False)
