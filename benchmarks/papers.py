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
""".splitlines()


def document(articles: int) -> Document:
    """Chinese and English of as many articles, four paragraphs each."""
    title = {"zh-Hans": "客户服务合同", "en": "Customer Service Agreement"}
    blocks: list[Block] = [Title(title)]
    for n in range(1, articles + 1):
        number = {"zh-Hans": f"第{n}条", "en": f"Article {n}"}
        blocks.append(Heading({"zh-Hans": "违约责任", "en": "Liability for breach"}, 1, number))
        for m, (zh, en) in enumerate(zip(CHINESE, ENGLISH, strict=True), 1):
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
