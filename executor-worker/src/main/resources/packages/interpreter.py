"""What the interpreter of jobs is and has, as JSON: how wheels tell it apart, and its distributions with their modules."""
import importlib.metadata
import json
import platform
import sys
import sysconfig

sys.path += sys.argv[1:]
modules = {}
try:
    for module, names in importlib.metadata.packages_distributions().items():
        for name in names:
            modules.setdefault(name, set()).add(module)
except AttributeError:  # before Python 3.10
    pass
found = {}
for each in importlib.metadata.distributions():
    name = each.metadata["Name"]
    if name:
        tops = modules.get(name) or set((each.read_text("top_level.txt") or "").split())
        entry = {"name": name, "version": each.version, "modules": sorted(m for m in tops if not m.startswith("_"))}
        found.setdefault(name.lower(), entry)
abi = "%s %s %s" % (sys.implementation.cache_tag, sysconfig.get_config_var("SOABI"), sysconfig.get_platform())
print(json.dumps({"abi": abi, "python": platform.python_version(), "distributions": [found[n] for n in sorted(found)]}))
