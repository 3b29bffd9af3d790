"""Counts a ctest run: python3 summarize_tests.py JUNIT_XML LIT_RESULTS_FOLDER.

A lit suite is one test to ctest; its JSON result beside it (lit-<suite>.json) gives the single tests. Prints a line for
each suite, then what failed with the end of its output; the last line is 'N passed, N failed[, N skipped]'. Exit code 1
when anything failed or nothing ran.
"""
import collections
import json
import pathlib
import sys
import xml.etree.ElementTree as xml

LIT = {"PASS": "passed", "XFAIL": "passed", "FLAKYPASS": "passed", "UNSUPPORTED": "skipped", "SKIPPED": "skipped"}
KINDS = ("lit", "models", "conventions", "examples", "benchmarks")  # every other ctest name is a GoogleTest case
OUTPUT_LINES = 40


def read_lit(path):
    for test in json.loads(path.read_text())["tests"]:
        if test["code"] not in ("EXCLUDED",):
            yield test["name"], LIT.get(test["code"], "failed"), test.get("output", "")


def read_tests(junit, lit_folder):
    """Yields suite, name, result, output."""
    for case in xml.parse(junit).iter("testcase"):
        name, status = case.get("name"), case.get("status")
        output = "".join(case.itertext())
        kind = name.split("/")[0]
        suite = kind if kind in KINDS else "unit"
        lit = lit_folder / (name.replace("/", "-") + ".json")
        if suite == "lit" and lit.exists():
            for test, result, text in read_lit(lit):
                yield name, test, result, text
            continue
        result = {"run": "passed", "fail": "failed"}.get(status, "skipped")
        yield suite, name, result, output


def main(junit, lit_folder):
    try:
        tests = list(read_tests(junit, pathlib.Path(lit_folder)))
    except (OSError, ValueError, xml.ParseError) as error:
        sys.exit(f"error: the test run left no readable result: {error}")
    suites = collections.defaultdict(collections.Counter)
    for suite, _, result, _ in tests:
        suites[suite][result] += 1
    print()
    for suite, counts in sorted(suites.items()):
        print(f"  {suite:<24}" + ", ".join(f"{n} {result}" for result, n in sorted(counts.items(), reverse=True)))
    for _, name, result, output in tests:
        if result == "failed":
            print(f"\nFAILED {name}")
            print("\n".join("  | " + line for line in output.strip().splitlines()[-OUTPUT_LINES:]))
    total = sum(suites.values(), collections.Counter())
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"\n{total['passed']} passed, {total['failed']} failed{skipped}")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
