"""What a development machine needs beside the site: an environment, keys, a certificate, and one process over all."""
