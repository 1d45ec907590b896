"""Metrics of small cases as scikit-learn computes them: the numbers in src/evaluation/references.rs.

    python3 references/metrics.py

Needs numpy and scikit-learn. The inputs are drawn by the linear congruential generator below, which the test repeats.
All are multiples of 1/8, so that ties occur, or of 1/4096, so that they don't, and exact in binary32.
"""

import numpy
from sklearn import metrics


def draws(seed, count, end):
    """Numbers below `end`: the upper bits of a 64-bit linear congruential generator (Knuth, MMIX)."""
    state, drawn = seed, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        drawn.append((state >> 33) % end)
    return numpy.array(drawn)


def classification(rows, classes, seed, unit):
    truth = draws(seed, rows, classes)
    logits = draws(seed + 1, rows * classes, 4 * unit + 1).reshape(rows, classes) / unit - 2
    logits[numpy.arange(rows), truth] += draws(seed + 2, rows, 2 * unit + 1) / unit
    exponentials = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    predicted = logits.argmax(axis=1)
    labels = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, labels=labels, zero_division=0)
    if classes == 2:
        area = metrics.roc_auc_score(truth, probabilities[:, 1])
    else:
        area = metrics.roc_auc_score(truth, probabilities, labels=labels, multi_class="ovr", average="macro")
    print(f"classification of {rows} rows in {classes} classes, seed {seed}")
    print("  accuracy ", round(metrics.accuracy_score(truth, predicted), 9))
    print("  f1       ", round(metrics.f1_score(truth, predicted, average="macro"), 9))
    print("  roc_auc  ", round(area, 9))
    print("  log_loss ", round(metrics.log_loss(truth, probabilities, labels=labels), 9))
    print("  precision", precision.round(9).tolist())
    print("  recall   ", recall.round(9).tolist())
    print("  f1       ", f1.round(9).tolist())
    print("  support  ", support.tolist())
    print("  confusion", metrics.confusion_matrix(truth, predicted, labels=labels).tolist())


def regression(rows, seed):
    truth = draws(seed, rows, 100)
    told = truth + draws(seed + 1, rows, 161) / 8 - 10
    print(f"regression of {rows} rows, seed {seed}")
    print("  rmse     ", round(metrics.mean_squared_error(truth, told) ** 0.5, 9))
    print("  mae      ", round(metrics.mean_absolute_error(truth, told), 9))
    print("  r_squared", round(metrics.r2_score(truth, told), 9))


classification(200, 2, 1, 8)
classification(150, 4, 11, 4096)
regression(100, 21)
