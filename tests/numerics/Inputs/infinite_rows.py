"""Writes rows [4, 5]: with an infinity, with two of opposite sign, of zeros, of ones: infinite_rows.py FILE"""
import sys

sys.path.insert(0, f"{sys.path[0]}/../..")
from run_compiled import write_npy  # noqa: E402

inf = float("inf")
write_npy(sys.argv[1], [4, 5], [1, inf, 2, 3, 4, inf, 1, -inf, 2, 3, *[0] * 5, *[1] * 5], "f")
