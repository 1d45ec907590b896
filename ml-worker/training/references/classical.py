#!/usr/bin/env python3
"""Reference figures of scikit-learn for linear models, trees, forests and k-means.

    pip install scikit-learn && python3 classical.py > classical.txt

Writes the datasets as codes beside itself (data/NAME.csv: a line of bounds, then one line for each row, the target last;
every column is numeric, the target holds classes) and prints the figures that the tests of
`src/learner/{least_squares,tree,k_means}` pin. Rows whose index is a multiple of 5 are the holdout. Numbers become
codes evenly spaced between their smallest and largest value; whole numbers stay as they are. A regression tells the
last input from those before it, and leaves the classes out: in wine that is proline from twelve other measurements.
"""

import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

LARGEST = 4_095
DATASETS = {
    "iris": load_iris,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
}
SEEDS = range(10)


def codes(column):
    whole = np.round(column)
    if np.all(whole == column) and column.min() >= 0 and column.max() <= LARGEST:
        return whole.astype(int)
    return np.round((column - column.min()) / (column.max() - column.min()) * LARGEST).astype(int)


def load(name, is_number=False):
    data = DATASETS[name]()
    inputs = np.stack([codes(column) for column in data.data.T], axis=1)
    table = np.column_stack([inputs, codes(data.target)])
    path = pathlib.Path(__file__).parent / "data" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    lines = [table.max(axis=0), *table]
    path.write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    if is_number:
        table = inputs
    held = np.arange(len(table)) % 5 == 0
    return table[~held, :-1], table[~held, -1], table[held, :-1], table[held, -1]


def standardise(inputs, bounds, rows):
    """As `src/encoding.rs`: shares of the largest value, less their mean, by their deviation, as binary32."""
    shares = rows / np.maximum(bounds, 1)
    own = inputs / np.maximum(bounds, 1)
    deviation = own.std(axis=0)
    scale = np.where(deviation > 0, 1 / np.where(deviation > 0, deviation, 1), 0)
    return ((shares - own.mean(axis=0)) * scale).astype(np.float32).astype(np.float64)


def figure(name, value):
    print(f"{name:44} {value!r}" if isinstance(value, str) else f"{name:44} {value:.10g}")


def linear(name):
    x, y, held_x, held_y = load(name, is_number=True)
    bounds = np.vstack([x, held_x]).max(axis=0)
    features, held = standardise(x, bounds, x), standardise(x, bounds, held_x)
    for model, label in [(LinearRegression(), "linear"), (Ridge(alpha=1.0), "ridge 1"), (Ridge(alpha=100.0), "ridge 100")]:
        model.fit(features, y)
        figure(f"{name} regression, {label}: intercept", model.intercept_)
        for column in (0, len(model.coef_) - 1):
            figure(f"{name} regression, {label}: weight {column}", model.coef_[column])
        figure(f"{name} regression, {label}: R2 on the holdout", model.score(held, held_y))


def trees(name, is_number):
    x, y, held_x, held_y = load(name, is_number)
    tree = DecisionTreeRegressor if is_number else DecisionTreeClassifier
    scores = [tree(max_depth=6, min_samples_leaf=2, random_state=seed).fit(x, y).score(held_x, held_y) for seed in SEEDS]
    task = f"{name} regression" if is_number else name
    report(f"{task} tree, depth 6, leaves of 2", scores)
    forest = RandomForestRegressor if is_number else RandomForestClassifier
    columns = max(x.shape[1] // 3, 1) if is_number else "sqrt"
    scores = [
        forest(n_estimators=100, max_depth=16, max_features=columns, random_state=seed).fit(x, y).score(held_x, held_y)
        for seed in SEEDS
    ]
    report(f"{task} forest of 100, depth 16", scores)


def clusters(name, count):
    x, _, held_x, _ = load(name)
    bounds = np.vstack([x, held_x]).max(axis=0)
    features = standardise(x, bounds, x)
    inertia = [KMeans(count, n_init=1, random_state=seed, tol=0, max_iter=300).fit(features).inertia_ for seed in SEEDS]
    report(f"{name} k-means, {count} clusters: inertia", inertia)


def report(name, scores):
    figure(f"{name}: mean", np.mean(scores))
    figure(f"{name}: smallest", np.min(scores))
    figure(f"{name}: largest", np.max(scores))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    figure("scikit-learn", sklearn.__version__)
    linear("wine")
    trees("wine", True)
    for name in ("iris", "wine", "breast_cancer", "digits"):
        trees(name, False)
    for name, count in (("iris", 3), ("wine", 3), ("digits", 10)):
        clusters(name, count)
