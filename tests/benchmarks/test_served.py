"""What wrk is told, and what it says."""

from __future__ import annotations

import pytest

from benchmarks.messages import json_message
from benchmarks.served import WrongReply, fastest, read_report, script_of, together
from benchmarks.servers import Serving

REPORT = """Running 2s test @ http://127.0.0.1:8000/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   651.29us    1.02ms  12.33ms   92.81%
    Req/Sec    30.54k     2.10k   34.65k    70.00%
  Latency Distribution
     50%  487.00us
     75%    0.86ms
     90%    1.24ms
     99%    4.40ms
  60817 requests in 2.00s, 8.99MB read
Requests/sec:  30393.85
Transfer/sec:      4.49MB
"""


def test_the_report_is_read() -> None:
    assert read_report(REPORT) == {
        "rate": 30393.85,
        "requests": 60817,
        "p50": pytest.approx(0.487),
        "p99": 4.4,
    }


@pytest.mark.parametrize(
    "line", ["  Non-2xx or 3xx responses: 3", "  Socket errors: connect 0, read 7, write 0"]
)
def test_errors_under_load_are_errors(line: str) -> None:
    with pytest.raises(WrongReply, match=line.strip()):
        read_report(REPORT.replace("Requests/sec", f"{line}\nRequests/sec"))


def test_a_body_is_sent_as_it_is() -> None:
    script = script_of(json_message("/json", {"name": "Ada"}))
    assert script == (
        'wrk.method = "POST"\n'
        'wrk.headers["content-type"] = "application/json"\n'
        'wrk.body = [==[{"name":"Ada"}]==]\n'
    )


def test_programs_of_one_interface_and_server_run_together() -> None:
    here, there = Serving("a", "wsgi", "granian", "app"), Serving("a", "asgi", "granian", "app")
    other = Serving("b", "wsgi", "granian", "app")
    assert together([here, there, other]) == [[here, other], [there]]


def test_the_fastest_are_those_with_the_least_median() -> None:
    group = [Serving(peer, "wsgi", "granian", "app") for peer in "abcdef"]
    times = {"a": [9, 9, 1], "b": [3, 3, 30], "c": [4, 4, 4], "d": [2, 2, 2], "e": [5, 5, 5]}
    rows = [
        {**one._asdict(), "case": case, "cpu": time}
        for one in group
        for time in times.get(one.peer, [])
        for case in ("plain", "json")
    ]
    rows.append({**group[0]._asdict(), "case": "json", "cpu": 0.1})
    assert "".join(one.peer for one in fastest(group, rows)) == "dbce"
