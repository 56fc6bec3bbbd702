"""Documents that the tests of the papers set, and a way to read the pages back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from contracts.folder import Loaded, load
from contracts.papers.document import (
    Box,
    Column,
    Document,
    Entry,
    Heading,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Parties,
    Party,
    Signatory,
    Signature,
    TableBlock,
    Title,
    Words,
)
from core.assessment import Assessment, assess

LATE_ZH = (
    "甲方未按第8.2条约定的期限交付附件的，每逾期一日（不足一日按一日计），应按合同总价的0.5%向乙方支付违约金；"
    "每项附件的违约金累计不超过合同总价的20%，即人民币贰拾肆万元整（CNY 240,000.00）。"
)
LATE_HANT = (
    "甲方未按第8.2條約定的期限交付附件的，每逾期一日（不足一日按一日計），應按合同總價的0.5%向乙方支付違約金；"
    "每項附件的違約金累計不超過合同總價的20%，即人民幣貳拾肆萬元整（CNY 240,000.00）。"
)
LATE_EN = (
    "If Party A fails to deliver an annex within the time stated in clause 8.2, it shall pay Party B liquidated damages "
    "of 0.5 % of the total price for each started day of delay; for each annex they shall not exceed 20 % of the total "
    "price, that is CNY 240,000.00. “Day” means a calendar day; the client’s review time is not counted."
)


def said(zh: str, en: str, hant: str = "") -> Words:
    return {"zh-Hans": zh, "en": en, "zh-Hant": hant or zh}


def articles(count: int) -> tuple[Heading | Paragraph, ...]:
    blocks: list[Heading | Paragraph] = []
    for number in range(1, count + 1):
        blocks += [
            Heading(
                said("违约责任", "Liability for breach", "違約責任"),
                1,
                said(f"第{number}条", f"Article {number}", f"第{number}條"),
            ),
            Paragraph(said(LATE_ZH, LATE_EN, LATE_HANT), f"{number}.1"),
            Paragraph(said("本款规定如下：", "The following applies:", "本款規定如下："), f"{number}.2"),
            Paragraph(
                said(
                    "客户投诉应在24小时内首次回复。",
                    "A complaint is first answered within 24 hours.",
                    "客戶投訴應在24小時內首次回覆。",
                ),
                said("（一）", "(1)"),
                1,
            ),
        ]
    return tuple(blocks)


def contract_of(count: int, rows: int = 12) -> Document:
    """A contract with so many articles and every kind of block."""
    return Document(
        title=said("客户服务合同", "Customer Service Agreement", "客戶服務合同"),
        number="KF-2026-001",
        version=said("第2版", "Version 2"),
        blocks=(
            Title(said("客户服务合同", "Customer Service Agreement", "客戶服務合同"), ("KF-2026-001",)),
            Parties((
                Party(said("甲方", "Party A"), said("示例服务有限公司", "Example Services Co., Ltd."), (
                    Entry(said("送达地址", "Address for service", "送達地址"), said("示例市示例路1号", "1 Example Road")),
                )),
                Party(said("乙方", "Party B"), said("示例置业有限公司", "Example Property Co., Ltd.")),
            )),
            *articles(count),
            Box((Paragraph(said("责任上限为合同总价的30%。", "Liability is limited to 30 % of the total price.", "責任上限為合同總價的30%。"), "20", 0, "bold"),)),
            TableBlock(
                (Column(said("编号", "No.", "編號")), Column(said("名称", "Title", "名稱"), share=4), Column(said("金额", "Amount", "金額"), "right", 2)),
                (*((f"A{row}", said("客户需求分析报告", "Client needs analysis", "客戶需求分析報告"), "CNY 6,000.00") for row in range(1, rows + 1)),
                 ("", said("合计", "Total", "合計"), f"CNY {6000 * rows:,}.00")),
                totals=1,
            ),
            KeyFigures((KeyFigure(said("应付我方", "Owed to us", "應付我方"), "CNY 72,000.00"), KeyFigure(said("我方应付", "Owed by us", "我方應付"), "CNY 0.00"))),
            Note(said("金额均含增值税。", "All amounts include VAT.", "金額均含增值稅。")),
            Signature((
                Signatory(said("甲方", "Party A"), said("示例服务有限公司", "Example Services Co., Ltd.")),
                Signatory(said("乙方", "Party B"), said("示例置业有限公司", "Example Property Co., Ltd.")),
            )),
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def whole() -> Loaded:
    """A contract with something of everything that a paper can show."""
    [one], problems = load([Path(__file__).parent / "whole.toml"])
    assert not problems
    return one


@pytest.fixture(scope="session")
def whole_made(whole: Loaded) -> Assessment:
    """What follows from it on 30 September, after its end."""
    assert whole.contract is not None
    return assess(whole.contract, whole.events, as_of=date(2026, 9, 30), world=whole.world)


@pytest.fixture
def contract() -> Callable[..., Document]:
    return contract_of


@pytest.fixture
def text_of(program: Callable[[str], str], tmp_path: Path) -> Callable[..., str]:
    """The text of a PDF as poppler reads it, without any white space."""

    def read(pdf: bytes, *options: str) -> str:
        path = tmp_path / "paper.pdf"
        path.write_bytes(pdf)
        done = subprocess.run([program("pdftotext"), *options, str(path), "-"], capture_output=True, check=True)
        return "".join(done.stdout.decode("utf-8").split())

    return read
