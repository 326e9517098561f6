"""Signing: itsdangerous, which prepares once what it would prepare for each signature.

It is loaded with the first session.
"""

from __future__ import annotations

from typing import Any

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

__all__ = ["Serializer", "Signer"]


class Signer(TimestampSigner):
    """Derives the key from each secret once.

    PERF: deriving it takes as long as signing with it (benchmark: session).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._derived: dict[Any, bytes] = {}

    def derive_key(self, secret_key: Any = None) -> bytes:
        key = self._derived.get(secret_key)
        if key is None:
            key = self._derived[secret_key] = super().derive_key(secret_key)
        return key


class Serializer(URLSafeTimedSerializer):
    """Makes its signer once."""

    default_signer = Signer
    _own_signer: Signer | None = None

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        if salt is not None and salt != self.salt:
            return super().make_signer(salt)
        if self._own_signer is None:
            self._own_signer = super().make_signer(salt)  # type: ignore[assignment]
        return self._own_signer
