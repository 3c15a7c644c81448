"""A local price archive for tests: laid out like the public one, and as unreliable as its first path segment says.

    python3 misbehaving_archive.py        prints its port, serves until its standard input is closed

http://127.0.0.1:PORT/MODE/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip[.CHECKSUM]
http://127.0.0.1:PORT/log                 every request so far, one JSON list: [method, path, range]

Symbols: ENDUSDT ends with 2022-05, GAPUSDT lacks 2022-03, NEWUSDT begins with 2022-03, NONEUSDT has nothing. Everything else
has the months 2022-01 to 2024-04 and the days from 2024-05-01 to 2024-05-09.
"""

import datetime
import hashlib
import io
import json
import os
import re
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = re.compile(r"^([A-Z0-9_-]+)-(1h|1m|1d|fundingRate)-(\d{4})-(\d{2})(?:-(\d{2}))?\.zip$")
STEPS = {"1h": 3600, "1m": 60, "1d": 86400, "fundingRate": 8 * 3600}
seen = {}
log = []
lock = threading.Lock()


def times(step, year, month, day):
    start = datetime.datetime(year, month, day or 1, tzinfo=datetime.timezone.utc)
    if day:
        end = start + datetime.timedelta(days=1)
    else:
        end = datetime.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=datetime.timezone.utc)
    return range(int(start.timestamp()), int(end.timestamp()), step)


def contents(path):
    """The bytes of an archive file, the same every time; None when the archive has none of that name."""
    match = NAME.match(path.rsplit("/", 1)[-1])
    if not match:
        return None
    symbol, kind, year, month, day = match[1], match[2], int(match[3]), int(match[4]), int(match[5] or 0)
    span = (year, month)
    if symbol == "NONEUSDT" or symbol == "ENDUSDT" and span > (2022, 5) or symbol == "GAPUSDT" and span == (2022, 3):
        return None
    if symbol == "NEWUSDT" and span < (2022, 3):
        return None
    if ("/daily/" in path) != bool(day) or day and (span != (2024, 5) or day > 9):
        return None
    if not day and not (2022, 1) <= span <= (2024, 4):
        return None
    lines = ["calc_time,funding_interval_hours,last_funding_rate"] if kind == "fundingRate" else []
    # Futures files have a header since 2022, and spot files count microseconds since 2025: readers have to cope with both.
    if kind != "fundingRate" and "/futures/" in path:
        lines = ["open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"]
    for stamp in times(STEPS[kind], year, month, day):
        price = 100 + stamp // STEPS[kind] % 17
        if kind == "fundingRate":
            lines.append(f"{stamp}000,8,0.00010000")
        else:
            volume = 0 if "markPrice" in path else 12.5
            close = stamp * 1000 + STEPS[kind] * 1000 - 1
            lines.append(f"{stamp}000,{price}.5,{price + 2}.0,{price - 1}.0,{price}.0,{volume},{close},{volume * price},{9},{volume / 2},{volume},0")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(path.rsplit("/", 1)[-1].replace(".zip", ".csv"), (2024, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, "\n".join(lines) + "\n")
    return buffer.getvalue()


class Archive(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        if self.path == "/log":
            with lock:
                return self.reply(200, json.dumps(log).encode())
        with lock:
            log.append([self.command, self.path, self.headers.get("Range")])
            count = seen[self.path] = seen.get(self.path, 0) + 1
        mode, _, path = self.path[1:].partition("/")
        is_sum = path.endswith(".CHECKSUM")
        data = contents(path.removesuffix(".CHECKSUM"))
        if is_sum and data is not None:
            name = path.rsplit("/", 1)[-1].removesuffix(".CHECKSUM")
            data = f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()
        action = getattr(self, "sum_" + mode if is_sum else "zip_" + mode, None) or getattr(self, "any_" + mode, None)
        if data is None:
            return self.reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
        if action is None or self.command == "HEAD" and mode != "nozip" and "head" not in mode:
            return self.serve(data)
        action(data, count, path)

    # What servers do.

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self, data, etag='"one"'):
        wanted = re.match(r"bytes=(\d+)-$", self.headers.get("Range") or "")
        if wanted and self.headers.get("If-Range", etag) == etag:
            start = int(wanted[1])
            if start >= len(data):
                return self.reply(416, Content_Range=f"bytes */{len(data)}")
            part = data[start:]
            return self.reply(206, part, Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}", ETag=etag)
        self.reply(200, data, ETag=etag)

    def half(self, data, etag='"one"'):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()

    def zip_truncate(self, data, count, path):
        if count > 2:
            return self.serve(data)
        if self.headers.get("Range"):
            start = int(self.headers["Range"][6:-1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - start))
            self.send_header("ETag", '"one"')
            self.end_headers()
            self.wfile.write(data[start : start + (len(data) - start) // 2])
        else:
            self.half(data)
        self.close_connection = True

    def zip_norange(self, data, count, path):
        if count > 1:
            return self.reply(200, data)
        self.half(data)
        self.close_connection = True

    def zip_changing(self, data, count, path):
        if count > 1:
            return self.serve(data, etag='"two"')
        self.half(data)
        self.close_connection = True

    def zip_lyingrange(self, data, count, path):
        if count == 1:
            self.half(data)
            self.close_connection = True
            return
        if self.headers.get("Range"):
            return self.reply(206, data, Content_Range=f"bytes 7-{len(data) - 1}/{len(data)}")
        self.reply(200, data)

    def sum_wrongsum(self, data, count, path):
        self.reply(200, b"0" * 64 + data[64:])

    def zip_wrongonce(self, data, count, path):
        self.serve(data if count > 1 else data[:50] + bytes([data[50] ^ 1]) + data[51:])

    def any_busy(self, data, count, path):
        self.serve(data) if count > 2 else self.reply(429, b"slow down", Retry_After="1" if count == 2 else "0")

    def any_busyforever(self, data, count, path):
        self.reply(429, b"come back tomorrow", Retry_After="86400")

    def any_fail500(self, data, count, path):
        self.serve(data) if count > 2 else self.reply([500, 503][count - 1], b"broken")

    def any_always500(self, data, count, path):
        self.reply(503, b"broken")

    def zip_stall(self, data, count, path):
        if count > 1:
            return self.serve(data)
        self.half(data)
        time.sleep(20)
        self.close_connection = True

    def part(self, data, most):
        """At most so many bytes of what was asked for, with the head of a whole answer."""
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.send_header("ETag", '"one"')
        self.end_headers()
        self.wfile.write(data[start : start + most])
        self.wfile.flush()
        self.close_connection = True

    def zip_crumbs(self, data, count, path):
        self.part(data, 5)

    def zip_stallingcrumbs(self, data, count, path):
        self.part(data, 5)
        time.sleep(20)

    def zip_halves(self, data, count, path):
        """Knows no ranges: every answer begins anew and is cut, once more once less."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2 - count % 3])
        self.wfile.flush()
        self.close_connection = True

    def sum_nohead(self, data, count, path):
        self.reply(404, b"")

    def zip_nohead(self, data, count, path):
        self.reply(501, b"Unsupported method") if self.command == "HEAD" else self.serve(data)

    sum_nohead_missing = sum_nohead

    def zip_nohead_missing(self, data, count, path):
        self.reply(501 if self.command == "HEAD" else 404, b"")

    sum_drophead = sum_nohead

    def zip_drophead(self, data, count, path):
        if self.command == "GET":
            return self.serve(data)
        self.close_connection = True
        self.connection.close()

    def any_stallforever(self, data, count, path):
        time.sleep(20)
        self.close_connection = True

    def zip_slow(self, data, count, path):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        step = len(data) // 12 + 1
        for start in range(0, len(data), step):
            self.wfile.write(data[start : start + step])
            self.wfile.flush()
            time.sleep(0.15)

    def zip_wronglength(self, data, count, path):
        if self.headers.get("Range"):
            return self.serve(data)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data) + 100))
        self.send_header("ETag", '"one"')
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def any_redirect(self, data, count, path):
        self.reply(302, b"over there", Location=f"/ok/{path}")

    def any_redirectout(self, data, count, path):
        self.reply(301, b"over there", Location=f"http://localhost:{self.server.server_port}/ok/{path}")

    def any_redirectloop(self, data, count, path):
        self.reply(302, b"", Location=self.path)

    def any_redirectfile(self, data, count, path):
        self.reply(302, b"", Location="file:///etc/passwd")

    def zip_huge(self, data, count, path):
        self.send_response(200)
        self.send_header("Content-Length", str(10**12))
        self.end_headers()

    def zip_endless(self, data, count, path):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        block = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        for _ in range(4096):
            self.wfile.write(block)

    def sum_nosum(self, data, count, path):
        self.reply(404, b"")

    def zip_nozip(self, data, count, path):
        self.reply(404, b"")

    def sum_garbagesum(self, data, count, path):
        self.reply(200, bytes(range(128)) * 8192)

    def sum_othersum(self, data, count, path):
        self.reply(200, data.replace(b".zip", b".tar"))

    def any_forbidden(self, data, count, path):
        self.reply(403, b"not from where you are")

    def any_drop(self, data, count, path):
        self.close_connection = True
        self.connection.close()

    def any_junk(self, data, count, path):
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", 0), Archive)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
