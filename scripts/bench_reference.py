#!/usr/bin/env python3
"""Training time over that of PyTorch and scikit-learn, on the same rows with the same number of threads.

    bench_reference.py QUALITY DATASETS [--threads COUNT] [--rounds COUNT]

QUALITY is the built example `quality` of neurodata-e2e, DATASETS the folder of scripts/fetch-datasets.sh. Prints
one JSON object a line, {"name", "value", "unit"}; what there is no library for is left out. Rounds of ours and of the
reference come by turns; a value is the median over the rounds.

Ours is the whole run: encoding, training, the digests of all checkpoints, model file, evaluation. Of the reference,
training and telling the holdout are counted, and the conversion of the inputs to its tensors, but no encoding. Both are
then as good on the holdout as docs/quality.md says.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The checkout stays as it is.
sys.dont_write_bytecode = True
sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent / "ml-worker" / "training" / "references"))
try:
    import quality
except ModuleNotFoundError as missing:
    sys.exit(f"error: the module {missing.name} is not installed; scripts/quality.sh installs it")

FIGURES = {
    "train.mlp_vs_torch": "fashion_mnist.perceptron",
    "train.logreg_vs_sklearn": "digits.logistic",
}


def our_seconds(options, case, folder):
    """Seconds of one run of ours, by its own clock."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(options.threads)}
    command = [options.quality, options.datasets, folder, "--seeds", "1", case]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return json.loads(output)["seconds"]


def reference_seconds(table, case):
    """Seconds of the reference for one training, inputs encoded."""
    run = case["runs"][0]
    training, holdout = quality.masks(table, run["holdout"])
    # scikit-learn's default tolerance.
    tell = quality.prepared(case["spec"], table, training, run["seed"], tolerance=1e-4)
    start = time.perf_counter()
    tell(training, holdout)
    return time.perf_counter() - start


def measure(options, name, case_name):
    """Print the lines of a figure."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory(prefix="neurodata-") as folder:
        # Not counted: what is loaded for the first time.
        our_seconds(options, case_name, folder)
        case = json.loads((Path(folder) / f"{case_name}.case.json").read_text(encoding="utf-8"))
        if quality.torch is None and quality.is_network(case):
            print(f"{name} is left out: torch is not installed", file=sys.stderr)
            return
        table = quality.Table(Path(folder), case["dataset"])
        reference_seconds(table, case)
        for _ in range(options.rounds):
            ours.append(our_seconds(options, case_name, folder))
            theirs.append(reference_seconds(table, case))
    threads = "1 thread" if options.threads == 1 else f"{options.threads} threads"
    ratio = statistics.median(our / their for our, their in zip(ours, theirs))
    for suffix, value, unit in [
        ("", ratio, f"our time / its, {threads}"),
        (".ours", statistics.median(ours), "s"),
        (".reference", statistics.median(theirs), "s"),
    ]:
        print(json.dumps({"name": f"{name}{suffix}", "value": round(value, 4), "unit": unit}), flush=True)


def main(arguments):
    """Measure all figures."""
    parser = argparse.ArgumentParser(description="Training time over that of PyTorch and scikit-learn.")
    parser.add_argument("quality", help="the built example")
    parser.add_argument("datasets", help="the folder with the CSV files")
    parser.add_argument("--threads", type=int, default=1, help="threads of each [default: 1]")
    parser.add_argument("--rounds", type=int, default=5, help="rounds [default: 5]")
    options = parser.parse_args(arguments)
    quality.use_threads(options.threads)
    try:
        for name, case in FIGURES.items():
            measure(options, name, case)
    except subprocess.CalledProcessError as failure:
        print(failure.stderr, end="", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
