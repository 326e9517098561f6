"""Compressed answers."""

from pathlib import Path

from flask import Flask, Response, send_file
from flask_compress import Compress

app = Flask(__name__)
app.config["COMPRESS_MIMETYPES"] = ["text/html", "application/json", "text/plain"]
compress = Compress(app)
Path("big.txt").write_text("line\n" * 1000)
BIG = "x" * 5000


@app.get("/big")
def big():
    return BIG


@app.get("/json")
async def json():
    return {"big": BIG}


@app.get("/small")
def small():
    return "small"


@app.get("/stream")
def stream():
    return Response((BIG for _ in range(3)), mimetype="text/plain")


@app.get("/file")
def file():
    return send_file(Path("big.txt").resolve(), etag=True)


@app.get("/etag")
def etag():
    response = app.make_response(BIG)
    response.set_etag("one")
    return response


def visit(client):
    for path in ("/big", "/json", "/small", "/stream", "/file", "/etag"):
        for encoding in ("gzip", "br", "deflate", "gzip;q=0.5, br", "identity", "zstd"):
            response = client.get(path, headers={"Accept-Encoding": encoding})
            yield [
                path,
                encoding,
                response.status,
                {
                    k.lower(): v
                    for k, v in response.headers
                    if k.lower() not in ("last-modified", "etag", "date")
                },
                len(response.get_data()),
            ]
    yield client.get(
        "/etag", headers={"Accept-Encoding": "gzip", "If-None-Match": '"one:gzip"'}
    ).status
    yield client.head("/big", headers={"Accept-Encoding": "gzip"})
