"""How the sandbox answers on the line: as the real services do, it keeps lines open between requests."""

from io import BytesIO

from werkzeug.serving import WSGIRequestHandler
from werkzeug.test import run_wsgi_app


class Keeping(WSGIRequestHandler):
    """Answers one request after another on a line; werkzeug's own closes it after each. Says nothing of any of them."""

    protocol_version = "HTTP/1.1"
    timeout = 15
    wbufsize = -1
    """An answer leaves in one piece: in two, the second waits until the first is acknowledged."""

    def run_wsgi(self) -> None:
        """Take in all of the request first, whatever is read of it: the next one begins behind it."""
        environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            self.close_connection = True
        else:
            environ["wsgi.input"] = BytesIO(self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0)))
        said, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body = b"".join(said)
        code, _, word = status.partition(" ")
        self.send_response(int(code), word)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in headers and int(code) not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: a line that rests for long, or that the other side lets go, is no error."""
