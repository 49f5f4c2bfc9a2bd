"""Writes docs/performance.md from the results, and only from them."""

from pathlib import Path

from tools.benchmarks.scaling import tables
from tools.benchmarks.scaling.results import Results

TEXT = """\
# Performance

Written by `make bench-scaling` from its own output; don't edit it. {quick}

- Machine: {machine}.
- Pictures: {corpus}.
- {rounds} rounds, contenders in turn in each, and medians: the machine has neighbours, so ratios within a round are
  worth more than milliseconds.
- Ours: {engine}.
- The others: {versions}.

![CPU time as a ratio to sharp's, and images per second over HTTP](performance.svg)

## Aims

{aims}

## CPU time at equal quality, as a ratio to sharp's

Smaller is better; *ours is* gives our CPU time for an image. Bytes in, bytes out, all threads counted, caches off.

{ratios}

{contenders}

## What was compared

Ours is at its defaults; every other contender is brought to the size of our file by its quality (for PNG, by its
compression level; ten more means with filters). Each cell: that quality or level, `-` for the default · bytes, or how
many more than ours · SSIMULACRA2 against a full decode resampled with Lanczos in floats (100 is the same, 90 no visible
difference; with transparency, the worse one of a dark and a light background). Equal means at most 3 % more bytes and
at most 1 point less than sharp. Of a large
picture the middle 1024 x 1024 is scored. Of five renditions the bytes are the sum, the score is the largest one's.

{qualities}

## Wall time, in milliseconds

{walls}

## Peak memory

The most memory resident in a process that scales one image, once, in MiB; the source's bytes and the interpreter are
in it.

{memory}

## Over HTTP

A JPEG of 12 megapixels to 800 wide, on the same cores as the clients; images per second · CPU time per image of all
processes of the service. Ours takes the image with every task, or, *uploaded once*, as the others have it, finds it in
its store; it writes the task to Postgres, passes a queue, scales, keeps the result, and hands it out at a second
request. thumbor (a process for each core) and IPX (one process with threads) read a file and answer, and keep nothing.
Each request has a connection of its own.

{loads}
{unable}"""


def write(results: Results, path: Path, notes: dict[str, str]) -> None:
    """Write the document."""
    path.write_text(
        TEXT.format(
            quick="This is a `--quick` run: fewer cases, contenders and rounds." if results.is_quick else "",
            machine=results.machine,
            corpus=results.corpus,
            rounds=results.rounds,
            engine=_listed(results.engine),
            versions=_listed(results.versions),
            aims=tables.aims(results),
            ratios=tables.ratios(results),
            contenders="\n".join(f"- *{name}*: {note}." for name, note in notes.items()),
            qualities=tables.qualities(results),
            walls=tables.walls(results),
            memory=tables.memory(results),
            loads=tables.loads(results),
            unable=_unable(results),
        )
    )


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def _unable(results: Results) -> str:
    if not results.unable:
        return ""
    lines = "\n".join(f"- {each.contender}, {each.case}: {each.reason}" for each in results.unable)
    return f"\n## Not done\n\n{lines}\n"
