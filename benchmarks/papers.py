"""Sets a bilingual contract of thirty pages, warm, beside a bare reportlab canvas with the same text and fixed breaks.

    python benchmarks/papers.py [rounds]

Both embed the same two fonts and write the file into memory. The bare canvas knows nothing of widths, marks, columns
that run on or page numbers: it is the floor. The figure is our time over its time, best of the rounds, interleaved.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator

from contracts.papers.document import Block, Document, Heading, Paragraph, Title
from contracts.papers.face import BOLD, REGULAR
from contracts.papers.typeset import render

__all__ = ["main"]

PAGES = 30
CHINESE = (
    "甲方未按第{n}.2条约定的期限交付附件的，每逾期一日（不足一日按一日计），应按合同总价的0.5%向乙方支付违约金。",
    "验收期内未提出书面异议的，视为验收合格；“书面”包括进入指定系统的电子邮件，以进入时间为准。",
    "任何一方变更送达地址的，应在变更后{n}日内通知对方，否则按原地址寄送即视为送达，风险由变更方承担。",
    "本合同约定的责任上限不适用于故意、重大过失、人身损害以及违反保密义务所造成的损失。",
    "乙方应指派熟悉业务的联络人员，及时提供场地、钥匙、图纸和往年检修资料，并保证其真实、完整。",
    "不可抗力发生后，受影响一方应尽快通知对方并提供证明，按照影响程度部分或者全部免除责任；迟延后发生的除外。",
    "电梯、消防、供水、供电等设施的巡查记录应逐项签名，隐患须拍照留存，重大险情立即上报并疏散人群。",
    "双方因履行发生争议，先友好协商；协商不成的，提交约定的仲裁委员会，按申请时有效的规则裁决。",
    "培训课程每期不少于{n}课时，学员缺勤可补课一次，教材、餐饮、住宿费用另行结算并开具增值税发票。",
    "保密信息包括客户名单、报价、源代码、会议纪要，接收方仅可为履约目的使用，期满后销毁或者退还。",
    "任何一方经催告后在合理期限内仍不履行主要债务的，守约方可以书面通知解除，已产生的违约金照付。",
    "本协议一式肆份，甲乙双方各执贰份，自最后一方签字并加盖公章或合同专用章之日起生效，附件同具效力。",
)
ENGLISH = """\
If Party A fails to deliver an annex within the time stated in clause {n}.2, it shall pay Party B liquidated damages \
of 0.5 % of the total price for each started day of delay.
If no written objection is raised within the inspection time, acceptance is deemed given; “written” includes e-mail \
that has entered the designated system.
A party that changes its address for service shall notify the other within {n} days of the change; otherwise what is \
sent to the old address is deemed delivered.
The limits of liability in this contract do not apply to intent, gross negligence, personal injury or loss caused by \
breach of confidentiality.
Party B names a contact who knows the business and provides premises, keys, drawings and earlier maintenance records \
in good time, and answers for their truth and completeness.
A party affected by force majeure notifies the other as soon as possible with proof and is excused to the extent of \
the effect; this does not hold for what happens after delay began.
Inspection records of lifts, fire, water and power equipment are signed item by item; hazards are photographed, and \
grave danger is reported at once.
Disputes are first negotiated; failing that, they are submitted to the agreed arbitration commission under its rules \
in force at the time of the application.
Each course has not less than {n} lessons; one missed lesson may be made up; books, meals and lodging are settled \
apart against a VAT invoice.
Confidential information includes client lists, quotations, source code and minutes; it is used for performance only \
and destroyed or returned at the end.
If a party does not perform a main duty within a reasonable time after demand, the other may terminate in writing; \
accrued damages remain payable.
This agreement is made in four originals, two for each party, and takes effect when the last party has signed and \
sealed; annexes have equal force.
""".splitlines()


def document(articles: int) -> Document:
    """Chinese and English of as many articles, four paragraphs each."""
    title = {"zh-Hans": "客户服务合同", "en": "Customer Service Agreement"}
    blocks: list[Block] = [Title(title)]
    for n in range(1, articles + 1):
        number = {"zh-Hans": f"第{n}条", "en": f"Article {n}"}
        blocks.append(Heading({"zh-Hans": "违约责任", "en": "Liability for breach"}, 1, number))
        pairs = list(zip(CHINESE, ENGLISH, strict=True))
        for m, (zh, en) in enumerate([pairs[(4 * n + k) % len(pairs)] for k in range(4)], 1):
            blocks.append(Paragraph({"zh-Hans": zh.format(n=n) * 2, "en": (en.format(n=n) + " ") * 2}, f"{n}.{m}"))
    return Document(title=title, blocks=tuple(blocks), number="BENCH-1")


def fixed_lines(made: Document) -> Iterator[tuple[str, str]]:
    """The same words, cut after so many characters."""
    for block in made.blocks:
        if isinstance(block, (Heading, Paragraph, Title)):
            number = "" if isinstance(block, Title) else block.number
            parts = []
            for language, size in (("zh-Hans", 21), ("en", 46)):
                mark = number[language] if isinstance(number, dict) else number
                text = f"{mark} {block.words[language]}"
                parts.append([text[at : at + size] for at in range(0, len(text), size)])
            zh, en = parts
            for row in range(max(len(zh), len(en))):
                yield (zh[row] if row < len(zh) else "", en[row] if row < len(en) else "")


def bare(made: Document) -> bytes:
    """The floor: `drawString` on a canvas, line after line."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1, pageCompression=1, initialFontName="Bench")
    rows = list(fixed_lines(made))
    per_page = -(-len(rows) // PAGES)
    for start in range(0, len(rows), per_page):
        canvas.setFont("Bench", 9.5)
        y = 770.0
        for zh, en in rows[start : start + per_page]:
            canvas.drawString(64, y, zh)
            canvas.drawString(301, y, en)
            y -= 13
        canvas.setFont("BenchBold", 9.5)
        canvas.drawString(64, y, "第1条 违约责任 Liability for breach")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def timed(call: Callable[[], bytes]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(arguments: list[str]) -> int:
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    rl_config.useA85 = 0
    pdfmetrics.registerFont(TTFont("Bench", str(REGULAR)))
    pdfmetrics.registerFont(TTFont("BenchBold", str(BOLD)))
    made = document(42)
    languages = ("zh-Hans", "en")
    ours, floor = render(made, languages), bare(made)
    rounds = int(arguments[0]) if arguments else 15
    times = [(timed(lambda: render(made, languages)), timed(lambda: bare(made))) for _ in range(rounds)]
    best = [min(column) * 1000 for column in zip(*times, strict=True)]
    try:
        import _rl_accel  # type: ignore[import-not-found]  # noqa: F401

        accelerated = "with rl_accel"
    except ImportError:
        accelerated = "without rl_accel"
    pages = ours.count(b"/Type /Page") - 1
    print(f"papers: {pages} pages, {len(ours):,} bytes; bare canvas {len(floor):,} bytes ({accelerated})")
    print(f"papers: {best[0]:.1f} ms, bare canvas {best[1]:.1f} ms, ratio {best[0] / best[1]:.2f} (aim 1.2)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
