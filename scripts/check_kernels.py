#!/usr/bin/env python3
"""Compile every CUDA kernel by NVRTC and check what became of its arithmetic. Needs no GPU.

    scripts/check_kernels.py [--nvrtc PATH] [--ptxas PATH] [--arch 80,90]

Every floating-point instruction of the PTX has to be one that rounds once, to nearest, and keeps subnormal numbers: no
approximation, no flushing, no atomics, and nothing that a later compiler may contract. With ptxas, its registers and
spills are printed, too. NVRTC comes with the CUDA toolkit, or as the package nvidia-cuda-nvrtc-cu12 of PyPI.
"""

import argparse
import ctypes
import ctypes.util
import glob
import pathlib
import re
import subprocess
import sys
import tempfile

KERNELS = pathlib.Path(__file__).resolve().parent.parent / "ml-worker" / "repops" / "kernels"
HEADERS = ["arithmetic.cuh", "elementary.cuh"]
# As in `src/cuda/mod.rs`.
OPTIONS = ["--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true", "--std=c++17"]
# Floating-point instructions that round once as the definitions ask, and such that do not round. The compiler makes `rcp`
# of a division of 1, and `min` and `max` of a comparison and a selection.
ALLOWED = re.compile(
    r"(add|sub|mul|div|rcp|sqrt|fma)\.rn\.f(32|64)$"
    r"|(min|max|mov|ld\.\w+(\.v[24])?|ld\.global\.nc(\.v[24])?|st\.\w+(\.v[24])?|selp|neg|abs)\.(f|b)(32|64)$"
    r"|ld\.param\.f(32|64)$"
    r"|setp\.\w+(\.(and|or))?\.f(32|64)$"
    r"|cvt\.f64\.f32$|cvt\.rn\.f32\.f64$|cvt\.rn\.f(32|64)\.u(32|64)$"
)
FLOAT = re.compile(r"\.(f16|f32|f64|bf16|tf32)\b|\.f16x2|approx|ftz")


def library(path):
    """The NVRTC library: `path`, the system's, or that of a Python package."""
    found = glob.glob(sys.prefix + "/lib/python*/site-packages/nvidia/*/lib/libnvrtc.so*")
    candidates = [path] if path else [ctypes.util.find_library("nvrtc"), *found]
    for candidate in filter(None, candidates):
        try:
            return ctypes.CDLL(candidate)
        except OSError as error:
            print(f"{candidate}: {error}", file=sys.stderr)
    sys.exit("check_kernels: no NVRTC found; name it with --nvrtc")


def compile_ptx(nvrtc, source, name, arch):
    """The PTX of `source`."""
    program = ctypes.c_void_p()
    if nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), name.encode(), 0, None, None):
        sys.exit("check_kernels: nvrtcCreateProgram failed")
    options = [option.encode() for option in [*OPTIONS, f"--gpu-architecture=compute_{arch}"]]
    status = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    if log.value.strip():
        print(log.value.decode(), file=sys.stderr)
    if status:
        sys.exit(f"check_kernels: {name} does not compile for {arch}")
    nvrtc.nvrtcGetPTXSize(program, ctypes.byref(size))
    ptx = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetPTX(program, ptx)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return ptx.value.decode()


def faults(ptx):
    """The instructions of `ptx` that the definitions do not allow."""
    for line in ptx.splitlines():
        line = line.split("//")[0].strip()
        words = re.sub(r"^@!?%p\d+\s+", "", line).split()
        if not words or words[0].startswith("."):
            continue
        instruction = words[0].rstrip(";")
        if FLOAT.search(instruction) and not ALLOWED.match(instruction):
            yield line


def registers(ptxas, ptx, arch):
    """What ptxas says about each kernel: (name, registers, bytes of spills)."""
    with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
        file.write(ptx)
        file.flush()
        command = [ptxas, f"-arch=sm_{arch}", "-v", "-o", "/dev/null", file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    for part in said.split("Compiling entry function '")[1:]:
        spills = sum(map(int, re.findall(r"(\d+) bytes spill", part)))
        yield part.split("'")[0], int(re.search(r"Used (\d+) registers", part).group(1)), spills


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nvrtc", help="path of libnvrtc")
    parser.add_argument("--ptxas", help="path of ptxas")
    parser.add_argument("--arch", default="80,90", help="architectures, separated by commas")
    arguments = parser.parse_args()
    nvrtc = library(arguments.nvrtc)
    headers = [(KERNELS / name).read_text() for name in HEADERS]
    count, wrong = 0, 0
    for path in sorted(KERNELS.glob("*.cu")):
        source = "\n".join([*headers, path.read_text()])
        for arch in arguments.arch.split(","):
            ptx = compile_ptx(nvrtc, source, path.name, arch)
            count += ptx.count(".entry ")
            for fault in faults(ptx):
                wrong += 1
                print(f"{path.name}, compute_{arch}: {fault}")
            if arguments.ptxas:
                for kernel, used, spills in registers(arguments.ptxas, ptx, arch):
                    print(f"sm_{arch} {kernel}: {used} registers, {spills} bytes of spills")
    print(f"{count} kernels compiled, {wrong} instructions not allowed")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
