"""Options that are not numbers, or are too large."""

from collections.abc import Mapping
from functools import partial

from tools.hostile.bodies import INVALID, sized
from tools.hostile.case import COMPLETED, Case

NUMBERS: Mapping[str, bytes] = {
    "zero": b"0",
    "less than nothing": b"-1",
    "zero below zero": b"-0",
    "10,000 digits": b"9" * 10_000,
    "fraction": b"8.5",
    "infinite": b"inf",
    "no number": b"NaN",
    "power": b"1e400",
    "base sixteen": b"0x10",
    "list": b"[8]",
    "object": b'{"$gt": 0}',
    "no UTF-8": b"\xff",
    "expression": b"8*8",
    "digits of another script": "\uff18".encode(),
}
HUGE: Mapping[str, bytes] = {
    "2 to the 31": b"2147483648",
    "2 to the 63": b"9223372036854775808",
    "2 to the 64 and 8": b"18446744073709551624",
}
SAME: Mapping[str, bytes] = {
    "with a sign": b"+8",
    "with spaces": b" 8 ",
    "with zeros before it": b"0008",
    "grouped": b"1_0",
    "whole fraction": b"8.0",
}


def cases(gives: str, values: Mapping[str, bytes]) -> list[Case]:
    return [Case("numbers", f"width: {name}", gives, partial(sized, value)) for name, value in values.items()]


CASES = [*cases(INVALID, NUMBERS), *cases("422 target-too-large", HUGE), *cases(COMPLETED, {"nothing": b"", **SAME})]
