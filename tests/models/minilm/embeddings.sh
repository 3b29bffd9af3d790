#!/usr/bin/env bash
# The program's embeddings of sentences.txt against those of the Python model.
# Usage: embeddings.sh MINILM COMPARE_EMBEDDINGS OPTIONS...
set -euo pipefail
here=$(dirname -- "${BASH_SOURCE[0]}")
"$1" --embeddings "${@:3}" <"$here/sentences.txt" | "$2" "$here/embeddings.npy"
