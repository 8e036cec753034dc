"""Gathers what a build made into one folder: python3 release.py SOURCE FOLDER VERSION.

SOURCE is a tree in which Maven has packaged the modules and written the bill of materials. All that is written here has the
same bytes whenever, wherever and by whomever it is run, but for images, whose base and Debian packages are those of the day.
The time in archives is SOURCE_DATE_EPOCH's. Needs setuptools and wheel for the wheel, and a container engine for images.
"""

import gzip
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

IMAGES = {"gateway": "api-gateway", "worker": "executor-worker"}


def main(source, folder, version):
    os.umask(0o022)  # The wheel keeps the rights of its files.
    jars(source, folder, version)
    standalone(source, folder / f"standalone-{version}.tar.gz")
    wheel(source / "sandbox", folder)
    shutil.copyfile(source / "target/bom.json", folder / f"millrace-{version}.cdx.json")
    for role in IMAGES:
        image(role, source, folder, version)
    checksums(folder)


def jars(source, folder, version):
    for module in IMAGES.values():
        shutil.copyfile(source / module / f"target/{module}.jar", folder / f"{module}-{version}.jar")


def standalone(source, archive):
    """What `up` and `infra` run: a jar that finds its libraries in the folder beside it."""
    target = source / "standalone/target"
    with open(archive, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped:
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for jar in (target / "standalone.jar", *sorted((target / "lib").glob("*.jar"))):
                tar.add(jar, jar.relative_to(target), filter=owned_by_nobody)


def owned_by_nobody(entry):
    entry.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
    entry.mode, entry.uid, entry.gid, entry.uname, entry.gname = 0o644, 0, 0, "", ""
    return entry


def wheel(sandbox, folder):
    python = next(filter(builds_wheels, (sys.executable, "/usr/bin/python3")), None)
    if python is None:
        sys.exit(f"millrace: the sandbox's wheel is built with pip, setuptools and wheel, which {sys.executable} has not; "
                 "install them (on Debian: apt-get install python3-pip python3-setuptools python3-wheel)")
    with tempfile.TemporaryDirectory() as copy:  # A build leaves folders.
        for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
            shutil.copyfile(sandbox / name, pathlib.Path(copy, name))
        package = "src/main/python/millrace_sandbox"
        shutil.copytree(sandbox / package, pathlib.Path(copy, package), copy_function=shutil.copyfile,
                        ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run([python, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
                        "--wheel-dir", str(folder), copy], check=True)


def builds_wheels(python):
    return subprocess.run([python, "-c", "import setuptools, wheel, pip"], capture_output=True, check=False).returncode == 0


def image(role, source, folder, version):
    name = f"millrace/{role}:{version}"
    if shutil.which("docker") is None or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        print(f"No container engine answers here: the image {name} is not in this release. Start Docker 25 or newer and run it again.")
        return
    archive = folder / f"millrace-{role}-{version}.oci.tar"
    subprocess.run(["docker", "build", "--quiet", "--file", str(source / f"docker/{role}.Dockerfile"), "--tag", name,
                    "--build-arg", f"VERSION={version}", "--build-context", f"jar={source / IMAGES[role] / 'target'}",
                    "--build-context", f"infra={source / 'standalone/target'}", str(source)], check=True)
    subprocess.run(["docker", "save", "--output", str(archive), name], check=True)
    with tarfile.open(archive) as saved:
        if "oci-layout" not in saved.getnames():
            sys.exit(f"millrace: this Docker does not save images in the OCI layout, so that {archive} is none; use Docker 25 or newer")


def checksums(folder):
    lines = [f"{sha256(file)}  {file.name}\n" for file in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("".join(lines))


def sha256(file):
    digest = hashlib.sha256()
    with open(file, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3])
