from __future__ import annotations

from quaff.replay.answers import Answer, differences


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> Answer:
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    parsed = Answer.from_json({"status": status, "headers": fields, "body": ""})
    return Answer(parsed.status, parsed.headers, body)


def test_equal_answers_do_not_differ() -> None:
    same = answer(body=b"\xff", X_A="b")
    assert list(differences(same, same, same)) == []


def test_every_difference_is_told() -> None:
    flask = answer(X_A="a", X_B="b", body=b"one\ntwo\nthree\nfour")
    quaff = answer("500 OOPS", x_a="c", X_C="d", body=b"one\ntwo\n3\nfour")
    assert list(differences(flask, flask, quaff)) == [
        "status: Flask '200 OK', Quaff '500 OOPS'",
        "x-a: Flask 'a', Quaff 'c'",
        "x-b: Flask 'b', Quaff has none",
        "x-c: Flask has none, Quaff 'd'",
        "body:",
        "--- Flask",
        "+++ Quaff",
        "@@ -2,3 +2,3 @@",
        " two",
        "-three",
        "+3",
        " four",
    ]


def test_what_differs_on_flask_itself_is_left_out() -> None:
    flask = answer(X_Time="1", body=b"head\ntoken 1\ntail")
    again = answer(X_Time="2", body=b"head\ntoken 2\ntail")
    assert list(differences(flask, again, answer(X_Time="3", body=b"head\ntoken 3\ntail"))) == []
    found = list(differences(flask, again, answer(X_Time="3", body=b"head\ntoken 3\nTAIL")))
    assert [line for line in found if line[0] in "+-"][2:] == ["-tail", "+TAIL"]


def test_the_length_of_a_body_that_varies_is_left_out() -> None:
    flask, again, quaff = (
        answer(Content_Length=str(len(body)), body=body) for body in (b"0.12", b"0.34", b"0.5")
    )
    assert list(differences(flask, again, quaff)) == []
    assert len(list(differences(flask, flask, quaff))) > 1


def test_what_servers_add_and_times_are_no_difference() -> None:
    def cookie(payload: str, time: str, expires: str) -> str:
        return f"session={payload}.{time}.{'s' * 27}; Expires={expires}; Path=/"

    flask = answer(Date="1", Server="a", Allow="GET, PUT", Set_Cookie=cookie("p", "aaaaaa", "1"))
    quaff = answer(Date="2", Allow="PUT, GET", Set_Cookie=cookie("p", "bbbbbb", "2"))
    assert list(differences(flask, flask, quaff)) == []
    other = answer(Allow="PUT, GET", Set_Cookie=cookie("q", "bbbbbb", "2"))
    assert len(list(differences(flask, flask, other))) == 1


def test_bytes_that_are_no_text() -> None:
    flask, quaff = answer(body=b"\xff\xfe"), answer(body=b"\xff")
    assert list(differences(flask, flask, quaff)) == [
        "body: Flask 2 bytes, Quaff 1 bytes, not the same"
    ]


def test_ends_of_lines() -> None:
    flask, quaff = answer(body=b"a\n"), answer(body=b"a\r\n")
    assert list(differences(flask, flask, quaff)) == ["body:", "(only the ends of lines differ)"]
