"""The runtime objects as attnc uses them: two models, each joined with its own copy, link into one C program without a
C++ library; a shared library shows nothing of the runtime; the program object makes a working executable."""
import os
import re
import struct
import subprocess
import sys
import tempfile

CC, LLD, NM, RUNTIME, PROGRAM, INCLUDE, HERE = sys.argv[1:8]


def run(*command, status=0):
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == status, f"{command}\nexit {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout + result.stderr


def model(name, factor):
    """Compiles one model and joins it with a copy of the runtime, as `attnc -o name.o` does."""
    run(CC, "-std=c99", "-O1", "-fPIC", "-Wall", "-Werror", "-I", INCLUDE, f"-DFACTOR={factor}", f"-DNAME=\"{name}\"",
        f"-DCODE={name}_code", f"-DENTRY={name}_run", "-c", f"{HERE}/link_model.c", "-o", f"{name}_bare.o")
    run(LLD, "-r", "-o", f"{name}.o", f"{name}_bare.o", RUNTIME)


def check_symbols():
    for path in (RUNTIME, PROGRAM):
        undefined = run(NM, "-C", "--undefined-only", path)
        assert not re.search(r"std::|operator (new|delete)|__cxa|__gxx|vtable|typeinfo|_Unwind", undefined), undefined
    defined = run(NM, "--defined-only", "--extern-only", RUNTIME)
    strong = [line for line in defined.splitlines() if line.split()[-2] not in "VW"]
    assert not strong, strong


def check_two_models():
    with open("main.c", "w") as file:
        file.write("int one_run(void), two_run(void);\n"
                   "int main(void) { return one_run() == 6 && two_run() == 12 ? 0 : 1; }\n")
    model("one", "1.0f")
    model("two", "2.0f")
    run(CC, "main.c", "one.o", "two.o", "-o", "both", "-lpthread")
    run("./both")
    run(CC, "-shared", "one.o", "-o", "one.so", "-lpthread")
    shown = [line.split()[-1] for line in run(NM, "-D", "--defined-only", "one.so").splitlines()]
    assert sorted(shown) == ["one_code", "one_run"], shown


def npy(path, values):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(values)},), }}".encode()
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        file.write(struct.pack(f"<{len(values)}f", *values))


def check_program():
    model("attn_program", "2.0f")
    run(CC, "attn_program.o", PROGRAM, "-o", "program", "-lpthread")
    assert "--x=FILE.npy" in run("./program", "--help")
    assert "input x f32[N]\noutput y f32[N]\n" in run("./program", "--describe")
    npy("x.npy", [1, 2, 3])
    assert run("./program", "--x=x.npy") == "y f32[3]\n[2 4 6]\n"
    run("./program", "--x=x.npy", "--threads=2", "--out", "y=y.npy")
    with open("y.npy", "rb") as file:
        assert struct.unpack("<3f", file.read()[-12:]) == (2, 4, 6)
    assert run("./program", "--x=zeros:[9]") == "y f32[9]\n[0 0 0 ... 0 0 0]\n"
    random = run("./program", "--x=random:7:[5]")
    assert run("./program", "--x=random:7:[5]") == random != run("./program", "--x=random:8:[5]")
    assert re.match(r"runs \d+  median [\d.]+ ms  p90", run("./program", "--x=x.npy", "--benchmark"))
    for arguments, status, text in (
            ([], 2, 'input "x" is not given'),
            (["--y=3"], 2, "unknown argument '--y=3'"),
            (["--x=x.npy", "--threads=0"], 2, "--threads: expected a number in [1, 1024], got '0'"),
            (["--x=x.npy", "--out", "z=1"], 2, "--out: expected OUTPUT=FILE.npy, got 'z=1'"),
            (["--x=zeros:[3"], 2, "expected a shape such as [2,128], got '[3'"),
            (["--x=random:[3]"], 2, "expected random:SEED:[SHAPE]"),
            (["--x=missing.npy"], 1, "npy 'missing.npy': cannot open: No such file or directory"),
            (["--x=zeros:[101]"], 1, 'input 0 "x": dimension N is 101, the maximum is 100'),
            (["--x=zeros:[3,3]"], 1, 'input 0 "x": rank 2, expected 1')):
        output = run("./program", *arguments, status=status)
        assert text in output, output


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    check_symbols()
    check_two_models()
    check_program()
