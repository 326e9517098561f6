"""Signing: the same as itsdangerous, to the byte and in both directions."""

from __future__ import annotations

import hashlib
import hmac
import random
from typing import Any

import pytest
from itsdangerous import (
    BadData,
    BadPayload,
    BadSignature,
    BadTimeSignature,
    SignatureExpired,
    TimestampSigner,
    URLSafeSerializer,
    URLSafeTimedSerializer,
)

from quaff.signing import WORTH_COMPRESSING, Serializer, Signer, decoded, encoded, hmac_with

NOW = 1_700_000_000
WAYS: dict[str, dict[str, Any]] = {
    "flask": {"key_derivation": "hmac", "digest_method": hashlib.sha1},
    "long digest": {"key_derivation": "hmac", "digest_method": hashlib.sha512},
    "own function": {"key_derivation": "concat", "digest_method": lambda b=b"": hashlib.sha256(b)},
    "django": {"key_derivation": "django-concat", "digest_method": hashlib.blake2b},
    "none": {"key_derivation": "none", "digest_method": hashlib.md5},
}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be NOW."""
    monkeypatch.setattr("time.time", lambda: NOW + 0.9)


def both(
    keys: Any = "secret", way: str = "flask"
) -> tuple[URLSafeTimedSerializer, URLSafeTimedSerializer]:
    """Quaff's serializer and itsdangerous', with the same settings."""
    options: dict[str, Any] = {"salt": "cookie-session", "signer_kwargs": WAYS[way]}
    return Serializer(keys, **options), URLSafeTimedSerializer(keys, **options)


def outcome(serializer: URLSafeTimedSerializer, signed: str | bytes, **options: Any) -> Any:
    """What reading gives: the value, or the class of the error, its payload and date."""
    try:
        return serializer.loads(signed, **options)
    except BadTimeSignature as error:
        return type(error), error.payload, error.date_signed
    except BadSignature as error:
        return type(error), error.payload
    except (BadData, UnicodeError) as error:
        return type(error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", ["k", b"\xff\x00", "é" * 100, b"x" * 64, b"x" * 65])
def test_what_one_signs_the_other_signs_and_reads(way: str, key: str | bytes) -> None:
    ours, theirs = both(key, way)
    value = {"user": 7, "name": "Ada", "roles": ["admin"]}
    signed = theirs.dumps(value)
    assert ours.dumps(value) == signed
    for serializer in (ours, theirs):
        assert serializer.loads(signed, max_age=0) == value
        assert serializer.loads(signed.encode()) == value


@pytest.mark.parametrize("digest", [hashlib.sha1, hashlib.sha256, hashlib.sha512, hashlib.md5])
@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 127, 128, 129, 1000])
def test_an_hmac_is_that_of_the_standard_library(digest: Any, length: int) -> None:
    key, value = b"k" * length, bytes(range(256)) * (length // 100)
    sign = hmac_with(key, digest)
    expected = hmac.digest(key, value, digest)
    assert sign(value) == expected
    assert sign(b"something else") != expected
    assert sign(value) == expected


@pytest.mark.parametrize("length", range(20))
def test_base64_is_for_urls_and_has_no_padding(length: int) -> None:
    value = (b"\xfb\xff\xfe" * 7)[:length]
    text = encoded(value)
    assert decoded(text) == value
    assert not set(text) & set(b"+/=\n")


def test_long_values_are_compressed_where_that_makes_them_shorter() -> None:
    ours, theirs = both()
    generator = random.Random(5)
    for size in range(WORTH_COMPRESSING - 4, WORTH_COMPRESSING + 200):
        for value in ("a" * size, "".join(generator.choices("abcdefghijklmnop", k=size))):
            signed = ours.dumps(value)
            assert theirs.loads(signed) == ours.loads(theirs.dumps(value), max_age=9) == value
            if size + len('""') >= WORTH_COMPRESSING:
                assert signed == theirs.dumps(value)


def test_the_newest_of_several_keys_signs_and_all_read() -> None:
    ours, theirs = both(["old", "new"])
    old_ours, old_theirs = both("old")
    assert ours.dumps("x") == theirs.dumps("x")
    assert ours.loads(old_theirs.dumps("x"), max_age=9) == "x"
    assert outcome(old_ours, ours.dumps("x"), max_age=9) == outcome(old_theirs, ours.dumps("x"))


def test_what_is_not_in_order_is_judged_by_itsdangerous() -> None:
    ours, theirs = both()
    good = theirs.dumps({"a": 1})
    payload, timestamp, signature = good.split(".")
    signer = TimestampSigner("secret", salt="cookie-session", **WAYS["flask"])
    plain = URLSafeSerializer("secret", salt="cookie-session", signer_kwargs=WAYS["flask"])
    sign = super(TimestampSigner, signer).sign
    cases: list[Any] = [
        good,
        good[:-1],
        good + "x",
        good + "=",
        # The last letter of a signature has bits that do not count.
        good[:-1] + chr(ord(good[-1]) + 1),
        good.replace(".", "", 1),
        f"{payload}.{timestamp}",
        f".{timestamp}.{signature}",
        f"{payload}.{timestamp}.",
        "",
        ".",
        "..",
        "é",
        "\ud800",
        b"\xff.\xff.\xff",
        plain.dumps({"a": 1}),
        sign("no timestamp, but a dot.").decode(),
        sign(f"{payload}.").decode(),
        sign(f"{payload}.!").decode(),
        sign(f"{payload}.a").decode(),
        sign(f"{payload}.{'A' * 40}").decode(),
        sign(f"{payload}.{'_' * 40}").decode(),
        sign(f"no base64 !.{timestamp}").decode(),
        sign(f".no.compression.{timestamp}").decode(),
        sign(f"{encoded(b'no json').decode()}.{timestamp}").decode(),
        sign(f"{encoded(bytes([255])).decode()}.{timestamp}").decode(),
    ]
    for signed in cases:
        for options in ({"max_age": 60}, {}, {"max_age": 60, "salt": "other"}):
            assert outcome(ours, signed, **options) == outcome(theirs, signed, **options), signed


@pytest.mark.parametrize("age", [-1, 0, 1, 60, 61, 10**9])
def test_old_and_future_values_are_refused(monkeypatch: pytest.MonkeyPatch, age: int) -> None:
    ours, theirs = both()
    signed = ours.dumps("x")
    monkeypatch.setattr("time.time", lambda: NOW + age)
    found = outcome(ours, signed, max_age=60)
    assert found == outcome(theirs, signed, max_age=60)
    assert (found == "x") is (0 <= age <= 60)
    if found != "x":
        assert found[0] is SignatureExpired


def test_any_changed_letter_is_refused() -> None:
    ours, theirs = both()
    signed = ours.dumps({"a": 1})
    for place in range(len(signed) - 1):
        for letter in "A_.":
            if signed[place] != letter:
                forged = signed[:place] + letter + signed[place + 1 :]
                with pytest.raises(BadSignature):
                    ours.loads(forged, max_age=60)
                assert outcome(ours, forged, max_age=60) == outcome(theirs, forged, max_age=60)


def test_a_value_that_cannot_be_read_says_why() -> None:
    ours, _ = both()
    signer = ours.make_signer()
    with pytest.raises(BadPayload, match="cannot be read") as raised:
        ours.loads(signer.sign(encoded(b"no json")), max_age=60)
    assert isinstance(raised.value.original_error, ValueError)


def test_a_serializer_of_bytes_gives_bytes() -> None:
    class Bytes:
        def dumps(self, value: Any, **options: Any) -> bytes:
            return repr(value).encode()

        def loads(self, value: bytes) -> Any:
            assert isinstance(value, bytes)
            return value.decode()

    options: dict[str, Any] = {"serializer": Bytes(), "signer_kwargs": WAYS["flask"]}
    ours, theirs = Serializer("k", **options), URLSafeTimedSerializer("k", **options)
    signed = ours.dumps(5)
    assert signed == theirs.dumps(5)
    assert isinstance(signed, bytes)
    assert ours.loads(signed, max_age=9) == "5"


def test_a_signer_signs_text_too() -> None:
    signer = Signer("k", **WAYS["flask"])
    other = TimestampSigner("k", **WAYS["flask"])
    assert signer.sign("é") == other.sign("é")
    assert signer.get_signature("é") == other.get_signature("é")
    assert signer.unsign(other.sign("é")) == "é".encode()
