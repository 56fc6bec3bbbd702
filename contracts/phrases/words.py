"""The closed lists of words that phrases are made of: the word of the file, then Chinese and English prose."""

__all__ = [
    "ACTS",
    "ANY",
    "ANYTIME",
    "BASES",
    "COUNTED",
    "CYCLES",
    "FACTORS",
    "FIELDS",
    "HAPPENS",
    "LATENESS",
    "MEASURED",
    "MODES",
    "MOMENTS",
    "ORDINALS",
    "PARTS",
    "POINTS",
    "ROUNDED",
    "SCOPES",
    "STARTS",
    "STATES",
    "UNITS",
    "WINDOWS",
]

UNITS = {
    "minute": "分钟",
    "hour": "小时",
    "working hour": "个工作小时",
    "day": "日",
    "working day": "个工作日",
    "week": "周",
    "month": "个月",
    "year": "年",
}
WINDOWS = {
    "calendar month": ("month", "自然月", "calendar month"),
    "calendar quarter": ("quarter", "自然季度", "calendar quarter"),
    "calendar year": ("year", "自然年", "calendar year"),
    "contract year": ("contract year", "合同年度", "contract year"),
}
STATES = {
    "delivered": ("交付", "the delivery"),
    "accepted": ("验收合格", "the acceptance"),
    "rejected": ("被拒收", "the rejection"),
    "demanded": ("被要求履行", "the demand"),
    "due": ("到期", "the due date"),
    "starts": ("开始工作", "the start of work"),
    "ends": ("结束工作", "the end of work"),
    "signed": ("签署", "the signing"),
    "paid": ("付清", "the payment"),
    "consents": ("同意", "the consent"),
}
"""States that an anchor may name after an id ("A2 accepted"): those of core, lest kinds of two words be cut."""

MOMENTS = {
    "signed": ("签订之日", "signing"),
    "effective": ("生效之日", "the effective date"),
    "start": ("期限起始之日", "the start of the term"),
    "end": ("期限届满之日", "the end of the term"),
    "demanded": ("提出要求之日", "the demand"),
    "delivered": ("交付之日", "delivery"),
    "accepted": ("验收合格之日", "acceptance"),
}
"""Anchors without an id: a moment of the contract, or of the thing itself."""

ANY = {
    "annex": ("任一附件", "any annex"),
    "payment": ("任一笔款项", "any payment"),
    "step": ("任一服务环节", "any service step"),
    "duty": ("任一义务", "any duty"),
}
LATENESS = {"late": ("逾期", "late"), "rejected": ("被拒收", "rejected"), "missing": ("未交付", "missing")}
BASES = {
    "total": ("total", "合同总价", "the contract total"),
    "payable": ("what is payable", "应付金额", "the amount payable"),
    "unpaid": ("what is unpaid", "未付金额", "the amount unpaid"),
    "loss": ("the loss proven", "经证实的损失", "the loss proven"),
    "month fee": ("the month's fee", "当月服务费", "the month's fee"),
    "quarter fee": ("the quarter's fee", "当季服务费", "the quarter's fee"),
    "year fee": ("the year's fee", "当年服务费", "the year's fee"),
}
FIELDS = {
    "price": ("价款", "the price of"),
    "fee": ("费用", "the fee of"),
    "amount": ("金额", "the amount of"),
    "recovered": ("实际追回的金额", "what is recovered from"),
}
MODES = {
    "half up": ("四舍五入", "half up"),
    "half even": ("四舍六入五成双", "half to even"),
    "down": ("舍去尾数", "down"),
    "up": ("向上进位", "up"),
}
ROUNDED = {
    "once": ("每笔一次", "once for each charge"),
    "each day": ("按日", "each day"),
    "each slice": ("按段", "each slice"),
}
PARTS = ("started", "completed", "exact")
POINTS = {"point": "分", "percentage point": "个百分点", "percent": "1%"}
"""Units by which a reading falls short; "percent" leaves open of what (KNOBS `point_of`)."""

COUNTED = {**UNITS, **POINTS}
ACTS = {
    "terminate": ("解除合同", "terminate the contract"),
    "end the service": ("终止该项服务", "end the service concerned"),
    "withhold payment": ("暂停付款", "withhold payment"),
    "demand a replacement": ("要求更换服务人员", "demand a replacement"),
    "demand it again": ("要求无偿重作", "demand that it be done again free of charge"),
    "have it done by others": ("委托他人代为履行", "have it done by others"),
}
"""What a rule may give a party the right to do."""

STARTS = {
    "event": ("the event", "事件发生之日", "the event"),
    "end of its period": ("the period", "所属周期届满之日", "the end of the period concerned"),
    "knowledge": ("knowledge", "知道或者应当知道之日", "knowledge of it"),
    "invoice": ("the invoice", "开具账单之日", "the invoice concerned"),
}
CYCLES = {"month": ("一个月", "a month"), "quarter": ("一个季度", "a quarter"), "year": ("一年", "a year")}
FACTORS = {"double": 2, "treble": 3}
ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
SCOPES = {
    "claim": "每项索赔",
    "person": "每人",
    "event": "每次事故",
    "third party": "每一第三方",
    "head": "每类责任",
}
"""What a cap may be for each of, beside windows."""

MEASURED = "measured"
HAPPENS = "happens"
ANYTIME = "any time"
