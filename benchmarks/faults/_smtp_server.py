"""A mail server that writes down what it takes before it says so, and may be killed at any moment.

``python -m benchmarks.faults._smtp_server <port> <file>``: one line with the envelope's sender for each letter.
"""

import asyncio
import os
import sys
from functools import partial

from clozette.development import supervisor


async def _talk(taken: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sender = b""
    writer.write(b"220 here\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(b"250-here\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n")
        elif verb == b"MAIL":
            sender = line.partition(b"<")[2].partition(b">")[0]
            writer.write(b"250 2.1.0 ok\r\n")
        elif verb == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            os.write(taken, sender + b"\n")
            await asyncio.sleep(0.002)  # the moment in which a kill leaves everybody in doubt
            writer.write(b"250 2.0.0 taken\r\n")
        elif verb == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(b"250 2.0.0 ok\r\n")
    writer.close()


async def _serve(port: int, path: str) -> None:
    taken = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    server = await asyncio.start_server(partial(_talk, taken), "127.0.0.1", port, limit=2**20)
    await server.serve_forever()


if __name__ == "__main__":
    supervisor.die_with_parent()
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
