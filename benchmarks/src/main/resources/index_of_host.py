"""A simple index on loopback of wheels made from what this machine's Python has installed, and of a few small ones.

Arguments: a folder that is empty, then distributions. Prints its port, and ends with its standard input.
"""
import base64
import functools
import hashlib
import http.server
import importlib.metadata
import os
import sys
import sysconfig
import threading
import zipfile

TAG = "cp%d%d-cp%d%d-%s" % (*sys.version_info[:2] * 2, sysconfig.get_platform().replace("-", "_").replace(".", "_"))
# Its import takes a second, as that of a large package from a cold disk does; the versions are so many sets that are new.
SMALL = {"heavy": ("1", "import time\ntime.sleep(1)\nready = True\n"),
         **{"fresh%d" % i: ("1", "number = %d\n" % i) for i in range(40)}}


def main():
    folder, *names = sys.argv[1:]
    for name in names:
        pack(folder, name)
    for name, (version, text) in SMALL.items():
        write(folder, name, version, "py3-none-any", metadata(name, version), {name + ".py": text.encode()})
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def metadata(name, version, requires=()):
    return "\n".join(["Metadata-Version: 2.1", "Name: " + name, "Version: " + version,
                      *("Requires-Dist: " + each for each in requires), ""])


def pack(folder, name):
    """One that the system's packages installed, which left no RECORD: all files below its modules."""
    found = importlib.metadata.distribution(name)
    place = str(found.locate_file(""))
    tops = (found.read_text("top_level.txt") or name).split()
    files = {}
    for top in tops:
        path = os.path.join(place, top)
        for each in [path + ".py"] if os.path.exists(path + ".py") else below(path):
            with open(each, "rb") as file:
                files[os.path.relpath(each, place)] = file.read()
    requires = [each for each in found.requires or [] if "extra ==" not in each]
    write(folder, name, found.version, TAG, metadata(name, found.version, requires), files)


def below(path):
    for folder, folders, names in os.walk(path):
        folders[:] = [each for each in folders if each not in ("__pycache__", "tests")]
        yield from (os.path.join(folder, each) for each in names)


def write(folder, name, version, tag, about, files):
    stem = "%s-%s" % (name.replace("-", "_"), version)
    info = stem + ".dist-info/"
    files[info + "METADATA"] = about.encode()
    files[info + "WHEEL"] = ("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: %s\n" % tag).encode()
    record = ["%s,sha256=%s,%d" % (path, base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode(), len(data))
              for path, data in files.items()]
    files[info + "RECORD"] = "\n".join([*record, info + "RECORD,,", ""]).encode()
    os.makedirs(os.path.join(folder, "simple", name), exist_ok=True)
    with zipfile.ZipFile(os.path.join(folder, "simple", name, "%s-%s.whl" % (stem, tag)), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)


main()
