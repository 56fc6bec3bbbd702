"""Answers in, contract and paper out; what the paper says is what the terms compute."""

import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.drafting import document, draft
from contracts.papers.document import Heading, PageBreak, Paragraph, Signature
from contracts.reader import read_contract, read_text
from contracts.templates.answers import is_credit_code
from contracts.templates.printing import BLANK, fill
from contracts.writer import write_toml
from core.money import Money
from core.terms import Charge, Per, replaced
from locales import LANGUAGES, say

ROOT = Path(__file__).parents[2]
BOTH = ("zh-Hans", "en")


def drafted_from(template, answers, languages=BOTH, **options) -> Any:
    return draft(template, answers, languages, **options)


def words_of(contract, lang):
    return "\n".join(clause.words[lang] for clause in contract.clauses)


def clause(contract, key, lang):
    return next(each.words[lang] for each in contract.clauses if each.id == key)


def test_the_example_answers_give_the_terms_of_the_s12_example(contract):
    s12: Any
    s12, _, problems = read_contract(ROOT / "examples" / "s12" / "s12.toml")
    assert () == problems

    assert s12.total == contract.total
    assert (s12.number, s12.signed, s12.term, s12.renewal) == (
        contract.number,
        contract.signed,
        contract.term,
        contract.renewal,
    )
    assert s12.languages == contract.languages
    assert s12.steps == contract.steps
    assert {a.id: (a.owed_by, a.due, a.accepted_by, a.deemed_accepted, a.title) for a in s12.annexes} == {
        a.id: (a.owed_by, a.due, a.accepted_by, a.deemed_accepted, a.title) for a in contract.annexes
    }
    assert {p.id: (p.amount, p.due) for p in s12.payments} == {p.id: (p.amount, p.due) for p in contract.payments}
    assert s12.caps == contract.caps
    assert {r.id: (r.clause, r.when, r.head, r.at_most) for r in s12.rules} == {
        r.id: (r.clause, r.when, r.head, r.at_most) for r in contract.rules
    }
    taken = next(reading.options["per day"] for reading in s12.readings)
    assert taken == next(rule.charge for rule in contract.rules if rule.id == "late-annex")
    assert s12.counting.knobs.items() <= contract.counting.knobs.items()


def test_what_the_source_leaves_open_the_contract_decides(contract):
    """Equal shares of the excess, and an amount that runs by the day: no reading and no decision is needed."""
    assert {"client": Fraction(1, 2), "provider": Fraction(1, 2)} == contract.third_parties["fieldtech"].excess
    assert () == contract.readings
    assert () == contract.decisions


def test_writing_and_reading_a_drafted_contract_changes_nothing(contract):
    again, _, problems = read_text(write_toml(contract))

    assert () == problems
    assert contract == again


def test_clauses_know_their_numbers_and_where_they_come_from(contract):
    late = next(each for each in contract.clauses if each.id == "late-annex")

    assert ("17.1", "satisfaction-service@1:late-annex") == (late.number, late.from_)
    assert ["20.1", "20.3"] == [
        each.number for each in contract.clauses if each.number.startswith("20.") and each.conspicuous
    ]


def test_the_text_forces_the_reading_that_the_terms_compute(contract):
    assert "每延迟一日（不足一日按一日计），支付合同总价的0.5%" in clause(contract, "late-annex", "zh-Hans")
    assert "0.5% of the Contract Price for each day or part of a day of delay" in clause(contract, "late-annex", "en")


def test_the_worked_example_is_the_engine_s(contract):
    """Due 4 February, 12 days × 0.5 % × 1,200,000 = 72,000.00; 10 days × 0.5 % × 300,000 = 15,000.00."""
    assert "12 days after the due date, the liquidated damages are CNY 72,000.00" in clause(
        contract, "late-annex", "en"
    )
    assert "12日交付的，违约金为CNY 72,000.00" in clause(contract, "late-annex", "zh-Hans")
    assert "CNY 15,000.00" in clause(contract, "late-payment", "en")


def test_an_amended_contract_prints_itself_anew(contract, template):
    charge = Charge(rate=Fraction(3, 1000), of="total", per=Per("day", 1, "started"))
    amended = replaced(contract, "rules.late-annex.charge", charge)
    paper = document(amended, template, BOTH)

    [paragraph] = [b for b in paper.blocks if isinstance(b, Paragraph) and b.number == "17.1"]
    assert "0.3% of the Contract Price" in paragraph.words["en"]
    assert "合同总价的0.3%" in paragraph.words["zh-Hans"]
    assert any("CNY 43,200.00" in b.words["en"] for b in paper.blocks if isinstance(b, Paragraph))  # 12 × 3,600


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_path_prints_in_three_languages(template, lang):
    drafted, paper, problems = drafted_from(template, template.example, (lang,))

    assert () == problems
    assert "{" not in words_of(drafted, lang)
    assert all("{" not in str(msgspec.to_builtins(block).get("words", {}).get(lang, "")) for block in paper.blocks)


def test_english_never_says_penalty(contract):
    assert "penalt" not in words_of(contract, "en").lower()


def test_traditional_script_leaves_registered_names_as_they_are(template):
    answers = {**template.example, "client": {"name": {"zh": "示例后里公司", "en": "Example Co."}}}
    drafted, paper, _ = drafted_from(template, answers, ("zh-Hant", "en"))

    assert "示例技术服务中心" in words_of(drafted, "zh-Hant")
    assert "違約金" in words_of(drafted, "zh-Hant")
    assert "采取" not in words_of(drafted, "zh-Hant")
    assert "客戶服務合同" == paper.title["zh-Hant"]


def test_only_one_route_for_disputes_stands(template, contract):
    assert {"court"} == {c.id for c in contract.clauses} & {"court", "arbitration"}

    other, paper, _ = drafted_from(template, {**template.example, "disputes": "arbitration"})
    assert {"arbitration"} == {c.id for c in other.clauses} & {"court", "arbitration"}
    again = document(other, template, BOTH)  # from the contract alone, without the answers
    assert paper == again


def test_all_wrong_answers_are_told_at_once_and_located(template):
    answers = {**template.example, "total": "a lot", "signed": "soon", "disputes": "both", "totl": "1.00 CNY"}
    del answers["number"]
    nothing, no_paper, problems = drafted_from(template, answers)

    assert (None, None) == (nothing, no_paper)
    assert {
        ("answers.totl", "DRAFT-ANSWER-03"), ("answers.number", "DRAFT-ANSWER-01"), ("answers.total", "DRAFT-ANSWER-02"),
        ("answers.signed", "DRAFT-ANSWER-02"), ("answers.disputes", "DRAFT-ANSWER-04"),
    } == {(problem.where, problem.code) for problem in problems}  # fmt: skip
    assert all(say(problem, lang) for problem in problems for lang in LANGUAGES)


@pytest.mark.parametrize("key", ["zzzzzz", "provider.zzzzzz"])
def test_an_answer_that_is_near_none_is_told_what_there_is_to_answer(template, key):
    _, _, [problem] = drafted_from(template, {**template.example, key: "1"})

    assert "DRAFT-ANSWER-06" == problem.code
    assert {"total", "signed"} <= set(problem.args["known"]) or {"name", "address"} <= set(problem.args["known"])
    assert '""' not in say(problem, "en")


def test_instalments_that_do_not_make_the_total_are_told_beside_the_draft(template):
    contract, paper, problems = drafted_from(template, {**template.example, "total": "1200001.00 CNY"})

    assert contract
    assert paper
    assert ["REVIEW-PRICE-02"] == [problem.code for problem in problems]


def test_a_name_that_ends_in_a_full_stop_ends_its_sentence(template):
    name = {"zh": "示例现场技术有限公司", "en": "Example Field Co., Ltd."}
    given = {**template.example["fieldtech"], "name": name}
    contract, _, _ = drafted_from(template, {**template.example, "fieldtech": given})
    assert contract is not None

    assert "Co., Ltd." in words_of(contract, "en")
    assert ".." not in words_of(contract, "en")
    assert "Example Field Co., Ltd." == fill("{third_parties.fieldtech.name}.", contract, template, "en", {})
    assert "Example Field Co., Ltd., and" == fill("{third_parties.fieldtech.name}, and", contract, template, "en", {})


def test_an_answer_that_only_its_place_shows_to_be_wrong_is_located_at_the_answer(template):
    _, _, problems = drafted_from(template, {**template.example, "late_annex_rate": "50"})

    assert problems
    assert {"answers.late_annex_rate"} <= {where for problem in problems for where in problem.where.split(", ")}


def test_words_of_an_answer_cannot_become_terms(template):
    """A quotation mark or a line break in a name stays in the name."""
    name = 'Example" ]\n[[caps]]\nid = "x'
    drafted, _, problems = drafted_from(template, {**template.example, "client": {"name": {"zh": name, "en": name}}})

    assert () == problems
    assert name == drafted.parties["client"].name["en"]
    assert 1 == len(drafted.caps)


def test_what_is_not_answered_blocks_unless_blanks_are_wanted(template):
    answers = {
        key: value for key, value in template.example.items() if key not in ("number", "total", "provider", "start")
    }
    _, _, problems = drafted_from(template, answers)
    assert {"answers.number", "answers.total", "answers.provider", "answers.start"} == {
        problem.where for problem in problems
    }

    no_contract, paper, problems = drafted_from(template, answers, blanks=True)
    assert no_contract is None  # an amount is open: a form to fill in by hand, no terms
    assert ["answers.start", "answers.total"] == [problem.where for problem in problems]
    [total] = [b for b in paper.blocks if isinstance(b, Paragraph) and b.number == "6.1"]
    assert f"The Contract Price is {BLANK} (in words: {BLANK})" in total.words["en"]
    assert f"合同总价为{BLANK}（大写：{BLANK}）" in total.words["zh-Hans"]
    assert BLANK == paper.number
    [term] = [b for b in paper.blocks if isinstance(b, Paragraph) and b.number == "2.3"]
    assert f"The term of this Agreement is from {BLANK} to {BLANK}" in term.words["en"]
    assert not any(stand_in in str(msgspec.to_builtins(paper)) for stand_in in ("777", "217"))


def test_open_words_alone_leave_a_contract_with_visible_blanks(template):
    answers = {key: value for key, value in template.example.items() if key != "number"}
    drafted, paper, problems = drafted_from(template, answers, blanks=True)

    assert () == problems
    assert BLANK == drafted.number == paper.number


def test_a_dotted_answer_says_the_same_as_a_table(template):
    drafted, _, problems = drafted_from(template, {**template.example, "client.email": "contracts@example.com"})

    assert () == problems
    assert ("contracts@example.com", True) == (drafted.parties["client"].email, drafted.parties["client"].ours)


def test_a_wrong_credit_code_is_refused(template):
    assert is_credit_code("91350100M000100Y43")  # the example of GB 32100-2015
    assert not is_credit_code("91350100M000100Y44")

    answers = {**template.example, "client": {**template.example["client"], "credit_code": "91350100M000100Y44"}}
    [problem] = drafted_from(template, answers)[2]
    assert ("answers.client.credit_code", "DRAFT-ANSWER-05") == (problem.where, problem.code)


def test_the_paper_ends_with_signatures_and_a_page_for_each_annex(contract, template):
    paper = document(contract, template, BOTH)
    kinds = [type(block) for block in paper.blocks]

    assert 1 == kinds.count(Signature)
    assert 9 == kinds[kinds.index(Signature) :].count(PageBreak)
    titles = [
        b.words["zh-Hans"] for b in paper.blocks if isinstance(b, Heading) and b.words["zh-Hans"].startswith("附件")
    ]
    assert "附件一　客户需求分析报告" in titles
    assert "附件九　服务创新与改进方案" in titles


def test_amounts_stand_in_capitals_beside_the_figures(contract):
    assert "CNY 1,200,000.00（大写：人民币壹佰贰拾万元整）" in clause(contract, "total", "zh-Hans")
    assert "in words: Renminbi one million two hundred thousand" in clause(contract, "total", "en")


def test_an_unsigned_draft_leaves_the_day_open(template):
    answers = {key: value for key, value in template.example.items() if key != "signed"}
    drafted, paper, problems = drafted_from(template, answers)

    assert () == problems
    assert drafted.signed is None
    assert "例如" not in clause(drafted, "late-annex", "zh-Hans")  # no due day, no example
    assert "签订日期：________" == paper.blocks[0].lines[1]["zh-Hans"]


def test_dates_are_days_and_money_is_exact(contract):
    assert datetime.date(2026, 7, 15) == next(p.due.on for p in contract.payments if p.id == "P2")
    assert Money(120_000_000, "CNY") == contract.total
