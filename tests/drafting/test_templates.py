"""A template is one thing said three times: the check finds each way in which its faces can part."""

import msgspec
import pytest

from contracts.drafting import check_template, templates
from contracts.templates import load, sections, shared
from contracts.templates.conformance import typed_figures
from core.problems import Problem
from locales import LANGUAGES, say


def codes(problems):
    return {problem.code for problem in problems}


def found(problems, code):
    return [problem for problem in problems if problem.code == code]


def test_every_template_that_ships_is_sound():
    assert [] == [say(problem, "en") for template in templates() for problem in check_template(template)]


def test_a_template_that_is_not_there_names_those_that_are():
    nothing, [problem] = load("satisfaction-servce", ["house-cleaning"])

    assert nothing is None
    assert ("TEMPLATE-FIND-01", "satisfaction-service") == (problem.code, problem.args["nearest"])
    assert {"satisfaction-service", "house-cleaning"} <= set(problem.args["known"])


def test_a_template_near_none_is_told_without_an_empty_guess():
    _, [problem] = load("nope", ["house-cleaning"])

    assert "TEMPLATE-FIND-02" == problem.code
    assert all('""' not in said and "house-cleaning" in said for said in (say(problem, lang) for lang in LANGUAGES))


def test_a_path_that_leads_nowhere_is_named(spoilt):
    [problem] = found(
        check_template(spoilt("en", "{rules.late-annex.charge}", "{rules.late-anex.charge}")), "TEMPLATE-PATH-01"
    )[:1]

    assert ("late-annex", "rules.late-anex.charge") == (problem.where, problem.args["path"])


@pytest.mark.parametrize(
    "path",
    ["rules.late-payment.charge", "caps.general.to", "annexes.A2.due", "steps.resolution.within", "payments.P2.amount",
     "counting.knobs.stack", "third_parties.fieldtech.excess", "annexes.A2.deemed_accepted"],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_a_term_that_computes_and_is_printed_nowhere_is_named(template, path, lang):
    without = tuple(
        msgspec.structs.replace(
            s, lines=tuple(line for line in s.lines if "{" + path not in line and "{annex." not in line)
        )
        for s in template.texts[lang]
    )
    problems = check_template(msgspec.structs.replace(template, texts={**template.texts, lang: without}))

    assert path in [
        problem.where for problem in found(problems, "TEMPLATE-TERM-01") if problem.args["language"] == lang
    ]


def test_a_figure_typed_by_hand_is_found_in_both_languages():
    assert ["30"] == typed_figures("within 30 days after signing", "en")
    assert ["thirty days"] == typed_figures("within thirty days", "en")
    assert ["三十日"] == typed_figures("签订之日起三十日内", "zh-Hans")
    assert ["百分之"] == typed_figures("合同总价的百分之五", "zh-Hans")


def test_paths_statutes_and_single_days_are_no_typed_figures():
    assert [] == typed_figures(
        "clause {clause:late-annex}, article 585 of the Civil Code, each day or part of a day", "en"
    )
    assert [] == typed_figures("《中华人民共和国民法典》第585条，每延迟一日，最后一日", "zh-Hans")


def test_a_clause_that_one_language_lacks_is_named(template):
    fewer = tuple(section for section in template.texts["en"] if section.id != "stacking")
    problems = check_template(msgspec.structs.replace(template, texts={**template.texts, "en": fewer}))

    assert ["stacking"] == [problem.where for problem in found(problems, "TEMPLATE-CLAUSE-01")]


def test_clauses_in_another_order_or_with_other_items_are_named(template, spoilt):
    turned = (*template.texts["en"][1:], template.texts["en"][0])
    problems = check_template(msgspec.structs.replace(template, texts={**template.texts, "en": turned}))
    assert "TEMPLATE-CLAUSE-04" in codes(problems)

    assert "TEMPLATE-CLAUSE-05" in codes(check_template(spoilt("en", "- pay on time;", "pay on time;")))


def test_an_example_that_the_engine_cannot_work_is_named(spoilt):
    problems = check_template(spoilt("zh-Hans", "late-annex A1 12 days", "late-annex A4 12 days"))

    assert "TEMPLATE-EXAMPLE-01" in codes(problems)  # A4 is due on demand: no due day to count from


def test_a_question_whose_answer_goes_nowhere_is_named(template):
    idle = msgspec.structs.replace(template.questions[0], id="colour", optional=True)
    problems = check_template(msgspec.structs.replace(template, questions=(*template.questions, idle)))

    assert ["questions.colour"] == [problem.where for problem in found(problems, "TEMPLATE-QUESTION-04")]


MISTAKES = {
    "not-less-than": ("en", "not less than", "more than"),
    "not-more-than": ("en", "but not more than what", "but only what"),
    "more-than": ("zh-Hans", "违约金过分高于损失的", "违约金超过损失三成的"),
    "within": ("en", "within {fixed.talks} from", "{fixed.talks} from"),
    "days-before": ("zh-Hans", "期限届满，", "期限届满日前，"),
    "working-day": ("en", "on the next working day", "on the next day"),
    "signing-day": ("zh-Hans", "争议期间，", "自签订之日起，争议期间，"),
    "liquidated-damages": ("en", "liquidated damages", "damages"),
    "penalty": ("en", "liquidated damages", "liquidated damages as a penalty"),
    "earnest-money": ("zh-Hans", "发票", "订金发票"),
    "late-fee": ("zh-Hans", "违约金", "滞纳金"),
    "rescission": ("en", "the other party may terminate", "the other party may rescind"),
    "termination": ("en", "may terminate", "may end"),
    "legal-representative": ("en", "legal representatives", "legal persons"),
    "joint-and-several": ("zh-Hans", "双方应当先行协商", "双方连带负责，应当先行协商"),
    "indemnity": ("en", "indemnify", "pay"),
    "recourse": ("en", "recover", "have"),
    "deemed": ("en", "deemed accepted", "taken as good"),
    "force-majeure": ("en", "force majeure", "great force"),
}


def test_there_is_a_seeded_mistake_for_every_trap_of_parity():
    assert {rule["id"] for rule in shared("parity")["rules"]} == set(MISTAKES)


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_trap_of_parity_is_found(spoilt, rule):
    problems = check_template(spoilt(*MISTAKES[rule]))

    assert rule in {problem.args.get("rule") for problem in problems if problem.code.startswith("TEMPLATE-PARITY")}


def test_a_heading_that_cannot_be_read_is_located():
    problems: list[Problem] = []
    sections("# Definitions\n", "en.md", problems)

    assert [("TEMPLATE-CLAUSE-02", 1, "en.md")] == [(problem.code, problem.line, problem.file) for problem in problems]


def test_every_problem_of_a_spoilt_template_can_be_said_in_three_languages(spoilt):
    problems = check_template(spoilt("en", "{annexes.A2.due}", "60 days, with a penalty"))

    assert len(problems) == 2
    assert all(say(problem, lang) for problem in problems for lang in LANGUAGES)
