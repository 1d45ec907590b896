#!/usr/bin/env python3
"""scikit-learn and PyTorch on the cases of e2e/examples/quality, trained and judged on the very same rows.

    quality DATASETS OUT && python3 quality.py OUT [CASE...]

OUT holds what the example wrote. Each case is trained by the library's own algorithm with the hyper-parameters of the
case's spec, from the codes, by the library's own preparation of them, once for each seed. Prints one JSON object a
line, which is left in OUT/reference.jsonl, too:

    name, metric, seeds
    value, seconds      mean over the seeds, in percent; of one training, judged
    library             what it is the value of
    ours, our_seconds   what the example measured
    difference, error   ours less the reference; its standard error over the seeds

With `--table` it prints a table instead. Ends with status 1 if a case of ours is more than a point below the reference.

Needs numpy and scikit-learn; cases of networks need torch and are left out, with a line on stderr, without it.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy
import sklearn
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from threadpoolctl import threadpool_limits

# The checkout stays as it is.
sys.dont_write_bytecode = True
try:
    import torch
    import torch_reference
except ModuleNotFoundError as missing:
    if missing.name != "torch":
        raise
    torch = None

MICRO = 1_000_000
# Points, i.e. percent: what a case may be below the reference.
TOLERANCE = 1.0
NETWORKS = ["MultilayerPerceptron", "ConvolutionalNetwork", "TextClassifier"]


class Table:
    """A dataset as the example wrote it."""

    def __init__(self, folder, name):
        description = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        codes = numpy.fromfile(folder / f"{name}.codes", dtype="<u2").astype(numpy.int64)
        codes = codes.reshape(description["rows"], -1)
        target, columns = description["target"], description["columns"]
        self.target = codes[:, target]
        self.columns = columns[:target] + columns[target + 1:]
        self.codes = numpy.delete(codes, target, axis=1)

    def values(self, index):
        """Values of a column from 0, and where one is missing."""
        column, codes = self.columns[index], self.codes[:, index]
        missing = (codes == 0) & column["nullable"]
        return numpy.where(missing, 0, codes - int(column["nullable"])), missing

    def encoded(self, number):
        """Numbers by `number(values, missing)`, categories one by one, indicators of what is missing."""
        parts = []
        for index, column in enumerate(self.columns):
            values, missing = self.values(index)
            if column["kind"] == "numeric":
                parts.append(number(values.astype(float), missing)[:, None])
            else:
                classes = column["bound"] + 1 - int(column["nullable"])
                parts.append(numpy.eye(classes)[values] * ~missing[:, None])
            if column["nullable"]:
                parts.append(missing[:, None].astype(float))
        return numpy.hstack(parts)

    def features(self, training):
        """For linear models, perceptrons and clusterings: standardised over the training rows, 0 where missing."""
        def number(values, missing):
            known = training & ~missing
            # What the training rows don't tell apart is nothing to train on, even where the holdout has other values.
            if len(numpy.unique(values[known])) < 2:
                return numpy.zeros(len(values))
            scaler = StandardScaler().fit(values[known, None])
            return numpy.where(missing, 0.0, scaler.transform(values[:, None])[:, 0])
        return self.encoded(number)

    def ordinals(self):
        """For trees: numbers as they are, below all others where missing."""
        return self.encoded(lambda values, missing: numpy.where(missing, -1.0, values))

    def shares(self):
        """For images: pixels from 0 to 1."""
        return self.codes / numpy.array([max(column["bound"], 1) for column in self.columns])

    def numbers_of_tokens(self):
        """How many numbers of tokens there are."""
        return max(column["bound"] for column in self.columns) + 1


def classical(algorithm, settings, classes, rows, columns, seed, tolerance):
    """The estimator of scikit-learn for so many training rows and columns."""
    is_class = classes is not None
    if algorithm == "LogisticRegression":
        # A penalty of both weights of two classes is half the penalty of their difference.
        penalty = settings["descent"]["weight_decay"] / MICRO * (0.5 if classes == 2 else 1.0)
        return LogisticRegression(C=1 / (penalty * rows), max_iter=10_000, tol=tolerance)
    if algorithm == "LinearRegression":
        return LinearRegression()
    if algorithm == "RidgeRegression":
        return Ridge(alpha=settings["penalty"] / MICRO)
    limits = settings["limits"]
    limits = {"max_depth": limits["depth"], "min_samples_leaf": limits["leaf_rows"], "random_state": seed}
    if algorithm == "DecisionTree":
        return (DecisionTreeClassifier if is_class else DecisionTreeRegressor)(**limits)
    tried = settings["split_columns"] or ("sqrt" if is_class else max(1, columns // 3))
    forest = RandomForestClassifier if is_class else RandomForestRegressor
    return forest(settings["trees"], max_features=tried, **limits)


def clustering(settings, inputs, training, holdout, seed):
    """Explained share and inertia of k-means on the holdout."""
    model = KMeans(settings["clusters"], n_init=1, max_iter=settings["iterations"], tol=0, random_state=seed)
    model.fit(inputs[training])
    inertia = numpy.min(model.transform(inputs[holdout]) ** 2, axis=1).mean()
    spread = ((inputs[holdout] - inputs[training].mean(axis=0)) ** 2).sum(axis=1).mean()
    return 100 * (1 - inertia / spread), inertia


def algorithm_of(spec):
    """Name and settings of the spec's algorithm."""
    algorithm = spec["algorithm"]
    return (algorithm, {}) if isinstance(algorithm, str) else next(iter(algorithm.items()))


def classes_of(spec):
    """Classes of the target; None of a number."""
    return spec["objective"]["Classification"]["classes"] if isinstance(spec["objective"], dict) else None


def prepared(spec, table, training, seed, tolerance=1e-6):
    """What trains on some rows and tells others: a function of two masks. Inputs are encoded before.

    `tolerance` is where a logistic regression has converged.
    """
    algorithm, settings = algorithm_of(spec)
    classes, targets = classes_of(spec), table.target
    if algorithm in NETWORKS:
        inputs = {
            "MultilayerPerceptron": lambda: table.features(training),
            "ConvolutionalNetwork": table.shares,
            "TextClassifier": lambda: table.codes,
        }[algorithm]()
        mean, deviation = (0, 1) if classes else (targets[training].mean(), targets[training].std())
        standard = targets if classes else (targets - mean) / deviation

        def tell(training, holdout):
            tokens = table.numbers_of_tokens()
            network = torch_reference.Network(algorithm, settings, inputs.shape[1], classes, tokens, seed)
            return mean + deviation * network.fit(inputs, standard, training, holdout)
    else:
        is_tree = algorithm in ["DecisionTree", "RandomForest"]
        inputs = table.ordinals() if is_tree else table.features(training)
        model = classical(algorithm, settings, classes, int(training.sum()), len(table.columns), seed, tolerance)

        def tell(training, holdout):
            return model.fit(inputs[training], targets[training]).predict(inputs[holdout])
    return tell


def masks(table, holdout_rows):
    """Which rows are trained on, and which are told."""
    holdout = numpy.zeros(len(table.target), dtype=bool)
    holdout[holdout_rows] = True
    return ~holdout, holdout


def trained(spec, table, holdout_rows, seed):
    """Quality on the holdout in percent, and the inertia of a clustering."""
    training, holdout = masks(table, holdout_rows)
    algorithm, settings = algorithm_of(spec)
    if algorithm == "KMeans":
        return clustering(settings, table.features(training), training, holdout, seed)
    told = prepared(spec, table, training, seed)(training, holdout)
    judge = r2_score if classes_of(spec) is None else accuracy_score
    return 100 * judge(table.target[holdout], told), None


def judged(case, table):
    """The line of a case."""
    values, inertias, seconds = [], [], []
    for run in case["runs"]:
        start = time.perf_counter()
        value, inertia = trained(case["spec"], table, run["holdout"], run["seed"])
        seconds.append(time.perf_counter() - start)
        values.append(value)
        inertias.append(inertia)
    ours = numpy.array([run["value"] for run in case["runs"]])
    differences = ours - numpy.array(values)
    library = f"PyTorch {torch.__version__}" if is_network(case) else f"scikit-learn {sklearn.__version__}"
    line = {
        "name": case["name"],
        "metric": case["metric"],
        "value": round(float(numpy.mean(values)), 3),
        "seconds": round(float(numpy.mean(seconds)), 4),
        "library": library,
        "seeds": len(values),
        "ours": round(float(ours.mean()), 3),
        "our_seconds": round(float(numpy.mean([run["seconds"] for run in case["runs"]])), 4),
        "difference": round(float(differences.mean()), 3),
        "error": round(float(differences.std(ddof=1) / len(differences) ** 0.5), 3) if len(differences) > 1 else None,
    }
    if inertias[0] is not None:
        line["inertia"] = round(float(numpy.mean(inertias)), 4)
        line["our_inertia"] = round(float(numpy.mean([run["inertia"] for run in case["runs"]])), 4)
    return line


def is_network(case):
    """Whether the reference is PyTorch."""
    return algorithm_of(case["spec"])[0] in NETWORKS


def use_threads(threads):
    """Let the libraries use so many threads."""
    threadpool_limits(threads)
    if torch is not None:
        torch.set_num_threads(threads)


def row(line):
    """A row of the table."""
    # Without a minus before zero.
    difference = round(line["difference"], 2) + 0.0
    error = "" if line["error"] is None else f" ± {line['error']:.2f}"
    cells = [
        f"`{line['name']}`", line["metric"], f"{line['ours']:.2f}", f"{line['value']:.2f}",
        f"{difference:+.2f}{error}", str(line["seeds"]), line["library"].split("+")[0],
    ]
    return f"| {' | '.join(cells)} |"


def main(arguments):
    """Train and judge the cases. Returns the exit status."""
    parser = argparse.ArgumentParser(description="scikit-learn and PyTorch on the cases of e2e/examples/quality.")
    parser.add_argument("folder", type=Path, help="what the example wrote")
    parser.add_argument("case", nargs="*", help="names of cases [default: all that are there]")
    parser.add_argument("--threads", type=int, default=1, help="threads of the libraries [default: 1]")
    parser.add_argument("--table", action="store_true", help="print a table instead of JSON")
    options = parser.parse_args(arguments)
    use_threads(options.threads)
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(options.folder.glob("*.case.json"))]
    tables, lines, below, left_out = {}, [], [], []
    if options.table:
        print("| case | metric | ours | reference | difference | seeds | reference is |\n|---|---|---|---|---|---|---|")
    for case in cases:
        if options.case and case["name"] not in options.case:
            continue
        if torch is None and is_network(case):
            left_out.append(case["name"])
            continue
        if case["dataset"] not in tables:
            tables = {case["dataset"]: Table(options.folder, case["dataset"])}
        line = judged(case, tables[case["dataset"]])
        lines.append(line)
        print(row(line) if options.table else json.dumps(line), flush=True)
        if line["difference"] < -TOLERANCE:
            below.append(case["name"])
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (options.folder / "reference.jsonl").write_text(text, encoding="utf-8")
    if left_out:
        print(f"left out, since torch is not installed: {', '.join(left_out)}", file=sys.stderr)
    if below:
        print(f"error: more than {TOLERANCE} point below the reference: {', '.join(below)}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
