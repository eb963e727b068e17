"""A company's network on this machine: a CA of its own, a service over TLS, and proxies."""

from __future__ import annotations

import datetime
import ipaddress
import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "api.example"
"""The name of the service, which only the proxy can find."""
CA_FILE_IN_A_FOLDER = "2b72e73f.0"
"""The name of the CA's certificate in a folder of certificates: OpenSSL's hash of its subject."""
ME = {"data": {"workspace": {"id": "wksp_1", "name": "shop"}}}


class Company:
    """A CA that no system knows; it signs what it is asked to."""

    def __init__(self, folder: Path, name: str = "Company CA") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        authority = x509.BasicConstraints(ca=True, path_length=0)
        certificate = self._signed(self._name, self._key, 1).add_extension(authority, critical=True)
        self.file = folder / "company.pem"
        self.file.write_bytes(self._pem(certificate))

    def context(self, host: str, days: int = 1) -> ssl.SSLContext:
        """A server's, with a certificate for this host; one of -1 days has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        with suppress(ValueError):
            names = [x509.IPAddress(ipaddress.ip_address(host))]
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        signed = self._signed(name, key, days).add_extension(x509.SubjectAlternativeName(names), critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(dir=self._folder) as both:
            both.write(private + self._pem(signed))
            both.flush()
            found.load_cert_chain(both.name)
        return found

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return x509.CertificateBuilder(
            issuer_name=self._name,
            subject_name=name,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - datetime.timedelta(days=2),
            not_valid_after=now + datetime.timedelta(days=days),
        )

    def _pem(self, certificate: x509.CertificateBuilder) -> bytes:
        return certificate.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Service(ThreadingHTTPServer):
    """Answers everything with who the token stands for, over TLS; counts connections and requests."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.context = context
        self.connections = 0
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_port}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        with suppress(OSError), self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)  # a client that does not trust us goes before that


class _Answer(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.requests.append(f"{self.command} {self.path}")
        body = json.dumps(ME).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's own name
        """Say nothing."""


class Proxy(ThreadingTCPServer):
    """Answers a CONNECT with what it is given; without that it connects to `to`, whatever the host."""

    daemon_threads = True

    def __init__(self, to: Service | None = None, says: bytes = b"", context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Connect)
        self.to = to
        self.says = says
        self.context = context
        self.asked: list[str] = []

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Connect(BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        with suppress(OSError):
            if self.server.context is not None:
                with self.server.context.wrap_socket(self.request, server_side=True) as self.request:
                    self._http()
            elif self.request.recv(1, socket.MSG_PEEK) == b"\x05":
                self._socks()
            else:
                self._http()

    def _http(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head and (more := self.request.recv(65536)):
            head += more
        self.server.asked.append(head.decode())
        if self.server.to is None:
            self.request.sendall(self.server.says)
            return
        self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        self._pipe()

    def _socks(self) -> None:
        """RFC 1928, for a client that needs no credentials."""
        self.request.recv(65536)
        self.request.sendall(b"\x05\x00")
        asked = self.request.recv(65536)
        self.server.asked.append(asked[5:-2].decode())
        if self.server.to is not None:
            self.request.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            self._pipe()

    def _pipe(self) -> None:
        assert self.server.to is not None
        with socket.create_connection(self.server.to.server_address[:2]) as there:  # type: ignore[arg-type]
            back = threading.Thread(target=_copy, args=(there, self.request))
            back.start()
            _copy(self.request, there)
            back.join()


def _copy(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """A server, until it is left."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
