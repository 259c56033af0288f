"""A server that repeats what it was told, credentials included, in the ways in which real ones do."""

import http.server
import json
import threading


class Echo:
    """A server on loopback whose `mode` says how it answers.

    Modes: `error` (JSON of every form that a system of ours knows), `page` (a gateway's page with status 502), `text`
    (status 200, no JSON), `headers` (a broken header line), `break` (the connection, in the middle of an answer), `silence`,
    `redirect` (to `target`).
    """

    def __init__(self):
        self.mode = "error"
        self.target = ""
        self.asked = []
        self.done = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"echo": self}))
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.address}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self):
        self.done.set()
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    echo: Echo

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
        told = f"{self.command} {self.path}\n{self.headers}\n{body}"
        self.echo.asked.append(told)
        mode = self.echo.mode
        if mode == "silence":
            self.echo.done.wait(5)
            self.close_connection = True
        elif mode == "redirect":
            self._answer(307, "text/plain", told, Location=f"{self.echo.target}{self.path}?{body}")
        elif mode == "page":
            self._answer(502, "text/html", f"<html><body><pre>{told}</pre></body></html>")
        elif mode == "text":
            self._answer(200, "text/plain", told)
        elif mode == "break":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(told.encode())
            self.close_connection = True
        else:
            error = {"message": told, "description": told, "code": told}
            answer = {
                "error": error if self.path.startswith(("/attask", "/rest/v1.0")) else "ERROR_CORE",
                "error_description": told,
            }
            # A header without a colon, which urllib3 complains of, with the address.
            broken = {"Broken": f"x\r\n{told.splitlines()[0]}"} if mode == "headers" else {}
            self._answer(400, "application/json", json.dumps(answer), **broken)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names that the base class looks for

    def _answer(self, status, kind, text, **headers):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value.replace("\n", "%0A") if name == "Location" else value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
