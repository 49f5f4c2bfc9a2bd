"""Runs of a BMP with a palette (Microsoft, "Bitmap Compression")."""

from imagescaler.domain.geometry.turn import Size

END_OF_ROW, END, SKIP = 0, 1, 2


def unpacked_rows(data: bytes | memoryview, size: Size, *, nibbles: bool) -> bytearray:
    """Return rows of a byte for each pixel; the first color where runs leave pixels out.

    Without the end of the picture and its last pixel, the rows end where the data does.
    """
    width, height = size
    stride, data = (width + 3) // 4 * 4, bytes(data)
    rows, last = bytearray(stride * height), (height - 1) * stride
    colors = [bytes((value >> 4, value & 0xF) if nibbles else (value,)) for value in range(256)]
    position, row, at = 0, 0, 0  # in the data, and in the rows: begin of the row, and next pixel
    while row <= last:
        if position + 2 > len(data):
            return rows if at == last + width else rows[:at]
        count, value = data[position], data[position + 1]
        position += 2
        end = row + width
        if count:
            end = min(end, at + count)
            run = colors[value] * count
        elif value == END_OF_ROW:
            at = row = row + stride
            continue
        elif value == END:
            break
        elif value == SKIP:
            across, down = data[position : position + 2].ljust(2, b"\0")
            at, row, position = min(at + across, end) + down * stride, row + down * stride, position + 2
            continue
        else:
            used = (value + 1) // 2 if nibbles else value
            run = data[position : position + used]
            run = bytes(half for each in run for half in (each >> 4, each & 0xF)) if nibbles else run
            end = min(end, at + value, at + len(run))
            position += used + used % 2
        rows[at:end] = run[: end - at]
        at = end
    return rows
