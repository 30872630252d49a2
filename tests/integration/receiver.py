"""A server that webhooks are posted to: it remembers what came, and answers as the test says."""

import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time

SECRET = b"0123456789abcdef-of-this-test"


def is_signed(headers, body, secret=SECRET):
    """As whoever receives it checks it (Standard Webhooks)."""
    content = b"%s.%s.%s" % (headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body)
    expected = "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and hmac.compare_digest(expected, headers["webhook-signature"])


class Receiver:
    """`answer(number, event)` gives a status, "close" to hang up or "hang" to say nothing; 200 if it gives None."""

    def __init__(self, answer=lambda number, event: None, secret=SECRET, certificate=None):
        receiver = self
        self.answer, self.secret = answer, secret
        self.posts, self.accepted, self.unsigned, self.types = 0, [], 0, set()
        self.lock = threading.Lock()
        self.over = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.take(self)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # who does not trust the certificate hangs up

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "%s://127.0.0.1:%d/notices" % ("https" if certificate else "http", self.server.server_address[1])
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers["content-length"]))
        event = json.loads(body)
        with self.lock:
            number, self.posts = self.posts, self.posts + 1
            self.unsigned += not is_signed(handler.headers, body, self.secret) or handler.headers["webhook-id"] != event["id"]
            self.types.add(handler.headers["content-type"])
            told = self.answer(number, event)
            if told is None or (isinstance(told, int) and 200 <= told < 300):
                self.accepted.append(event)
        if told == "hang":
            self.over.wait(30)
        if told in ("hang", "close"):
            handler.close_connection = True
            return
        handler.send_response(told or 200)
        handler.send_header("content-length", "0")
        handler.end_headers()

    def ids(self):
        with self.lock:
            return [event["id"] for event in self.accepted]

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
