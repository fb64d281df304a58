"""The report as one self-contained HTML page."""

from collections.abc import Sequence
from html import escape

from app.load.plots import Series, bars, lines
from app.load.run import Run
from app.load.summary import rows
from app.load.trace import Breach

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1d2a22; --paper: #fbfaf6; --faint: #5f6a63; --rule: #dfe3dc; --bad: #b3261e;
  --s0: #1f7a4d; --s1: #b4541a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8ede9; --paper: #151b17; --faint: #a3aea7; --rule: #303a33; --bad: #ff8a80;
    --s0: #5cc78f; --s1: #ee9a5f;
  }
}
body {
  margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
  background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; margin-bottom: .2rem }
h2 { font-size: 1.2rem; margin-top: 2.5rem }
p.plan { color: var(--faint); margin-top: 0 }
.verdict { border-left: .4rem solid var(--s0); padding: .4rem 1rem; font-weight: 600 }
.verdict.broken { border-color: var(--bad) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td {
  text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid var(--rule);
}
th { font-weight: 500 }
thead th { font-weight: 700 }
.plots { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)) }
@media (max-width: 24rem) { .plots { grid-template-columns: 1fr } }
figure { margin: 0 }
figcaption { font-weight: 600 }
small { color: var(--faint); font-weight: 400 }
svg { width: 100%; height: auto; display: block }
svg text { fill: var(--faint); font-size: 15px }
.rule { stroke: var(--rule) }
.line { fill: none; stroke-width: 2.5 }
.line.s0 { stroke: var(--s0) }
.line.s1 { stroke: var(--s1) }
.bar { fill: var(--s0) }
.key { font-weight: 400; font-size: .85rem; margin-left: 1rem }
.key::before { content: "\\2501  " }
.key.s0 { color: var(--s0) }
.key.s1 { color: var(--s1) }
pre { font-size: .8rem; line-height: 1.4; padding: 1rem; border: 1px solid var(--rule) }
"""


def page(runs: Sequence[Run]) -> str:
    """Return the page that compares *runs* side by side."""
    names = " and ".join(run.plan.scenario for run in runs)
    breaches = [breach for run in runs for breach in run.breaches]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Load: {escape(names)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>Load: {escape(names)}</h1>{_plan(runs[-1])}{_verdict(breaches)}{_table(runs)}"
        f"{''.join(map(_plots, runs))}{''.join(map(_breach, breaches))}</main></body></html>\n"
    )


def _plan(run: Run) -> str:
    plan = run.plan
    how = f"{plan.rate:g} ops a second" if plan.rate else f"closed loop, window {plan.window}"
    words = (
        f"{plan.url} · {plan.accounts} accounts with {plan.tabs} tabs · {plan.seconds:g} s · {how}"
        f" · {plan.processes} process{'es' if plan.processes > 1 else ''} · seed {plan.seed}"
        f" · {plan.transport}{' · chaos' if plan.is_chaotic else ''}"
        f"{' · cut short' if run.is_cut_short else ''}"
    )
    return f'<p class="plan">{escape(words)}</p>'


def _verdict(breaches: Sequence[Breach]) -> str:
    if not breaches:
        return '<p class="verdict">Every promise was kept.</p>'
    return f'<p class="verdict broken">{len(breaches)} promises were broken.</p>'


def _table(runs: Sequence[Run]) -> str:
    heads = "".join(f'<th scope="col">{escape(run.plan.scenario)}</th>' for run in runs)
    body = "".join(_row(name, values) for name, *values in rows(runs))
    return (
        '<div class="scroll" role="region" aria-label="Figures" tabindex="0"><table>'
        f"<thead><tr><td></td>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(name: str, values: Sequence[str]) -> str:
    cells = "".join(f"<td>{escape(value)}</td>" for value in values)
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'


def _plots(run: Run) -> str:
    points, figures = run.points, run.figures
    rates = Series("ops", [(p.at_s, p.tick.done / p.took_s) for p in points])
    sockets = Series("sockets", [(p.at_s, p.sockets) for p in points])
    latencies = [_latency(run, f"p{100 * share:g}", share) for share in (0.5, 0.99)]
    cpu = [(p.at_s, 100 * p.server.cpu_s / p.took_s if p.server else None) for p in points]
    memory = [(p.at_s, p.server.memory_kib / 1024 if p.server else None) for p in points]
    return (
        f'<h2>{escape(run.plan.scenario)}</h2><div class="plots">'
        f"{lines('Throughput', 'ops a second', [rates])}"
        f"{lines('Answers', 'ms', latencies)}"
        f"{bars('How long answers took', 'ms, answers in each', figures.tick.answers.buckets)}"
        f"{lines('Sockets', 'open', [sockets])}"
        f"{lines('Server CPU', '% of a core', [Series('CPU', cpu)])}"
        f"{lines('Server memory', 'MiB', [Series('resident', memory)])}</div>"
    )


def _latency(run: Run, name: str, share: float) -> Series:
    answers = ((p.at_s, p.tick.answers) for p in run.points)
    return Series(name, [(at_s, seen.at(share) if len(seen) else None) for at_s, seen in answers])


def _breach(breach: Breach) -> str:
    frames = escape("\n".join(breach.frames))
    return (
        f"<h2>{escape(breach.account)}</h2><p>{escape(breach.what)}</p>"
        f'<div class="scroll"><pre tabindex="0">{frames}</pre></div>'
    )
