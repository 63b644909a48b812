"""The fault experiments: processes are killed, and the promises must hold all the same. Seeds are fixed."""
