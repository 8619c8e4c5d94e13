"""What a service signs, and what it may not sign."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from tmi_db.context import Key, Signer, sign

KEY = Key("service-1", bytes(range(32)))


@pytest.mark.parametrize("ttl", [-1, 0, 61, 3600])
def test_a_context_cannot_live_longer_than_a_minute_or_not_at_all(ttl: int) -> None:
    with pytest.raises(ValueError, match="1 to 60 seconds"):
        sign(KEY, "alice@example.com", ttl=ttl)


def test_nobody_cannot_be_signed_for() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        sign(KEY, "")


def test_an_address_that_utf_8_cannot_carry_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        sign(KEY, "al\ud800ice@example.com")


@pytest.mark.parametrize("id", ["", "a.b", "a b", "ü", "a" * 33, "a\n"])
def test_a_key_cannot_have_an_id_that_would_blur_the_contexts_parts(id: str) -> None:
    with pytest.raises(ValueError, match="id"):
        Key(id, bytes(32))


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_secret_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key("k", bytes(size))


@pytest.mark.parametrize("text", ["", "k", "k.", ".AAAA", "k.!!!!", "k.AA==", "k.A", "k." + "A" * 44, "k. " + "A" * 43])
def test_what_is_no_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        Key.parse(text)
    secret = text.partition(".")[2]
    assert not secret or secret not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_secret_is_not_shown_where_a_key_is_logged() -> None:
    key = Key.generate("k")
    secret = str(key).removeprefix("k.")
    assert secret not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_a_key_survives_being_handed_out() -> None:
    key = Key.generate("k")
    assert Key.parse(f" {key}\n") == key
    assert len(str(key)) == len("k.") + 43


def test_two_keys_are_never_the_same() -> None:
    assert Key.generate("k").secret != Key.generate("k").secret


def test_a_context_has_the_form_that_the_database_checks() -> None:
    version, key_id, email, expiry, signature = sign(KEY, "zoë@example.com", ttl=30, now=1_000.9).split(".")
    assert (version, key_id, expiry) == ("v1", "service-1", "1030")
    assert "=" not in email
    assert base64.urlsafe_b64decode(email + "==").decode() == "zoë@example.com"
    signed = f"v1.service-1.{email}.1030".encode()
    assert signature == hmac.new(KEY.secret, signed, hashlib.sha256).hexdigest()


def test_a_context_lives_a_minute_from_now_if_nothing_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmi_db.context.time", type("Clock", (), {"time": staticmethod(lambda: 5_000.0)}))
    assert sign(KEY, "alice@example.com").split(".")[3] == "5060"


class Clock:
    """Stands for the module `time`."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("tmi_db.context.time", clock)
    return clock


def expiry(context: str) -> int:
    return int(context.split(".")[3])


def test_a_context_is_not_used_again_when_a_quarter_of_its_life_is_over(clock: Clock) -> None:
    signer = Signer(KEY)
    first = signer.sign("alice@example.com")
    clock.now += 14.9
    assert signer.sign("alice@example.com") == first
    clock.now += 0.2
    assert expiry(signer.sign("alice@example.com")) == 1_000 + 15 + 60


def test_a_context_is_not_used_again_when_the_clock_was_set_back(clock: Clock) -> None:
    signer = Signer(KEY)
    signer.sign("alice@example.com")
    clock.now -= 600
    assert expiry(signer.sign("alice@example.com")) == 460


def test_a_context_is_not_used_for_somebody_else(clock: Clock) -> None:
    signer = Signer(KEY)
    assert signer.sign("alice@example.com") == sign(KEY, "alice@example.com")
    assert signer.sign("bob@example.com") == sign(KEY, "bob@example.com")


def test_a_million_users_do_not_fill_the_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmi_db.context._KEPT_USERS", 3)
    signer = Signer(KEY)
    for number in range(10):
        signer.sign(f"{number}@example.com")
    assert len(signer._made) <= 3
