# How lit runs the .mlir and .test files under tests/. Our tools and FileCheck are on the PATH of every test, so a RUN
# line names them plainly; the substitutions below are for what a PATH cannot give.
import hashlib
import os
import tempfile

import lit.formats
import lit.util


def without_spaces(path):
    """RUN lines use %s and %t unquoted: a clone whose path has spaces is reached through a link that has none."""
    if " " not in path:
        return path
    # lit would follow the link back to the spaces.
    lit.util.abs_path_preserve_drive = os.path.abspath
    folder = os.path.join(tempfile.gettempdir(), f"attnc-tests-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if os.lstat(folder).st_uid != os.getuid() or os.path.islink(folder):
        lit_config.fatal(f"{folder} belongs to someone else; set TMPDIR to a folder of your own")
    link = os.path.join(folder, hashlib.sha256(path.encode()).hexdigest()[:16])
    try:
        os.symlink(path, link)
    except FileExistsError:
        pass
    return link


def cpu_flags():
    with open("/proc/cpuinfo") as info:
        return next((set(line.split()) for line in info if line.startswith("flags")), set())


source = without_spaces(config.attn_source_root)
build = without_spaces(config.attn_build_root)
tools = os.path.join(build, "bin")

config.name = "attn"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["unit", "models", "conventions", "Inputs", "CMakeLists.txt", "README.md"]
config.test_source_root = os.path.join(source, "tests")
config.test_exec_root = os.path.join(build, "tests")

# A test that hangs fails by name (needs python3-psutil, which scripts/bootstrap installs).
if lit.util.killProcessAndChildrenIsSupported()[0]:
    lit_config.maxIndividualTestTime = 600

config.environment["PATH"] = os.pathsep.join([tools, config.attn_llvm_tools, "/usr/bin", "/bin"])
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"
config.environment["LC_ALL"] = "C.UTF-8"
config.environment.pop("ATTN_LOG", None)

config.substitutions += [(f"%{name}", os.path.join(tools, name)) for name in ("attnc", "attn-opt", "attn-run")]
config.substitutions += [
    ("%examples", os.path.join(source, "examples")),
    ("%weights", os.path.join(source, "build", "models")),
    ("%runtime_include", os.path.join(source, "runtime", "include")),
    ("%python", config.attn_python),
    ("%run_compiled", f"{config.attn_python} {os.path.join(source, 'tests', 'run_compiled.py')}"),
]

flags = cpu_flags()
if {"avx2", "fma"} <= flags:
    config.available_features.add("avx2")
if {"avx512f", "avx512vl", "avx512bw", "avx512dq"} <= flags:
    config.available_features.add("avx512")
if config.attn_sanitize:
    config.available_features.add("sanitize")
    # The packaged LLVM keeps global tables until exit; leaks are looked for in our unit tests instead.
    config.environment["ASAN_OPTIONS"] = "detect_leaks=0:allow_user_poisoning=0"
