"""What benchmarks share: a database filled in bulk, a server under load."""
