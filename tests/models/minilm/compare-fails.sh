#!/usr/bin/env bash
# The judge judged: compare-embeddings must take the stored numbers themselves and refuse all else.
# Usage: compare-fails.sh COMPARE_EMBEDDINGS
set -uo pipefail
compare=$1
here=$(dirname -- "${BASH_SOURCE[0]}")
table=$here/embeddings.npy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

refuses() { # expected text, .npy file, rows
  local output
  if output=$("$compare" "$2" <<<"$3" 2>&1) || [[ $output != *"$1"* ]]; then
    echo "expected a failure with '$1', got: $output"
    exit 1
  fi
}

# The data of a .npy file of format 1.0 with a small header starts at byte 128.
rows=$(tail -c +129 "$table" | od -An -v -w1536 -t f4)
first=$(head -n 1 <<<"$rows")
read -ra numbers <<<"$first"
"$compare" "$table" <<<"$rows" || { echo "the stored numbers themselves were refused"; exit 1; }
refuses "48 rows expected, got 1" "$table" "$first"
refuses "more than 48 rows" "$table" "$rows"$'\n'"$first"
refuses "row 2: maximum difference" "$table" "$first"$'\n'"$first"
refuses "row 1: maximum difference 0.0002" "$table" "$(awk '{$5 += 0.0002; print}' <<<"$first")"
refuses "row 1: maximum difference nan" "$table" "nan ${numbers[*]:1}"
refuses "row 1 has 383 numbers, expected 384" "$table" "${numbers[*]:1}"
refuses "row 1, number 2: 'x' is no number" "$table" "1 x"

refuses "is not a .npy file" "$work/missing" "$first"
head -c 1000 "$table" >"$work/short"
refuses "has another size than its shape says" "$work/short" "$first"
sed 's/<f4/<f8/' "$table" >"$work/doubles"
refuses "does not hold a float32 matrix" "$work/doubles" "$first"
