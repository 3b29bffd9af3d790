"""Writes rows [4, WIDTH]: with an infinity, with two of opposite sign, of zeros, of ones: infinite_rows.py FILE WIDTH"""
import sys

sys.path.insert(0, f"{sys.path[0]}/../..")
from run_compiled import write_npy  # noqa: E402

inf, width = float("inf"), int(sys.argv[2])
rest = [1] * (width - 5)
write_npy(sys.argv[1], [4, width], [1, inf, 2, 3, 4, *rest, inf, 1, -inf, 2, 3, *rest, *[0] * width, *[1] * width], "f")
