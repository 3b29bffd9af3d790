"""A chain of functions that each call the next, to standard output: call-chain.py DEPTH PREFIX_LENGTH."""
import sys

depth, prefix_length = map(int, sys.argv[1:])
T = "tensor<4xf32>"
print(f"func.func private @f{depth}() -> {T} {{")
print(f'  %y = attn.weight "weight" : {T}\n  return %y : {T}\n}}')
for i in reversed(range(depth)):
    visibility = "private" if i else ""
    print(f"func.func {visibility} @f{i}() -> {T} {{")
    print(f"  %y = func.call @f{i + 1}() : () -> {T}\n  return %y : {T}\n}}")
print(f"func.func @model(%x: {T}) -> {T} {{")
print(f'  %y = attn.repeat 1 @g(%x) prefix "{"p" * prefix_length}" : ({T}) -> {T}\n  return %y : {T}\n}}')
print(f'func.func private @g(%x: {T}) -> {T} {{\n  %w = attn.weight "weight" : {T}\n  return %w : {T}\n}}')
