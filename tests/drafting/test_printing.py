"""What a template of any author can print: each value in the words of a contract, or a path that cannot be said."""

import pytest

from contracts.drafting import changed_words, check_template
from contracts.reader import read_text
from contracts.templates.conformance import computing
from contracts.templates.printing import UnprintableError, fill, in_hant

CONTRACT = """
spondeo = 1
number = "N-1"
total = "1234.50 CNY"
signed = 2026-01-05
languages = { prevailing = "zh-Hans", also = ["en"] }
term = { from = 2026-01-05, for = "1 year" }
[counting]
preset = "CN-civil-code@2021"
[parties.provider]
label = { zh = "甲方", en = "Party A" }
name = "Example A"
[parties.client]
label = { zh-Hant = "乙方" }
name = "Example B"
[rates.lpr]
source = "example"
until = 2027-01-01
values = { 2026-01-01 = "3.1%" }
[[annexes]]
id = "A1"
owed_by = "provider"
[[annexes]]
id = "A2"
owed_by = "provider"
due = "30 days after A1 accepted"
[[payments]]
id = "P1"
owed_by = "client"
amount = "1000.00 CNY"
due = 2026-03-01
[[rules]]
id = "late"
clause = "1"
when = "any payment is late"
charge = "100.00 CNY per day"
"""


def printed(template, name, lang, old="", new=""):
    """One path as printed, of the contract with some of its words replaced."""
    assert old in CONTRACT
    contract, _, problems = read_text(CONTRACT.replace(old, new) if old else CONTRACT)
    assert () == problems
    assert contract is not None
    return fill("{" + name + "}", contract, template, lang, {})


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("signed", "2026年1月5日", "5 January 2026"),
        ("number", "N-1", "N-1"),
        ("languages", "中文和英文", "Chinese and English"),
        ("annexes.A2.due", "附件一验收合格之日起30日内", "within 30 days after the acceptance of Annex 1"),
        ("parties.client.label", "乙方", "乙方"),
        ("rules.late.at_most:capitals", "________", "________"),
    ],
)
def test_a_value_is_said_in_the_words_of_a_contract(template, name, zh, en):
    assert (zh, en) == (printed(template, name, "zh-Hans"), printed(template, name, "en"))


@pytest.mark.parametrize(
    ("charge", "zh", "en"),
    [
        ("100.00 CNY per day", "每延迟一日，支付CNY 100.00", "CNY 100.00 for each day of delay"),
        ("100.00 CNY per 2 days", "每延迟2日，支付CNY 100.00", "CNY 100.00 for each 2 days of delay"),
        ("0.05% of what is unpaid per day", "每延迟一日，支付未付金额的0.05%", "0.05% of the amount unpaid for each day of delay"),
        ("1.5 times lpr a year of what is unpaid", "按未付金额以lpr的1.5倍为年利率计息",
         "interest on the amount unpaid at 1.5 times lpr a year"),
        ("lpr raised by 40% a year of what is unpaid", "按未付金额以lpr上浮40%为年利率计息",
         "interest on the amount unpaid at lpr raised by 40% a year"),
        ("lpr + 8% a year of what is unpaid", "按未付金额以lpr加8%的年利率计息",
         "interest on the amount unpaid at lpr plus 8% a year"),
        ("0.025 CNY per minute", "CNY 0.025/分钟", "CNY 0.025 for each minute"),
    ],
)  # fmt: skip
def test_a_charge_that_runs_is_said_with_all_that_it_holds(template, charge, zh, en):
    change = ("100.00 CNY per day", charge)

    assert (zh, en) == tuple(printed(template, "rules.late.charge", lang, *change) for lang in ("zh-Hans", "en"))


@pytest.mark.parametrize(
    ("length", "said"),
    [
        ('for = "1 year"', "from 5 January 2026 to 4 January 2027, both days included"),
        ('for = "1 month and 3 days"', "from 5 January 2026 to 7 February 2026, both days included"),
        ("until = 2026-06-30", "from 5 January 2026 to 30 June 2026, both days included"),
        ('for = "12 hours"', "12 hours from 5 January 2026"),
        ('for = "30 working days"', "30 working days from 5 January 2026"),
        ('for = "9000 years"', "9000 years from 5 January 2026"),
    ],
)
def test_the_last_day_of_a_term_is_said_where_dates_alone_say_it(template, length, said):
    assert said == printed(template, "term", "en", 'for = "1 year"', length)


def test_a_term_that_ends_on_its_anniversary_says_so(template):
    said = printed(template, "term", "en", "[parties.provider]", 'term_end = "anniversary"\n[parties.provider]')

    assert "from 5 January 2026 to 5 January 2027, both days included" == said


@pytest.mark.parametrize(
    ("word", "zh", "en"),
    [
        ("counts = 'days after due'", "自到期日起计算，宽限期内的天数计入",
         "counted from the due date, the days of the grace period included"),
        ("tiering = 'all days at the rate reached'", "全部天数均适用最后达到的档次的标准",
         "all days at the rate of the tier reached last"),
    ],
)  # fmt: skip
def test_how_days_count_is_said_in_the_language_of_the_text(template, word, zh, en):
    path, change = f"rules.late.{word.partition(' ')[0]}", ('"100.00 CNY per day"', f'"100.00 CNY per day"\n{word}')

    assert (zh, en) == tuple(printed(template, path, lang, *change) for lang in ("zh-Hans", "en"))


@pytest.mark.parametrize(
    "name",
    ["annexes", "parties.provider", "rules.late", "total:roman", "term:capitals", "annex:A99", "languages.also",
     "fixed.nothing", "clause:nothing", "example:late A1", "example:lat A1 3 days"],
)  # fmt: skip
def test_a_path_that_cannot_be_said_is_named_as_it_is_written(template, spoilt, name):
    with pytest.raises(UnprintableError) as told:
        printed(template, name, "en")
    assert name == told.value.args[0]

    problems = check_template(spoilt("en", "{rules.late-annex.charge}", "{" + name + "}"))
    assert name in {problem.args.get("path") for problem in problems}


@pytest.mark.parametrize("word", ["take = 'the sum of the bands'", "kind = 'interest'"])
def test_a_word_of_the_file_never_stands_in_a_contract(template, word):
    path = f"rules.late.{word.partition(' ')[0]}"

    with pytest.raises(UnprintableError):
        printed(template, path, "zh-Hans", '"100.00 CNY per day"', f'"100.00 CNY per day"\n{word}')


def test_a_text_without_names_is_converted_as_a_whole():
    assert "不得干擾" == in_hant("不得干扰", ())


def test_a_template_must_print_all_that_computes_and_nothing_else():
    contract, _, problems = read_text(
        CONTRACT.replace('prevailing = "zh-Hans", ', "")
        + 'grace = "2 days"\n[[caps]]\nid = "general"\nclause = "9"\nlimits = "provider"\nto = "10% of total"\n'
        '[third_parties.lab]\nname = "Example Laboratory"\nengaged_by = "provider"\n'
    )
    assert () == problems
    assert contract is not None

    assert [
        "total", "term", "annexes.A1.owed_by", "annexes.A2.owed_by", "annexes.A2.due",
        "payments.P1.owed_by", "payments.P1.amount", "payments.P1.due", "rules.late.charge", "rules.late.grace",
        "caps.general.to",
    ] == list(computing(contract))  # fmt: skip


def test_a_contract_that_no_template_printed_has_no_words_that_differ(template):
    contract, _, _ = read_text(CONTRACT)
    assert contract is not None

    assert () == changed_words(contract, lambda key: template)


def test_a_way_of_counting_that_no_words_say_cannot_be_printed(template):
    with pytest.raises(UnprintableError) as told:
        printed(
            template,
            "counting.knobs.term_end",
            "en",
            "[parties.provider]",
            'term_end = "anniversary"\n[parties.provider]',
        )

    assert "knobs.term_end.anniversary" == told.value.args[0]
