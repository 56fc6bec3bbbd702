"""The review reads terms and finds what courts cut, what binds nobody and what is left open, each with its source."""

from datetime import timedelta
from fractions import Fraction

import msgspec
import pytest

from contracts.drafting import draft
from contracts.review import BASES, review
from core.money import Money
from core.periods import Period
from core.terms import Charge, Clause, DueRule, Languages, Per, Quote
from locales import LANGUAGES, has, say


def at(problems):
    return {(problem.code, problem.where) for problem in problems}


def changed(contract, **fields):
    return msgspec.structs.replace(contract, **fields)


def with_cap(contract, **fields):
    return changed(contract, caps=tuple(msgspec.structs.replace(cap, **fields) for cap in contract.caps))


def with_third(contract, **fields):
    thirds = contract.third_parties
    return changed(
        contract, third_parties={key: msgspec.structs.replace(third, **fields) for key, third in thirds.items()}
    )


def with_clause(contract, words):
    return changed(contract, clauses=(*contract.clauses, Clause(id="added", number="29", words={"zh-Hans": words})))


def test_the_drafted_contract_has_only_findings_that_a_person_must_weigh(contract):
    assert {
        ("REVIEW-NOTICE-01", "parties.provider.address"), ("REVIEW-NOTICE-01", "parties.client.address"),
        ("REVIEW-DUE-01", "annexes.A4.due"), ("REVIEW-DUE-01", "annexes.A8.due"), ("REVIEW-ACCEPT-01", "annexes.A7.deemed_accepted"),
        ("REVIEW-SME-01", "payments.P2.due"), ("REVIEW-SME-01", "payments.P3.due"),
        ("REVIEW-RATE-01", "rules.late-annex.charge"), ("REVIEW-RATE-01", "rules.late-payment.charge"),
        ("REVIEW-RATE-02", "rules.late-payment.at_most"), ("REVIEW-THIRD-01", "third_parties.fieldtech.limit"),
        ("REVIEW-WORD-03", "clauses.fm-end"),
    } == at(review(contract))  # fmt: skip


def test_a_rate_per_day_is_told_per_year(contract):
    [problem, _] = [p for p in review(contract) if p.code == "REVIEW-RATE-01"]

    assert ("0.5%", "182.5 %") == (problem.args["daily"]["zh"], problem.args["yearly"]["en"])


@pytest.mark.parametrize(("rate", "found"), [(Fraction(1, 2000), 0), (Fraction(1, 1000), 0), (Fraction(11, 10_000), 2)])
def test_a_usual_rate_per_day_is_no_finding(contract, rate, found):
    def at_rate(rule):
        charge = rule.charge and rule.charge.per and msgspec.structs.replace(rule.charge, rate=rate)
        return msgspec.structs.replace(rule, charge=charge or rule.charge)

    rules = tuple(map(at_rate, contract.rules))

    assert found == [p.code for p in review(changed(contract, rules=rules))].count("REVIEW-RATE-01")


def test_every_finding_names_its_source_and_how_sure_it_is(contract):
    assert all(problem.args["source"] and problem.args["confidence"] in "ABCU" for problem in review(contract))
    assert all(has(code) for code in BASES)
    assert all(say(problem, lang) for problem in review(contract) for lang in LANGUAGES)


CASES = {
    "REVIEW-CAP-01": lambda c: with_cap(c, except_=("intent",)),
    "REVIEW-CAP-02": lambda c: with_cap(c, covers=None),
    "REVIEW-DUE-02": lambda c: changed(c, annexes=(msgspec.structs.replace(c.annexes[0], due=None), *c.annexes[1:])),
    "REVIEW-LANGUAGE-01": lambda c: changed(c, languages=Languages(also=("en",))),
    "REVIEW-THIRD-02": lambda c: with_third(c, excess={}),
    "REVIEW-PRICE-01": lambda c: changed(c, counting=msgspec.structs.replace(c.counting, knobs={})),
    "REVIEW-PRICE-02": lambda c: changed(c, payments=c.payments[:2]),
    "REVIEW-SIGNED-01": lambda c: changed(c, signed=None),
    "REVIEW-SIGNED-02": lambda c: changed(c, signed=c.term.from_ + timedelta(days=1)),
    "REVIEW-RENEWAL-01": lambda c: changed(
        c, clauses=tuple(msgspec.structs.replace(k, conspicuous=False) for k in c.clauses)
    ),
    "REVIEW-WORD-01": lambda c: with_clause(c, "乙方应在到期10日前通知甲方。"),
    "REVIEW-WORD-02": lambda c: with_clause(c, "甲方应当定期提交报告。"),
    "REVIEW-RATE-03": lambda c: with_clause(c, "双方同意违约金不得调整。"),
    "REVIEW-DISPUTE-01": lambda c: with_clause(c, "争议应提交示例仲裁委员会仲裁。"),
    "REVIEW-DISPUTE-02": lambda c: changed(c, clauses=tuple(k for k in c.clauses if k.id != "court")),
}


@pytest.mark.parametrize("code", CASES)
def test_a_finding_is_made_where_it_belongs_and_only_there(contract, code):
    assert code not in {problem.code for problem in review(contract)}
    assert code in {problem.code for problem in review(CASES[code](contract))}


def test_every_finding_has_a_case():
    given = {"REVIEW-NOTICE-01", "REVIEW-DUE-01", "REVIEW-ACCEPT-01", "REVIEW-SME-01", "REVIEW-RATE-01", "REVIEW-RATE-02",
             "REVIEW-THIRD-01", "REVIEW-WORD-03"}  # fmt: skip

    assert set(BASES) == given | set(CASES)


def test_a_signing_third_party_and_a_short_time_to_pay_are_no_findings(contract):
    """Payment 60 days after acceptance is in time; a third party that signs is bound."""
    payments = tuple(
        msgspec.structs.replace(p, due=DueRule(period=Period(60, "day"), anchor=contract.payments[0].due.anchor))
        for p in contract.payments
    )
    codes = {problem.code for problem in review(with_third(changed(contract, payments=payments), signs=True))}

    assert not codes & {"REVIEW-SME-01", "REVIEW-THIRD-01"}


def test_a_quotation_is_read_too(contract):
    rules = (
        msgspec.structs.replace(contract.rules[0], quote=Quote(words="延期5日以上的，应於期满3日前通知。")),
        *contract.rules[1:],
    )

    assert {("REVIEW-WORD-01", "rules.late-annex.quote"), ("REVIEW-WORD-03", "rules.late-annex.quote")} <= at(
        review(changed(contract, rules=rules))
    )


def test_arbitration_alone_is_one_route(template):
    drafted, _, _ = draft(template, {**template.example, "disputes": "arbitration"}, ("zh-Hans", "en"))
    assert drafted is not None

    assert not {problem.code for problem in review(drafted)} & {"REVIEW-DISPUTE-01", "REVIEW-DISPUTE-02"}


NO_FINDINGS = {
    "REVIEW-NOTICE-01": lambda c: changed(
        c, parties={k: msgspec.structs.replace(p, email="a@example.com") for k, p in c.parties.items()}
    ),
    "REVIEW-RATE-01": lambda c: changed(
        c, rules=tuple(msgspec.structs.replace(r, charge=Charge(amount=Money(1, "CNY"), per=Per("day")))
                       if r.charge and r.charge.per else r for r in c.rules)
    ),
    "REVIEW-WORD-03": lambda c: changed(
        c, clauses=tuple(msgspec.structs.replace(k, words={"en": k.words["en"]}) for k in c.clauses)
    ),
    "REVIEW-RENEWAL-01": lambda c: changed(CASES["REVIEW-RENEWAL-01"](c), renewal=None),
    "REVIEW-PRICE-02": lambda c: changed(
        c, payments=tuple(msgspec.structs.replace(p, amount=Money(1, "USD")) for p in c.payments)
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", NO_FINDINGS)
def test_a_finding_is_not_made_where_there_is_nothing_to_find(contract, code):
    """An address for notices, a fixed sum a day, no Chinese words, no renewal, instalments in another currency."""
    told = {problem.code for problem in review(CASES.get(code, lambda c: c)(contract))}

    assert code in told
    assert code not in {problem.code for problem in review(NO_FINDINGS[code](contract))}
