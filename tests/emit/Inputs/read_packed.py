"""Reads a packed weights file.

    read_packed.py FILE COUNT...                  looks for rows 0, 1, .. COUNT-1 at multiples of 64 bytes
    read_packed.py FILE bf16|int8 ROWS DEPTH      prints the first tensor, one panel of 16 columns
"""
import struct
import sys


def print_panel(data, storage, rows, depth):
    """Column `row` of the panel: element g stands behind g * 16 elements of 4 bytes."""
    group = 2 if storage == "bf16" else 4
    groups = -(-depth // group)
    for row in range(rows):
        elements = b"".join(data[(g * 16 + row) * 4 : (g * 16 + row) * 4 + 4] for g in range(groups))
        if storage == "bf16":
            numbers = [struct.unpack("<f", b"\0\0" + elements[2 * k : 2 * k + 2])[0] for k in range(groups * 2)]
            print(f"row {row}: {numbers}")
            continue
        scale, total = (struct.unpack_from(kind, data, groups * 64 + at + row * 4)[0] for kind, at in (("<f", 0), ("<i", 64)))
        print(f"row {row}: {list(struct.unpack(f'<{4 * groups}b', elements))}, scale {scale:.6f}, sum {total}")


data = open(sys.argv[1], "rb").read()
magic, version, offset, size = struct.unpack_from("<8sIIQ", data)
print(magic.decode(), version, offset)
print(f"bytes {size} = file - 4096: {len(data) == size + offset}")
if sys.argv[2] in ("bf16", "int8"):
    print_panel(data[offset:], sys.argv[2], *map(int, sys.argv[3:]))
    sys.argv[2:] = []
for count in map(int, sys.argv[2:]):
    wanted = struct.pack(f"<{count}f", *range(count))
    places = [at for at in range(offset, len(data), 64) if data[at : at + len(wanted)] == wanted]
    print(f"found {[float(i) for i in range(count)]}: {bool(places)}")
print("id not zero:", any(data[24:56]))
