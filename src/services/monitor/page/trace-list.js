import { element, hueOf } from './element.js'
import { formatMs, formatTime, plural } from './format.js'

/** The list of recent traces: rows stay the same elements while the list moves, so that the focus stays. */
export class TraceList {
  constructor({ list, empty, onChoose }) {
    this.list = list
    this.empty = empty
    this.onChoose = onChoose
    this.rows = new Map()
    this.chosen = undefined
    list.addEventListener('keydown', (event) => this.onKey(event))
  }

  update(traces, { filtered }) {
    const rows = traces.map((trace) => this.rowOf(trace))
    this.rows = new Map(rows.map((row, index) => [traces[index].traceId, row]))
    this.place(rows)
    this.empty.hidden = rows.length > 0
    this.empty.textContent = filtered ? 'No trace matches the filter.' : 'No traces yet.'
    this.choose(this.chosen)
  }

  choose(traceId) {
    this.chosen = traceId
    for (const [id, row] of this.rows) {
      const button = row.firstElementChild
      if (id === traceId) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    }
  }

  // Only what is new or has moved is touched: the browser would drop the focus of a row that is put back.
  place(rows) {
    const kept = new Set(rows)
    for (const row of this.list.querySelectorAll(':scope > li')) if (!kept.has(row)) row.remove()
    for (const [index, row] of rows.entries()) {
      const at = this.list.children[index]
      if (at !== row) this.list.insertBefore(row, at ?? null)
    }
  }

  rowOf(trace) {
    const version = `${trace.spans} ${trace.durationMs} ${trace.errors}`
    const known = this.rows.get(trace.traceId)
    if (known?.version === version) return known
    const row = known ?? element('li')
    row.version = version
    const hadFocus = row.contains(document.activeElement)
    row.replaceChildren(this.buttonOf(trace))
    if (hadFocus) row.firstElementChild.focus()
    return row
  }

  buttonOf(trace) {
    const failed = trace.errors > 0
    return element(
      'button',
      {
        type: 'button',
        class: failed ? 'trace-row failing' : 'trace-row',
        '--hue': hueOf(trace.service),
        onclick: () => this.onChoose(trace.traceId),
      },
      element('span', { class: 'mark', 'aria-hidden': 'true' }),
      element(
        'span',
        { class: 'what' },
        element('span', { class: 'operation' }, trace.operation),
        ' ',
        element('span', { class: 'resource', title: trace.resource }, shortName(trace.resource)),
      ),
      element('span', { class: 'took' }, formatMs(trace.durationMs)),
      element(
        'span',
        { class: 'when' },
        `${formatTime(trace.startMs)} · ${plural(trace.spans, 'hop')}`,
        failed ? element('span', { class: 'failed' }, ` · ${trace.errors} failed`) : undefined,
      ),
      trace.reason
        ? element('span', { class: failed ? 'why failed' : 'why' }, trace.reason)
        : undefined,
    )
  }

  onKey(event) {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key]
    const row = event.target.closest('li')
    const next = step && row?.[step]?.firstElementChild
    if (!next) return
    event.preventDefault()
    next.focus()
    next.click()
  }
}

// `account/container/blob`: what tells one from the next is its end.
function shortName(resource) {
  const parts = resource.split('/')
  return parts.length > 2 ? `…/${parts.at(-1)}` : resource
}
