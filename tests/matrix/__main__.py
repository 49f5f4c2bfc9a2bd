"""Counts what becomes of the files of the matrix: right, refused with a true reason or an untrue one, wrong."""

from collections import Counter

from tests.matrix.all_files import cases
from tests.matrix.verdicts import Verdict, judge

families: dict[str, Counter[Verdict]] = {}
for case in cases():
    families.setdefault(case.name.partition("/")[0], Counter())[judge(case)[0]] += 1
families["all"] = sum(families.values(), Counter[Verdict]())
print("| format | files |", *(f"{verdict} |" for verdict in Verdict))
print("|---|--:|" + "--:|" * len(Verdict))
for family, counts in families.items():
    print(f"| {family} | {counts.total()} |", *(f"{counts[verdict]} |" for verdict in Verdict))
