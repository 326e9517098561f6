"""Signing: itsdangerous, with a short way for what is in order.

It is loaded with the first session.

Rules of this file:

* The short way knows what it wrote itself, with the newest key. All else, and above all what is
  wrong, is itsdangerous' to judge: whoever forges takes the long way.
* SECURITY: signatures are compared in constant time, and nothing is decoded before.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from hmac import compare_digest
from typing import Any
from zlib import compress

from itsdangerous import BadPayload, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import want_bytes

__all__ = ["Serializer", "Signer"]

#: What is shorter in bytes is not compressed.
#: PERF: compressing takes longer than signing, and saves little here (benchmark: session).
WORTH_COMPRESSING = 64

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encoded(value: bytes) -> bytes:
    """Base64 for URLs, without padding (RFC 4648, section 5)."""
    return b2a_base64(value, newline=False).translate(_TO_URL, b"=")


def decoded(value: bytes) -> bytes:
    """What `encoded` was given.

    Raises:
        ValueError: it is not base64.
    """
    return a2b_base64(value.translate(_FROM_URL) + b"=" * (-len(value) % 4))


def hmac_with(key: bytes, digest_method: Callable[..., Any]) -> Callable[[bytes], bytes]:
    """The HMAC of any value with a key (RFC 2104).

    PERF: half of what an HMAC of a short value hashes is the key, which is hashed once here
    (benchmark: session).
    """
    size: int = digest_method().block_size
    padded = (key if len(key) <= size else digest_method(key).digest()).ljust(size, b"\0")
    inner_start = digest_method(bytes(byte ^ 0x36 for byte in padded))
    outer_start = digest_method(bytes(byte ^ 0x5C for byte in padded))

    def hmac(value: bytes) -> bytes:
        inner, outer = inner_start.copy(), outer_start.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()  # type: ignore[no-any-return]

    return hmac


class Signer(TimestampSigner):
    """Signs with HMAC, and derives the key from each secret once.

    PERF: deriving it takes as long as signing with it (benchmark: session).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._derived: dict[Any, bytes] = {}
        self._hmac = hmac_with(self.derive_key(), self.digest_method)

    def derive_key(self, secret_key: Any = None) -> bytes:
        key = self._derived.get(secret_key)
        if key is None:
            key = self._derived[secret_key] = super().derive_key(secret_key)
        return key

    def get_signature(self, value: Any) -> bytes:
        return encoded(self._hmac(want_bytes(value)))

    def sign(self, value: Any) -> bytes:
        now, sep = self.get_timestamp(), self.sep
        timestamp = encoded(now.to_bytes((now.bit_length() + 7) // 8, "big"))
        signed = want_bytes(value) + sep + timestamp
        return signed + sep + encoded(self._hmac(signed))

    def quickly_unsigned(self, signed: bytes, max_age: int) -> bytes | None:
        """What was signed with the newest key, not longer than `max_age` seconds ago.

        None where `unsign` must be asked.
        """
        value, _, signature = signed.rpartition(self.sep)
        if not compare_digest(encoded(self._hmac(value)), signature):
            return None
        payload, separator, timestamp = value.rpartition(self.sep)
        try:
            age = self.get_timestamp() - int.from_bytes(decoded(timestamp), "big")
        except ValueError:
            return None
        return payload if separator and 0 <= age <= max_age else None


class Serializer(URLSafeTimedSerializer):
    """Makes its signer once, and takes the short ways of the signer."""

    default_signer = Signer
    _own_signer: Signer | None = None

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        if salt is not None and salt != self.salt:
            return super().make_signer(salt)
        if self._own_signer is None:
            self._own_signer = super().make_signer(salt)  # type: ignore[assignment]
        return self._own_signer

    def dump_payload(self, obj: Any) -> bytes:
        data: Any = self.serializer.dumps(obj)
        if self.is_text_serializer:
            data = data.encode()
        if len(data) >= WORTH_COMPRESSING:
            compressed = compress(data)
            # One byte more for the mark of what is compressed.
            if len(compressed) + 1 < len(data):
                return b"." + encoded(compressed)
        return encoded(data)

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> Any:
        signed = self.make_signer(salt).sign(self.dump_payload(obj))
        return signed.decode() if self.is_text_serializer else signed

    def loads(  # type: ignore[override]
        self,
        s: str | bytes,
        max_age: int | None = None,
        return_timestamp: bool = False,
        salt: str | bytes | None = None,
    ) -> Any:
        if max_age is not None and not return_timestamp and salt is None:
            payload = self.make_signer().quickly_unsigned(want_bytes(s), max_age)
            if payload is not None:
                return self.load_payload(payload)
        return super().loads(s, max_age, return_timestamp, salt)

    def load_payload(self, payload: bytes, *args: Any, **options: Any) -> Any:
        if payload[:1] != b"." and self.is_text_serializer and not (args or options):
            try:
                return self.serializer.loads(decoded(payload).decode())
            except Exception as error:
                raise BadPayload("The signed value cannot be read.", error) from error
        return super().load_payload(payload, *args, **options)
