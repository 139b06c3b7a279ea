"""Every built-in recognizer keeps the contract of recognizers: the conformance kit, with the rules that are in force."""

from __future__ import annotations

from functools import cache

import pytest

from piiscan.detect.presidio_gate import PresidioWindows
from piiscan.detect.recognizers.presidio_windows import ROWS
from piiscan.plugins import load_plugins
from piiscan.protocols import Recognizer
from piiscan.rules.loader import load_rules
from piiscan.rules.model import RuleSet
from piiscan.testing import RecognizerSuite


@cache
def in_force() -> RuleSet:
    return load_rules(validators=load_plugins().validators)


@cache
def built(name: str) -> Recognizer:
    """One recognizer for the whole module: building one is dear, and using it leaves no traces (REC-05)."""
    return load_plugins().recognizers[name](in_force())


class TestDigits(RecognizerSuite):
    matches = (
        ("携帯 090-1234-5678 まで", "PHONE_NUMBER", "090-1234-5678"),
        ("連絡先: hanako@example.co.jp です", "EMAIL_ADDRESS", "hanako@example.co.jp"),
        ("個人番号：１２３４ ５６７８ ９０１８", "JP_MY_NUMBER", "１２３４ ５６７８ ９０１８"),
        ("カード番号 4111 1111 1111 1111", "CREDIT_CARD", "4111 1111 1111 1111"),
    )
    rejects = ("バージョン 1.2.3", "2024年4月1日", "カード番号 4111 1111 1111 1112")

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return built("digits")


class TestPatterns(RecognizerSuite):
    matches = (("お届け先 〒181-0013 まで", "JP_POSTAL_CODE", "181-0013"),)
    rejects = ("〒181-001", "本日は晴天なり")

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return built("patterns")


class TestLabels(RecognizerSuite):
    matches = (("会員番号：A-12345678", "MEMBER_ID", "A-12345678"),)
    rejects = ("会員番号：", "会員番号をお知らせください")

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return built("labels")


class TestNames(RecognizerSuite):
    matches = (
        ("氏名：山田 太郎", "PERSON", "山田 太郎"),
        ("担当の髙橋花子様より", "PERSON", "髙橋花子"),
    )
    rejects = ("東京都庁", "本日は晴天なり", "数量 山積み")

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return built("names")


class TestAddresses(RecognizerSuite):
    matches = (("住所：東京都三鷹市下連雀３－２０－１２", "JP_ADDRESS", "東京都三鷹市下連雀３－２０－１２"),)
    rejects = ("東京都の人口", "本日は晴天なり")

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return built("addresses")


class TestPresidioWindows(RecognizerSuite):
    matches = (("送金先口座はGB82WEST12345698765432です", "IBAN_CODE", "GB82WEST12345698765432"),)
    rejects = ("GB82 という型番", "注文 GB82WEST12345698765433")

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return PresidioWindows(in_force(), ROWS)


class TestAllBuiltIn(RecognizerSuite):
    """Whatever is registered, with or without examples above: new ones come here by themselves."""

    rejects = ("本日は晴天なり", "在庫は三つ、明日は雨。", "")

    @pytest.fixture(params=sorted(load_plugins().recognizers))
    def recognizer(self, request: pytest.FixtureRequest) -> Recognizer:
        return built(request.param)
