"""pip, held to what a builder wants of it: wheels of an index, by name, within limits. Nothing of a package runs.

Arguments: bytes of a file and of memory, seconds of cpu, the user to become ('' for none); then pip's own.
"""
import contextlib
import os
import resource
import sys
import threading

NICENESS = 10


def end_with_the_worker():
    """Its end of this pipe closes, however it ends."""
    os.read(0, 1)
    os._exit(1)


def yield_to_others():
    """Who answers requests goes first: a tenth of the usual weight is enough to end on a machine that is busy for long.
    A kernel that weighs sessions (autogroup) asks for niceness within one alone."""
    with contextlib.suppress(OSError):
        os.setsid()
        with open("/proc/self/autogroup", "wb", buffering=0) as niceness:
            niceness.write(b"%d" % NICENESS)
    os.nice(NICENESS)


def main():
    file_bytes, memory_bytes, cpu_seconds, user = sys.argv[1:5]
    yield_to_others()
    if user and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(int(user), int(user), int(user))
        os.setresuid(int(user), int(user), int(user))
    for kind, most in ((resource.RLIMIT_FSIZE, file_bytes), (resource.RLIMIT_AS, memory_bytes),
                       (resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (int(most), int(most)))
    threading.Thread(target=end_with_the_worker, daemon=True).start()
    from pip._internal.cli.main import main as pip
    from pip._internal.exceptions import InstallationError
    from pip._internal.req.constructors import install_req_from_req_string
    from pip._internal.req.req_install import InstallRequirement

    made = InstallRequirement.__init__

    def by_name_alone(self, *args, **options):
        """Every requirement at any depth that pip follows is one of these, before anything is fetched for it."""
        made(self, *args, **options)
        if self.original_link is not None:
            raise InstallationError("%s is a requirement by URL or path, which is refused" % (self.req or self.original_link))

    InstallRequirement.__init__ = by_name_alone
    try:
        install_req_from_req_string("a @ file:///a")
    except InstallationError:
        sys.exit(pip(sys.argv[5:]))
    sys.exit("ERROR: this pip does not let requirements by URL be refused")


main()
