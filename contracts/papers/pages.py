"""How rows of set lines fall onto pages: what stays together, what may be cut, what is said again at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

__all__ = ["Cell", "Drawing", "Page", "Row", "Rule", "SetLine", "Stroke", "paginate"]

FRAME_PAD = 7.0
FRAME_GAP = 12.0
WASH = 0.955


class Rule(NamedTuple):
    """A horizontal line from x to x, in points, with its weight and grey."""

    start: float
    end: float
    weight: float
    ink: float


class SetLine(NamedTuple):
    """A line that waits for its place: `runs` are font keys and strings of codes, `shift` is from the cell's edge."""

    runs: tuple[tuple[str, str], ...]
    shift: float
    size: float
    leading: float
    ink: float
    rule: float = 0.0
    mark: SetLine | None = None

    @property
    def drop(self) -> float:
        """From the top of the line to its baseline: a Chinese square, -0.12 to 0.88 of the size, stands centred."""
        return self.leading / 2 + 0.38 * self.size

    def after(self, mark: SetLine) -> SetLine:
        """The same line with `mark` (a number, a label) to its left."""
        return self._replace(mark=mark)


class Cell(NamedTuple):
    left: float
    lines: list[SetLine]

    @property
    def height(self) -> float:
        return sum([line.leading for line in self.lines])


class Stroke(NamedTuple):
    """A line through points, in points from the left edge of the page and from the top of its row downwards."""

    points: tuple[tuple[float, float], ...]
    weight: float
    ink: float
    dash: str = ""


class Drawing(NamedTuple):
    """Strokes, and lines of text by the place of their baseline, over the whole width of a row."""

    height: float
    strokes: tuple[Stroke, ...]
    lines: tuple[tuple[float, float, SetLine], ...]


class Row(NamedTuple):
    """Cells side by side. `keep`: not parted from the next row; `whole`: not cut; `head` comes again on a new page;
    rows of one `frame` share a box; `on_new_page` takes this row's place at the top of a page."""

    cells: tuple[Cell, ...]
    before: float = 0.0
    after: float = 0.0
    pad: float = 0.0
    keep: bool = False
    whole: bool = False
    new_page: bool = False
    frame: int = 0
    rule: Rule | None = None
    top: Rule | None = None
    head: Row | None = None
    on_new_page: Row | None = None
    drawing: Drawing | None = None

    def changed(self, **fields: Any) -> Row:
        return self._replace(**fields)

    @property
    def height(self) -> float:
        drawn = self.drawing.height if self.drawing else 0.0
        return max([cell.height for cell in self.cells], default=drawn) + 2 * self.pad

    @property
    def least(self) -> float:
        """The height that must fit for the row to begin on a page."""
        if self.whole:
            return self.height
        return max([sum([line.leading for line in cell.lines[:2]]) for cell in self.cells], default=0.0) + 2 * self.pad


class Page:
    """What is to be drawn: lines with the baseline of each, rules, and frames."""

    def __init__(self) -> None:
        self.lines: list[tuple[float, float, SetLine]] = []
        self.rules: list[tuple[Rule, float]] = []
        self.frames: list[tuple[float, float]] = []
        self.strokes: list[Stroke] = []
        self.width: tuple[float, float] = (64.0, 517.28)

    def operators(self) -> str:
        """The page's content stream."""
        start, end = self.width
        out = ["q"]
        for top, bottom in self.frames:
            out.append(f"{WASH} g {start:.2f} {bottom:.2f} {end - start:.2f} {top - bottom:.2f} re f")
            out.append(f"0.25 G 0.7 w {start:.2f} {bottom:.2f} {end - start:.2f} {top - bottom:.2f} re S")
        for rule, y in self.rules:
            out.append(f"{rule.ink:g} G {rule.weight:g} w {rule.start:.2f} {y:.2f} m {rule.end:.2f} {y:.2f} l S")
        out += [_path(stroke) for stroke in self.strokes]
        out.append("Q BT")
        font: tuple[str, float] = ("", 0.0)
        ink = -1.0
        here = there = 0.0
        for x, y, (runs, shift, size, _, grey, _, _) in self.lines:
            if grey != ink:
                ink = grey
                out.append(f"{ink:g} g")
            x += shift
            out.append(f"{x - here:.2f} {y - there:.2f} Td")
            here, there = x, y
            for key, shown in runs:
                if (key, size) != font:
                    font = (key, size)
                    out.append(f"/{key} {size:g} Tf")
                out.append(f"[({shown})]TJ")
        out.append("ET")
        return "\n".join(out)


def _path(stroke: Stroke) -> str:
    """The operators of one stroke; its points are in the page's own coordinates by now."""
    (x, y), *rest = stroke.points
    way = " ".join([f"{x:.2f} {y:.2f} m", *(f"{x:.2f} {y:.2f} l" for x, y in rest)])
    return f"[{stroke.dash}] 0 d {stroke.ink:g} G {stroke.weight:g} w {way} S [] 0 d"


class Flow:
    """The pages so far and the place reached on the last one."""

    def __init__(self, top: float, bottom: float) -> None:
        self.top, self.bottom = top, bottom
        self.pages = [Page()]
        self.y = top
        self.frame = 0
        self.frame_top = 0.0

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def fresh(self) -> bool:
        return self.y == self.top

    def turn(self) -> None:
        """Go to a new page; a frame that is open is closed here and opened there."""
        if self.frame:
            self.page.frames.append((self.frame_top, self.y - FRAME_PAD))
        self.pages.append(Page())
        self.y = self.top
        if self.frame:
            self.frame_top = self.top
            self.y -= FRAME_PAD

    def frame_to(self, frame: int) -> None:
        """Close the frame that is open, and open the one asked for, if it is another."""
        if frame == self.frame:
            return
        if self.frame:
            self.page.frames.append((self.frame_top, self.y - FRAME_PAD))
            self.y -= FRAME_PAD + FRAME_GAP
        self.frame = frame
        if frame:
            self.y -= 0.0 if self.fresh else FRAME_GAP
            self.frame_top = self.y
            self.y -= FRAME_PAD

    def put(self, row: Row) -> None:
        """Draw the row here, whole."""
        if row.top:
            self.page.rules.append((row.top, self.y))
        self.y -= row.pad
        first = max([cell.lines[0].drop for cell in row.cells if cell.lines], default=0.0)
        for cell in row.cells:
            y = self.y - (first - cell.lines[0].drop if cell.lines else 0.0)
            for line in cell.lines:
                self._line(cell.left, y, line)
                y -= line.leading
        if row.drawing:
            self._drawn(row.drawing)
        self.y -= row.height - row.pad
        if row.rule:
            self.page.rules.append((row.rule, self.y))

    def _drawn(self, drawing: Drawing) -> None:
        for stroke in drawing.strokes:
            points = tuple((x, self.y - down) for x, down in stroke.points)
            self.page.strokes.append(stroke._replace(points=points))
        self.page.lines += [(x, self.y - down, line) for x, down, line in drawing.lines]

    def _line(self, left: float, top: float, line: SetLine) -> None:
        y = top - line.drop
        if line.rule:
            self.page.rules.append((Rule(left, left + line.rule, 0.4, 0.55), y))
        if line.mark:
            self.page.lines.append((left, y, line.mark))
        if line.runs:
            self.page.lines.append((left, y, line))


def paginate(rows: Sequence[Row], top: float, bottom: float) -> list[Page]:
    """Place rows from `top` down to `bottom` on as many pages as it takes."""
    flow = Flow(top, bottom)
    kept = False
    for index, row in enumerate(rows):
        if row.new_page:
            flow.frame_to(0)
            if not flow.fresh:
                flow.turn()
            continue
        if row.frame != flow.frame:
            _reframe(flow, row, _chain(rows, index))
        need = row.before + (row.least if kept else _chain(rows, index))
        if flow.y - need < bottom and not flow.fresh and (not kept or flow.y - row.before - row.least < bottom):
            _turn(flow, row)
        _place(flow, row)
        kept = row.keep
    flow.frame_to(0)
    return flow.pages


def _reframe(flow: Flow, row: Row, need: float) -> None:
    """Close the frame that is open and open the row's, on a new page if its first words do not fit on this one."""
    flow.frame_to(0)
    edge = FRAME_GAP + 2 * FRAME_PAD
    if row.frame and not flow.fresh and flow.y - row.before - edge - need < flow.bottom:
        flow.turn()
    flow.frame_to(row.frame)


def _chain(rows: Sequence[Row], index: int) -> float:
    """The height of the row and of what must not be parted from it."""
    need = 0.0
    for at in range(index, len(rows)):
        row = rows[at]
        need += row.before if at > index else 0.0
        if not row.keep:
            return need + row.least
        need += row.height + row.after
    return need


def _turn(flow: Flow, row: Row) -> None:
    flow.turn()
    if row.head:
        flow.put(row.head)


def _place(flow: Flow, row: Row) -> None:
    """Put the row, cut over as many pages as it needs."""
    if row.on_new_page and flow.fresh:
        row = row.on_new_page
    if not flow.fresh:
        flow.y -= row.before
    turned = flow.fresh
    while flow.y - row.height < flow.bottom - 0.01:
        head, rest = _cut(row, flow.y - flow.bottom)
        if head is None and turned:
            break  # higher than a page and not to be cut: better over the edge than endless
        if head is not None:
            flow.put(head)
            row = rest
        _turn(flow, row)
        turned = True
    flow.put(row)
    flow.y -= row.after


def _cut(row: Row, room: float) -> tuple[Row | None, Row]:
    """What fits and what is left: never a lone first line here, never a lone last line there."""
    if row.whole:
        return None, row
    heads, rests = [], []
    for cell in row.cells:
        count = _fitting(cell, room - 2 * row.pad)
        if count < min(2, len(cell.lines)):
            return None, row
        heads.append(Cell(cell.left, cell.lines[:count]))
        rests.append(Cell(cell.left, cell.lines[count:]))
    return row.changed(cells=tuple(heads), rule=None, after=0.0), row.changed(cells=tuple(rests), top=None, before=0.0)


def _fitting(cell: Cell, room: float) -> int:
    count = 0
    for line in cell.lines:
        room -= line.leading
        if room < -0.01:
            break
        count += 1
    return count - 1 if len(cell.lines) - count == 1 else count
