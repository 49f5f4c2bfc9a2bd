"""Strategies of Hypothesis for what the service parses by itself: the values of request headers, and CSS colors.

A value is made of the pieces of valid ones, in an order and with insertions that no client would choose.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

SEPARATORS = (",", ";", "=", '"', " ", "\t", ":", "/", "*", "_", "-", "", "\\", "%")
NUMBERS = (
    ".",
    "..",
    "0",
    "1",
    "-1",
    "1.",
    ".5",
    "1.5.2",
    "1e400",
    "-1e999",
    "nan",
    "inf",
    "9" * 30,
    "9" * 5_000,
    "٣",
    "²",
)
HEADERS: dict[str, Sequence[str]] = {
    "accept": ("image/*", "image/webp", "application/json", "*/*", "q", "Q", "text/html", 'a="x,image/png"'),
    "authorization": ("Bearer", "bearer", "isk_", "isk", "0123456789abcdef", "Basic", "a" * 64, "\0"),
    "content-length": ("12", "0"),
    "content-type": (
        "multipart/form-data; boundary=b",
        "multipart/form-data; boundary=b; charset=",
        "multipart/form-data; boundary=",
        "application/json; charset=",
        "application/x-www-form-urlencoded; charset=",
        "image/png",
        "boundary",
        "charset",
        "utf-8",
        "utf-99",
        "idna",
        "punycode",
        "undefined",
    ),
    "content-disposition": ("form-data; name=", '"file"', "width", "; filename=", "; filename*=", "utf-8''", "idna''"),
    "expect": ("100-continue",),
    "host": ("example.org", "localhost", "[", "]", "[::1]", "::", "@", "#", "?", "8000", "99999", "xn--", "a b"),
    "idempotency-key": ("k1", "é", "\x7f", "\0", "x" * 255),
    "if-match": ("W/", "*", '"tag"'),
    "if-none-match": ("W/", "*", '"tag"'),
    "origin": ("https://", "example.org", "null"),
    "prefer": ("wait", "WAIT", "respond-async", 'foo="a, wait=5"'),
    "range": ("bytes", "0", "5"),
    "traceparent": ("00", "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "01"),
    "x-amzn-trace-id": ("Root", "1-2-3", "Parent", "Sampled", "\r\n"),
    "x-forwarded-for": ("192.0.2.1", "2001:db8::1", "unknown", "for", "[::1]:80"),
    "x-forwarded-port": ("443",),
    "x-forwarded-proto": ("https", "javascript", "://"),
}
COLORS = (
    *(
        "rgb(",
        "rgba(",
        "hsl(",
        "hwb(",
        "lab(",
        "lch(",
        "oklab(",
        "oklch(",
        "color(",
        "color-mix(",
        ")",
        "#",
        "fff",
        "%",
    ),
    *(
        "srgb",
        "display-p3",
        "xyz-d65",
        "from",
        "none",
        "red",
        "transparent",
        "currentcolor",
        "in",
        "deg",
        "turn",
        "calc(",
    ),
)


def values(header: str) -> st.SearchStrategy[str]:
    """Return values of a header, from nearly valid ones to any text."""
    return _texts(HEADERS[header])


def colors() -> st.SearchStrategy[str]:
    """Return CSS colors, from nearly valid ones to any text; some with numbers that no float can hold."""
    functions = st.builds(
        "{}({} {} {} / {})".format,
        st.sampled_from(["rgb", "hsl", "hwb", "lab", "lch", "oklab", "oklch", "color(srgb", "color(xyz-d50"]),
        *[st.one_of(st.floats().map(str), st.sampled_from(NUMBERS), st.just("none"), st.integers().map(str))] * 4,
    )
    return st.one_of(functions, _texts(COLORS))


def _texts(pieces: Sequence[str]) -> st.SearchStrategy[str]:
    piece = st.one_of(st.sampled_from(pieces), st.sampled_from([*SEPARATORS, *NUMBERS]), st.text(max_size=3))
    return st.one_of(
        st.lists(st.sampled_from(pieces), min_size=1, max_size=3).map("".join),
        st.lists(piece, max_size=12).map("".join),
    )
