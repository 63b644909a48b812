"""The measurements and experiments run rarely; what they need of the house must not go without their knowing."""

import importlib
import pkgutil

import benchmarks


def test_each_of_their_modules_can_be_imported():
    names = [found.name for found in pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")]
    assert len(names) > 20
    for name in names:
        if not name.endswith(("__main__", "hello")):
            importlib.import_module(name)
