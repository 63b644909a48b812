"""The measured claims of docs/performance.md (``bench``) and the fault and race experiments (``faults``).

``python -m benchmarks bench [name …]`` runs ``benchmarks/<name>``, ``python -m benchmarks faults [name …]`` runs
``benchmarks/faults/<name>``: modules or packages with a function ``run() -> Report``.
"""
