#!/usr/bin/env bash
# The number of threads must not change a single digit, for work is split by shape. %.9g tells all floats apart.
# Usage: same-bits.sh MINILM
set -euo pipefail
here=$(dirname -- "${BASH_SOURCE[0]}")
one=$("$1" --embeddings --threads=1 <"$here/sentences.txt")
for threads in 2 3 5; do
  other=$("$1" --embeddings --threads=$threads <"$here/sentences.txt")
  [[ $one == "$other" ]] || { echo "embeddings with $threads threads differ from those with one"; exit 1; }
done
