"""Reads a packed weights file: read_packed.py FILE COUNT...: looks for rows 0, 1, .. COUNT-1 at multiples of 64 bytes."""
import struct
import sys

data = open(sys.argv[1], "rb").read()
magic, version, offset, size = struct.unpack_from("<8sIIQ", data)
print(magic.decode(), version, offset)
print(f"bytes {size} = file - 4096: {len(data) == size + offset}")
for count in map(int, sys.argv[2:]):
    wanted = struct.pack(f"<{count}f", *range(count))
    places = [at for at in range(offset, len(data), 64) if data[at : at + len(wanted)] == wanted]
    print(f"found {[float(i) for i in range(count)]}: {bool(places)}")
print("id not zero:", any(data[24:56]))
