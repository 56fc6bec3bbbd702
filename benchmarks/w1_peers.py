"""The work of `w1_kernel` by other means: SQL in DuckDB and SQLite, polars, pandas, and a loop over Decimals.

Each takes the same columns in its own form, prepared before the clock starts, and gives the amount payable for each
obligation in order. A cap is met day by day: what a contract's charges grow by on each day, summed until it is full.
"""

import sqlite3
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from benchmarks.w1_kernel import AS_OF, FIRST, KNOWN_AT, PPM, Work

__all__ = ["by_decimals", "by_duckdb", "by_pandas", "by_polars", "by_sqlite"]


def _tables(work: Work) -> dict[str, dict[str, Any]]:
    """The columns by table and name; `days` has how many working days had passed by a day and by the day before."""
    passed = work.through
    day = np.arange(len(passed)) + FIRST
    works = np.flatnonzero(np.diff(passed, prepend=0))
    ledger = work.ledger
    return {
        "ledger": {
            "line": np.arange(len(ledger.of)),
            "id": ledger.of,
            "day": ledger.day,
            "recorded": ledger.recorded,
            "voids": ledger.voids,
        },
        "obligations": {
            "id": np.arange(len(work.rule)),
            "contract": work.contract,
            "rule": work.rule,
            "due": work.due,
            "base": work.base,
            "party": work.party,
        },
        "rules": {
            "rule": np.arange(len(work.rate)),
            "working": work.working,
            "rate": work.rate,
            "grace": work.grace,
            "most": work.most,
        },
        "days": {"day": day, "passed": passed, "before": np.append(0, passed[:-1])},
        "nth": {"number": passed[works], "began": day[works]},
        "parties": {"party": np.arange(len(work.party_limit)), "room": work.party_limit},
        "caps": {"contract": np.arange(len(work.cap)), "cap": work.cap},
    }


def _filled(work: Work, id_: Any, amount: Any) -> Any:
    payable = np.zeros(len(work.rule), dtype=np.int64)
    payable[np.asarray(id_, dtype=np.int64)] = np.asarray(amount, dtype=np.int64)
    return payable


# SQL

_CURVE = "least((worth * greatest(({late}) - grace, 0) + {half}) {div} {ppm}, most) * kept {div} held"
_SQL = """
with done as (
  select id, min(day) as day from ledger
  where voids < 0 and recorded <= {known} and day <= {as_of}
    and line not in (select voids from ledger where voids >= 0 and recorded <= {known})
  group by id
), late as (
  select o.id, contract, rule, due, base, party, coalesce(d.day, {as_of}) as until
  from obligations o left join done d on d.id = o.id
  where coalesce(d.day, {as_of}) > due
), priced as (
  select id, contract, party, due, until, working, grace, rate * base as worth, a.passed as opened,
    (r.most * base + {half}) {div} {ppm} as most,
    case when working then b.passed - a.passed else until - due end - grace as counted
  from late join rules r on r.rule = late.rule join days a on a.day = due join days b on b.day = until
), charged as (
  select *, least((worth * counted + {half}) {div} {ppm}, most) as held from priced where counted > 0
), ordered as (
  select c.*, room, case when working then began else due + grace + 1 end as starts
  from charged c join parties p on p.party = c.party join nth on nth.number = opened + grace + 1
  where c.party >= 0
), of_days as (
  select id, held, party, starts, room, sum(held) over (partition by party, starts) as of_day,
    sum(held) over (partition by party order by starts) as ran
  from ordered
), parts as (
  select id, party, starts, held, of_day, greatest(0, room - (ran - of_day)) as rest from of_days
), divided as (
  select id, party, starts, rest, rest * held {div} of_day as share, rest * held % of_day as part
  from parts where of_day > rest
), within as (
  select id, share + case when row_number() over (partition by party, starts order by part desc, id)
      <= rest - sum(share) over (partition by party, starts) then 1 else 0 end as kept
  from divided
), after as (
  select c.*, coalesce(kept, held) as kept from charged c left join within w on w.id = c.id
), full_contracts as (
  select contract, cap from (select contract, sum(kept) as total from after group by contract) t
  join caps using (contract) where total > cap
), grown as (
  select id, contract, cap, day, {now} - {eve} as more
  from after join full_contracts using (contract), {each_day}
  where held > 0
), daily as (
  select contract, cap, day, total, sum(total) over (partition by contract order by day) as ran
  from (select contract, cap, day, sum(more) as total from grown group by contract, cap, day) t
), turning as (
  select contract, min(day) as day from daily where ran > cap group by contract
), last_day as (
  select d.contract, d.day, total, cap - (ran - total) as rest from daily d join turning using (contract, day)
), shared as (
  select g.id, g.contract, rest, rest * more {div} total as share, rest * more % total as part
  from grown g join last_day l on l.contract = g.contract and l.day = g.day where more > 0
), placed as (
  select id, share, rest - sum(share) over (partition by contract) as odd,
    row_number() over (partition by contract order by part desc, id) as place
  from shared
), paid as (
  select g.id, sum(case when g.day < t.day then more else 0 end) as before
  from grown g join turning t using (contract) group by g.id
)
select a.id as id,
  case when f.contract is null then kept
    else coalesce(before, 0) + coalesce(share, 0) + case when place <= odd then 1 else 0 end end as payable
from after a left join full_contracts f on f.contract = a.contract
  left join paid on paid.id = a.id left join placed on placed.id = a.id
"""


def _sql(div: str, each_day: str) -> str:
    values = {"div": div, "half": PPM // 2, "ppm": PPM}
    now, eve = (
        _CURVE.format(late=f"case when working then {passed} - opened else {day} - due end", **values)
        for passed, day in (("e.passed", "e.day"), ("e.before", "e.day - 1"))
    )
    return _SQL.format(known=KNOWN_AT, as_of=AS_OF, now=now, eve=eve, each_day=each_day, **values)


def by_duckdb(work: Work) -> Callable[[], Any]:
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    base = duckdb.connect()
    for name, columns in _tables(work).items():
        base.register("columns", {key: np.ascontiguousarray(column) for key, column in columns.items()})
        base.execute(f"create table {name} as select * from columns")
        base.unregister("columns")
    # one row a day from the lists of days of each line
    each = "lateral (select unnest(generate_series(due + 1, until)) as number) n join days e on e.day = n.number"
    text = _sql("//", each)

    def run() -> Any:
        found = base.execute(text).fetchnumpy()
        return _filled(work, found["id"], found["payable"])

    return run


def by_sqlite(work: Work) -> Callable[[], Any]:
    base = sqlite3.connect(":memory:")
    base.create_function("least", 2, min, deterministic=True)
    base.create_function("greatest", 2, max, deterministic=True)
    keys = {"ledger": "line", "obligations": "id", "rules": "rule", "days": "day", "nth": "number"}
    keys |= {"parties": "party", "caps": "contract"}
    for name, columns in _tables(work).items():
        fields = ", ".join(f"{key} integer{' primary key' if key == keys[name] else ''}" for key in columns)
        base.execute(f"create table {name} ({fields})")
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        base.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows)
    base.execute("analyze")
    text = _sql("/", "days e").replace("where held > 0", "where held > 0 and e.day > due and e.day <= until")
    text = text.replace("least(", "min(").replace("greatest(", "max(")

    def run() -> Any:
        found = base.execute(text).fetchall()
        return _filled(work, [row[0] for row in found], [row[1] for row in found])

    return run


# data frames


def by_polars(work: Work) -> Callable[[], Any]:
    import polars as pl  # type: ignore[import-not-found,unused-ignore]

    tables = {name: pl.DataFrame(columns) for name, columns in _tables(work).items()}
    col = pl.col

    def at(table: str, name: str, key: Any) -> Any:
        return pl.lit(tables[table][name]).gather(key)

    def curve(passed: str, day: Any) -> Any:
        late = (
            pl.when("working").then(at("days", passed, col("day") - FIRST) - col("opened")).otherwise(day - col("due"))
        )
        charge = (col("worth") * (late - col("grace")).clip(0) + PPM // 2) // PPM
        return pl.min_horizontal(charge, "most") * col("kept") // col("held")

    def shared(frame: Any, by: list[str], rest: str, wanted: str, total: str) -> Any:
        """What is left in proportion, odd units by the largest remainder, then by id."""
        frame = frame.with_columns(
            share=col(rest) * col(wanted) // col(total), part=-(col(rest) * col(wanted) % col(total))
        ).sort([*by, "part", "id"])
        odd = col(rest) - col("share").sum().over(by)
        return frame.with_columns(share=col("share") + (pl.int_range(pl.len()).over(by) < odd))

    def charged() -> Any:
        ledger = tables["ledger"].lazy().filter(col("recorded") <= KNOWN_AT)
        gone = ledger.filter(col("voids") >= 0).select("voids")
        done = (
            ledger.filter((col("voids") < 0) & (col("day") <= AS_OF))
            .join(gone, left_on="line", right_on="voids", how="anti")
            .group_by("id")
            .agg(until=col("day").min())
        )
        late = (
            tables["obligations"]
            .lazy()
            .join(done, on="id", how="left")
            .with_columns(col("until").fill_null(AS_OF))
            .filter(col("until") > col("due"))
            .with_columns(
                *(at("rules", name, col("rule")).alias(name) for name in ("working", "rate", "grace", "most"))
            )
            .with_columns(
                worth=col("rate") * col("base"),
                most=(col("most") * col("base") + PPM // 2) // PPM,
                opened=at("days", "passed", col("due") - FIRST),
                closed=at("days", "passed", col("until") - FIRST),
            )
            .with_columns(
                counted=pl.when("working").then(col("closed") - col("opened")).otherwise(col("until") - col("due"))
                - col("grace")
            )
            .filter(col("counted") > 0)
        )
        return late.with_columns(
            held=pl.min_horizontal((col("worth") * col("counted") + PPM // 2) // PPM, "most")
        ).collect()

    def within(frame: Any) -> Any:
        some = frame.filter(col("party") >= 0).with_columns(room=at("parties", "room", col("party")))
        some = some.filter(col("held").sum().over("party") > col("room"))
        some = some.with_columns(
            starts=pl.when("working")
            .then(at("nth", "began", col("opened") + col("grace")))
            .otherwise(col("due") + col("grace") + 1)
        )
        days = some.group_by("party", "starts").agg(of_day=col("held").sum(), room=col("room").first())
        days = days.sort("party", "starts").with_columns(
            rest=(col("room") - col("of_day").cum_sum().over("party") + col("of_day")).clip(0)
        )
        short = some.join(days.filter(col("of_day") > col("rest")), on=["party", "starts"])
        divided = shared(short, ["party", "starts"], "rest", "held", "of_day")
        return frame.join(divided.select("id", kept="share"), on="id", how="left").with_columns(
            col("kept").fill_null(col("held"))
        )

    def run() -> Any:
        frame = within(charged()).with_columns(cap=at("caps", "cap", col("contract")))
        full = frame.filter(col("kept").sum().over("contract") > col("cap"))
        grown = (
            full.with_columns(day=pl.int_ranges(col("due") + 1, col("until") + 1))
            .explode("day")
            .with_columns(more=curve("passed", col("day")) - curve("before", col("day") - 1))
        )
        daily = (
            grown.group_by("contract", "day")
            .agg(total=col("more").sum(), cap=col("cap").first())
            .sort("contract", "day")
            .with_columns(ran=col("total").cum_sum().over("contract"))
        )
        turning = (
            daily.filter(col("ran") > col("cap"))
            .group_by("contract", maintain_order=True)
            .first()
            .select("contract", "total", turn="day", rest=col("cap") - col("ran") + col("total"))
        )
        grown = grown.join(turning, on="contract")
        before = grown.filter(col("day") < col("turn")).group_by("id").agg(before=col("more").sum())
        last = grown.filter((col("day") == col("turn")) & (col("more") > 0))
        last = shared(last, ["contract"], "rest", "more", "total")
        paid = (
            full.select("id")
            .join(before, on="id", how="left")
            .join(last.select("id", "share"), on="id", how="left")
            .select("id", paid=col("before").fill_null(0) + col("share").fill_null(0))
        )
        frame = frame.join(paid, on="id", how="left").with_columns(payable=col("paid").fill_null(col("kept")))
        return _filled(work, frame["id"].to_numpy(), frame["payable"].to_numpy())

    return run


def by_pandas(work: Work) -> Callable[[], Any]:
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    tables = {name: pd.DataFrame(columns) for name, columns in _tables(work).items()}

    def at(table: str, name: str, key: Any) -> Any:
        return tables[table][name].to_numpy()[key]

    def charge(frame: Any, late: Any) -> Any:
        amount = (frame["worth"] * np.maximum(late - frame["grace"], 0) + PPM // 2) // PPM
        return np.minimum(amount, frame["most"])

    def curve(frame: Any, passed: str, day: Any) -> Any:
        late = np.where(
            frame["working"], at("days", passed, frame["day"] - FIRST) - frame["opened"], day - frame["due"]
        )
        return charge(frame, late) * frame["kept"] // frame["held"]

    def shared(frame: Any, by: list[str], rest: str, wanted: str, total: str) -> Any:
        product = frame[rest] * frame[wanted]
        frame = frame.assign(share=product // frame[total], part=-(product % frame[total]))
        frame = frame.sort_values([*by, "part", "id"])
        groups = frame.groupby(by, sort=False)
        odd = frame[rest] - groups["share"].transform("sum")
        return frame.assign(share=frame["share"] + (groups.cumcount() < odd))

    def charged() -> Any:
        ledger = tables["ledger"][tables["ledger"]["recorded"] <= KNOWN_AT]
        gone = ledger["voids"][ledger["voids"] >= 0]
        stands = ledger[(ledger["voids"] < 0) & (ledger["day"] <= AS_OF) & ~ledger["line"].isin(gone)]
        done = stands.groupby("id", sort=False)["day"].min()
        frame = tables["obligations"]
        until = done.reindex(frame["id"]).fillna(AS_OF).to_numpy().astype(np.int64)
        frame = frame.assign(until=until)[until > frame["due"].to_numpy()]
        for name in ("working", "rate", "grace", "most"):
            frame[name] = at("rules", name, frame["rule"])
        frame["worth"] = frame["rate"] * frame["base"]
        frame["most"] = (frame["most"] * frame["base"] + PPM // 2) // PPM
        frame["opened"] = at("days", "passed", frame["due"] - FIRST)
        closed = at("days", "passed", frame["until"] - FIRST)
        late = np.where(frame["working"], closed - frame["opened"], frame["until"] - frame["due"])
        frame["held"] = charge(frame, late)
        return frame[late > frame["grace"]]

    def within(frame: Any) -> Any:
        some = frame[frame["party"] >= 0]
        some = some.assign(room=at("parties", "room", some["party"]))
        some = some[some.groupby("party")["held"].transform("sum") > some["room"]]
        number = some["opened"] + some["grace"]
        nth = at("nth", "began", np.minimum(number, len(tables["nth"]) - 1))
        some["starts"] = np.where(some["working"], nth, some["due"] + some["grace"] + 1)
        days = some.groupby(["party", "starts"], as_index=False).agg(of_day=("held", "sum"), room=("room", "first"))
        ran = days.groupby("party")["of_day"].cumsum()
        days["rest"] = (days["room"] - ran + days["of_day"]).clip(lower=0)
        short = days[days["of_day"] > days["rest"]].drop(columns="room")
        divided = shared(some.merge(short, on=["party", "starts"]), ["party", "starts"], "rest", "held", "of_day")
        frame = frame.assign(kept=frame["held"]).set_index("id")
        frame.loc[divided["id"], "kept"] = divided["share"].to_numpy()
        return frame.reset_index()

    def run() -> Any:
        frame = within(charged())
        frame["cap"] = at("caps", "cap", frame["contract"])
        full = frame[frame.groupby("contract")["kept"].transform("sum") > frame["cap"]]
        days = (full["until"] - full["due"]).to_numpy()
        grown = full.loc[full.index.repeat(days)]
        grown["day"] = grown["due"] + 1 + np.arange(len(grown)) - np.repeat(np.cumsum(days) - days, days)
        grown["more"] = curve(grown, "passed", grown["day"]) - curve(grown, "before", grown["day"] - 1)
        daily = grown.groupby(["contract", "day"], as_index=False).agg(total=("more", "sum"), cap=("cap", "first"))
        daily["ran"] = daily.groupby("contract")["total"].cumsum()
        turning = daily[daily["ran"] > daily["cap"]].groupby("contract", as_index=False).first()
        turning["rest"] = turning["cap"] - turning["ran"] + turning["total"]
        turning = turning.rename(columns={"day": "turn"})[["contract", "turn", "total", "rest"]]
        grown = grown.merge(turning, on="contract")
        before = grown[grown["day"] < grown["turn"]].groupby("id")["more"].sum()
        last = grown[(grown["day"] == grown["turn"]) & (grown["more"] > 0)]
        last = shared(last, ["contract"], "rest", "more", "total").set_index("id")["share"]
        payable = frame.set_index("id")["kept"]
        payable.loc[full["id"]] = before.reindex(full["id"]).fillna(0).to_numpy().astype(np.int64)
        payable.loc[last.index] += last.to_numpy()
        return _filled(work, payable.index.to_numpy(), payable.to_numpy())

    return run


# Decimals, one obligation after the other


def by_decimals(work: Work) -> Callable[[], Any]:
    """What a careful person writes first: exact, in yuan, and a walk through the days where a cap runs out."""
    columns = {name: getattr(work, name).tolist() for name in ("contract", "rule", "due", "base", "party")}
    rules = list(zip(work.working, work.rate.tolist(), work.grace.tolist(), work.most.tolist(), strict=True))
    ledger = [column.tolist() for column in work.ledger]
    passed, million = work.through.tolist(), Decimal(PPM)
    works = [day + FIRST for day in np.flatnonzero(np.diff(work.through, prepend=0)).tolist()]

    def cents(amount: Decimal) -> Decimal:
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def days_of(rule: int, start: int, day: int) -> int:
        return int(passed[day - FIRST] - passed[start - FIRST] if rules[rule][0] else day - start)

    def split(left: Decimal, wanted: dict[int, Decimal]) -> dict[int, Decimal]:
        total = sum(wanted.values(), Decimal(0))
        parts = {line: divmod(left * 100 * amount, total) for line, amount in wanted.items()}
        odd = int(left * 100 - sum(share for share, _ in parts.values()))
        more = sorted(parts, key=lambda line: (-parts[line][1], line))[:odd]
        return {line: (share + (line in more)) / 100 for line, (share, _) in parts.items()}

    def until_of() -> dict[int, int]:
        gone = {void for known, void in zip(ledger[2], ledger[3], strict=True) if void >= 0 and known <= KNOWN_AT}
        done: dict[int, int] = {}
        for row, (line, day, known, void) in enumerate(zip(*ledger, strict=True)):
            if void < 0 and known <= KNOWN_AT and day <= AS_OF and row not in gone:
                done[line] = min(day, done.get(line, day))
        return done

    def run() -> Any:
        done, held, kept = until_of(), {}, {}
        terms: dict[int, tuple[int, int, int, Decimal, Decimal]] = {}
        by_party: dict[int, dict[int, dict[int, Decimal]]] = {}
        by_contract: dict[int, list[int]] = {}
        for line, rule in enumerate(columns["rule"]):
            due, until = columns["due"][line], done.get(line, AS_OF)
            _, rate, grace, most = rules[rule]
            late = days_of(rule, due, until) - grace if until > due else 0
            if late <= 0:
                continue
            base = Decimal(columns["base"][line]) / 100
            daily, limit = base * rate / million, cents(base * most / million)
            kept[line] = held[line] = min(cents(daily * late), limit)
            terms[line] = rule, due, grace, daily, limit
            by_contract.setdefault(columns["contract"][line], []).append(line)
            if columns["party"][line] >= 0:
                start = works[passed[due - FIRST] + grace] if rules[rule][0] else due + grace + 1
                by_party.setdefault(columns["party"][line], {}).setdefault(start, {})[line] = held[line]
        for party, days in by_party.items():
            left = Decimal(int(work.party_limit[party])) / 100
            for day in sorted(days):
                wanted = sum(days[day].values(), Decimal(0))
                kept.update(days[day] if wanted <= left else split(left, days[day]))
                left -= min(left, wanted)

        def by(line: int, day: int) -> Decimal:
            rule, due, grace, daily, limit = terms[line]
            late = days_of(rule, due, max(due, min(day, done.get(line, AS_OF)))) - grace
            amount = min(cents(daily * max(late, 0)), limit)
            if kept[line] == held[line]:
                return amount
            return Decimal(int(amount * 100 * kept[line] / held[line])) / 100 if held[line] else amount

        payable = dict(kept)
        for contract, lines in by_contract.items():
            cap = left = Decimal(int(work.cap[contract])) / 100
            if sum((kept[line] for line in lines), Decimal(0)) <= cap:
                continue
            paid = dict.fromkeys(lines, Decimal(0))
            for day in sorted({day for n in lines for day in range(terms[n][1] + 1, done.get(n, AS_OF) + 1)}):
                going = [n for n in lines if terms[n][1] < day <= done.get(n, AS_OF)]
                grown = {line: by(line, day) - by(line, day - 1) for line in going}
                wanted = sum(grown.values(), Decimal(0))
                for line, amount in (grown if wanted <= left else split(left, grown)).items():
                    paid[line] += amount
                if wanted > left:
                    break
                left -= wanted
            payable.update(paid)
        return _filled(work, list(payable), [int(amount * 100) for amount in payable.values()])

    return run
