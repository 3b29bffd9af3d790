// Steps of as many tokens as are given: keys, values and rows of the mixed maps are states.
// RUN: cat %S/Inputs/evolving-decoder.mlir %s | sed 's/ROWS/?/g' > %t.mlir
// RUN: %run_compiled %t.mlir %t --weights=%S/data/ea_transformer-greedy/weights.safetensors --integers length=0..2 \
// RUN:   --sizes B=2,N=5,T=9,M=6 --sizes B=1,N=1,T=3,M=1 --sizes B=0,N=2,T=4,M=4 --sizes B=2,N=3,T=5,M=0 --sizes B=2,N=0,T=2,M=3
// RUN: %run_compiled %t.mlir %t --weights=%S/data/ea_transformer-greedy/weights.safetensors --integers length=0..63 \
// RUN:   --sizes B=3,N=1,T=70,M=33 --sizes B=2,N=7,T=70,M=5

func.func @evolving(
    %ids: !words {attn.name = "ids", attn.dims = ["B", "N"]},
    %ck0: !keys {attn.name = "cross_keys0", attn.dims = ["B", "H", "M", "D"]},
    %cv0: !keys {attn.name = "cross_values0", attn.dims = ["B", "H", "M", "D"]},
    %ck1: !keys {attn.name = "cross_keys1", attn.dims = ["B", "H", "M", "D"]},
    %cv1: !keys {attn.name = "cross_values1", attn.dims = ["B", "H", "M", "D"]},
    %ck2: !keys {attn.name = "cross_keys2", attn.dims = ["B", "H", "M", "D"]},
    %cv2: !keys {attn.name = "cross_values2", attn.dims = ["B", "H", "M", "D"]},
    %lengths: !numbers {attn.name = "lengths", attn.dims = ["B"]},
    %t: !numbers {attn.name = "length", attn.state = "length", attn.dims = ["B"]},
    %k0: !keys {attn.name = "keys0", attn.state = "keys0", attn.dims = ["B", "H", "T", "D"]},
    %v0: !keys {attn.name = "values0", attn.state = "values0", attn.dims = ["B", "H", "T", "D"]},
    %k1: !keys {attn.name = "keys1", attn.state = "keys1", attn.dims = ["B", "H", "T", "D"]},
    %v1: !keys {attn.name = "values1", attn.state = "values1", attn.dims = ["B", "H", "T", "D"]},
    %k2: !keys {attn.name = "keys2", attn.state = "keys2", attn.dims = ["B", "H", "T", "D"]},
    %v2: !keys {attn.name = "values2", attn.state = "values2", attn.dims = ["B", "H", "T", "D"]},
    %s1: !maps {attn.name = "self_rows1", attn.state = "self_rows1", attn.dims = ["B", "H", "T", "T"]},
    %c1: !maps {attn.name = "cross_rows1", attn.state = "cross_rows1", attn.dims = ["B", "H", "T", "M"]},
    %s2: !maps {attn.name = "self_rows2", attn.state = "self_rows2", attn.dims = ["B", "H", "T", "T"]},
    %c2: !maps {attn.name = "cross_rows2", attn.state = "cross_rows2", attn.dims = ["B", "H", "T", "M"]})
    -> (!logits {attn.name = "logits"},
        !numbers {attn.name = "next_length", attn.state = "length"},
        !keys {attn.name = "next_keys0", attn.state = "keys0"},
        !keys {attn.name = "next_values0", attn.state = "values0"},
        !keys {attn.name = "next_keys1", attn.state = "keys1"},
        !keys {attn.name = "next_values1", attn.state = "values1"},
        !keys {attn.name = "next_keys2", attn.state = "keys2"},
        !keys {attn.name = "next_values2", attn.state = "values2"},
        !maps {attn.name = "next_self_rows1", attn.state = "self_rows1"},
        !maps {attn.name = "next_cross_rows1", attn.state = "cross_rows1"},
        !maps {attn.name = "next_self_rows2", attn.state = "self_rows2"},
        !maps {attn.name = "next_cross_rows2", attn.state = "cross_rows2"}) {
  %logits, %known, %out:10 = func.call @decode(%ids, %t, %k0, %v0, %k1, %v1, %k2, %v2, %s1, %c1, %s2, %c2,
      %ck0, %cv0, %ck1, %cv1, %ck2, %cv2, %lengths)
      : (!words, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps, !keys, !keys, !keys,
          !keys, !keys, !keys, !numbers)
      -> (!logits, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps)
  return %logits, %known, %out#0, %out#1, %out#2, %out#3, %out#4, %out#5, %out#6, %out#7, %out#8, %out#9
      : !logits, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps
}
