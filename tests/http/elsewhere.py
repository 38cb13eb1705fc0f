"""A small server of another owner, on a port of this machine, for tests of what is fetched.

	class Site(elsewhere.Handler):
	    def do_GET(self): self.say(200, b"a;b\\n", Content_Type="text/csv")

	with elsewhere.serving(Site) as server:   # server.server_port
"""
import contextlib
import http.server
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a):
        pass

    def say(self, status, body=b"", **headers):
        self.send_response(status)
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextlib.contextmanager
def serving(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
