#!/usr/bin/env bash
# The program minilm as its user meets it: every message, exit status and form of output.
# Usage: command-line.sh MINILM
set -uo pipefail
minilm=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect STATUS OUT ERR COMMAND...: OUT and ERR are regular expressions that the streams as a whole must match.
expect() {
  local status=$1 out=$2 err=$3 got
  shift 3
  "$@" >"$work/out" 2>"$work/err"
  got=$?
  if ((got != status)) || ! matches "$work/out" "$out" || ! matches "$work/err" "$err"; then
    printf 'FAILED: %s\n  expected %s, stdout /%s/, stderr /%s/\n  got %s, stdout: %s\n  stderr: %s\n' \
      "$*" "$status" "$out" "$err" "$got" "$(head -c 300 "$work/out" | tr -d '\0')" "$(head -c 300 "$work/err" | tr -d '\0')"
    failures=$((failures + 1))
  fi
}
matches() { local text; text=$(tr -d '\0' <"$1"); [[ $text =~ ^($2)$ ]]; }

any='.*'
# Help and wrong usage.
expect 0 "minilm: how similar.*--threads=N.*" "" "$minilm" --help
expect 0 "minilm: how similar.*" "" "$minilm" -h a
expect 2 "" "minilm: unknown option '--embedding'.* \(see minilm --help\)" "$minilm" --embedding a
expect 2 "" "minilm: unknown option '-5 degrees'; a sentence that starts with '-' goes after --.*" "$minilm" "-5 degrees"
expect 2 "" "minilm: --embeddings and --tokens exclude each other.*" "$minilm" --embeddings --tokens a
expect 2 "" "minilm: write --batch=N.*" "$minilm" --batch 3 a
for bad in 0 33 -1 x 3x "" 99999999999; do
  expect 2 "" "minilm: --batch expects a number from 1 to 32, got '$bad'.*" "$minilm" --batch=$bad a
done
expect 2 "" "minilm: --threads expects a number from 1 to 256, got '257'.*" "$minilm" --threads=257 a
expect 2 "" "minilm: no sentence given, neither as an argument nor on standard input.*" "$minilm" </dev/null

# Standard input and output that fail.
expect 1 "" "minilm: cannot read standard input: Is a directory" "$minilm" < /
expect 1 "" "minilm: cannot read standard input: Bad file descriptor" bash -c '"$0" <&-' "$minilm"
expect 1 "" "minilm: cannot write standard output: No space left on device" bash -c '"$0" --tokens a >/dev/full' "$minilm"
expect 1 "" "minilm: cannot write standard output: .*" bash -c '"$0" --help >/dev/full' "$minilm"

# Tokens: special tokens, options in any place, what follows --.
expect 0 "101 7592 1010 2088 102" "" "$minilm" --tokens "Hello, World"
expect 0 "101 7592 102"$'\n'"101 103 102" "" "$minilm" "hello" --tokens "[MASK]"
expect 0 "101 1011 1019 5445 102"$'\n'"101 1011 1011 2393 102" "" "$minilm" --tokens -- "-5 degrees" --help
expect 0 "101 1011 102" "" "$minilm" --tokens -

# Lines: an empty one is a sentence, the last needs no end, "\r\n" ends one as well, bad bytes and NUL do no harm.
expect 0 "101 7592 102"$'\n'"101 102"$'\n'"101 7592 102" "" "$minilm" --tokens < <(printf 'hello\r\n\nhello')
expect 0 "101 7592 102" "" "$minilm" --tokens < <(printf 'he\xff\x00llo\xc3\n')
expect 0 "101 102" "" "$minilm" --tokens ""

# Truncation: told once, with the number of the sentence.
long=$(printf 'the %.0s' {1..300})
expect 0 "101( 1996){254} 102" "minilm: note: sentence 1 is cut to 256 tokens" "$minilm" --tokens "$long"
expect 0 "$any" "minilm: note: 2 sentences are cut to 256 tokens, the first is number 2" "$minilm" --tokens a "$long" b "$long"
expect 0 "101 100 102" "" "$minilm" --tokens < <(head -c 3000000 /dev/zero | tr '\0' a)

# The table: numbered, aligned, symmetric, three decimals; sentences shortened and without controls.
expect 0 " +1 +2"$'\n'"1  1\.000  0\.[0-9]{3}  A man is eating food\."$'\n'"2  0\.[0-9]{3}  1\.000  A man is eating bread\." \
  "" "$minilm" "A man is eating food." "A man is eating bread."
expect 0 " +1"$'\n'"1  1\.000  a{48}\.\.\." "" "$minilm" "$(printf 'a%.0s' {1..60})"
expect 0 " +1"$'\n'"1  1\.000  a   \[31mb" "" "$minilm" $'a\t\u202e\e[31mb'
expect 0 " +1"$'\n'"1  1\.000  " "" "$minilm" ""

# Embeddings: 384 numbers a line, in the order of the input whatever the batches are.
expect 0 "[-0-9.e]+( [-0-9.e]+){383}" "" "$minilm" --embeddings hello
sentences=("one two three four five" "one" "one two three" "" "one two")
for sentence in "${sentences[@]}"; do "$minilm" --embeddings "$sentence"; done >"$work/single"
"$minilm" --embeddings --batch=1 "${sentences[@]}" | cmp - "$work/single" || failures=$((failures + 1))

# Timings go to standard error alone.
expect 0 "101 7592 102" "minilm: 1 sentence, 3 tokens: tokenize [0-9.]+ ms" "$minilm" --tokens --timings hello
expect 0 "[^,]*" "minilm: 2 sentences, 6 tokens: tokenize .*open .*run .* tokens per second" "$minilm" --timings a b

((failures == 0)) && echo "all passed"
exit $((failures > 0))
