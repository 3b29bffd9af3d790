"""Writes a model of linears, each with inputs [N, depth] of its own: linears.py DEPTH,DEPTH... WIDTH,WIDTH..."""
import sys

depths, widths = (list(map(int, argument.split(","))) for argument in sys.argv[1:])
arguments = ",\n    ".join(f'%x{d}: tensor<?x{d}xf32> {{attn.name = "x{d}", attn.dims = ["N", "D{d}"]}}' for d in depths)
pairs = [(d, w) for d in depths for w in widths]
results = ",\n    ".join(f'tensor<?x{w}xf32> {{attn.name = "y{d}_{w}"}}' for d, w in pairs)
print(f"func.func @linears({arguments})\n    -> ({results}) {{")
for d, w in pairs:
    print(f'  %w{d}_{w} = attn.weight "w{d}_{w}" : tensor<{w}x{d}xf32>')
    print(f"  %y{d}_{w} = attn.linear %x{d}, %w{d}_{w} : tensor<?x{d}xf32>, tensor<{w}x{d}xf32>")
print("  return", ", ".join(f"%y{d}_{w}" for d, w in pairs), ":", ", ".join(f"tensor<?x{w}xf32>" for _, w in pairs))
print("}")
