import { element, hueOf } from './element.js'
import { formatMs, formatTime, plural } from './format.js'
import { prettyPayload } from './payload.js'

/** One trace as a waterfall; a hop opens to its payload and its lines. */
export class TraceView {
  constructor(container, { fetchPayload }) {
    this.container = container
    this.fetchPayload = fetchPayload
    this.open = new Set()
    this.traceId = undefined
    this.version = ''
  }

  showNothing(text) {
    this.traceId = undefined
    this.version = ''
    this.container.replaceChildren(
      element('h2', { id: 'trace-title' }, 'Trace'),
      element('p', { class: 'empty' }, text),
    )
  }

  show(trace) {
    const version = `${trace.traceId} ${trace.rows.length} ${trace.durationMs} ${trace.logs.length}`
    if (version === this.version) return
    if (trace.traceId !== this.traceId) this.open.clear()
    this.traceId = trace.traceId
    this.version = version
    const rows = element('ol', { class: 'hops' })
    for (const row of trace.rows) rows.append(this.hop(row, trace))
    this.container.replaceChildren(
      this.head(trace),
      element('div', { class: 'waterfall' }, axis(trace.durationMs), rows),
    )
  }

  head(trace) {
    const [first] = trace.rows
    const failed = trace.rows.filter((row) => row.status === 'error').length
    const facts = [
      formatTime(first.span.startMs),
      plural(trace.rows.length, 'hop'),
      formatMs(trace.durationMs),
    ]
    return element(
      'div',
      { class: 'trace-head' },
      element(
        'h2',
        { id: 'trace-title' },
        element('span', { class: 'operation' }, first.span.operation),
        ' ',
        first.span.resource,
      ),
      element(
        'p',
        { class: 'facts' },
        facts.join(' · '),
        failed > 0 ? element('span', { class: 'failed' }, ` · ${failed} failed`) : undefined,
        trace.truncated ? ' · there is more than is shown' : undefined,
      ),
      element('p', { class: 'trace-id' }, trace.traceId),
    )
  }

  hop(row, trace) {
    const { span } = row
    const detailId = `hop-${span.spanId}`
    const logs = trace.logs.filter((line) => line.spanId === span.spanId)
    const detail = element('div', { class: 'hop-detail', id: detailId, hidden: true })
    const button = element(
      'button',
      {
        type: 'button',
        class: 'hop-row',
        'aria-expanded': 'false',
        'aria-controls': detailId,
        onclick: () => this.toggle({ button, detail, row, logs }),
      },
      element(
        'span',
        { class: 'hop-label', '--depth': String(Math.min(row.depth, 12)) },
        element('span', { class: 'hop-service' }, span.service),
        element('span', { class: 'hop-what' }, row.label),
      ),
      bar(row, trace.durationMs),
      element('span', { class: 'hop-took' }, formatMs(row.durationMs)),
    )
    const item = element(
      'li',
      { class: row.status === 'error' ? 'hop failing' : 'hop', '--hue': hueOf(span.service) },
      button,
      row.reason
        ? element(
            'p',
            { class: 'hop-reason', '--depth': String(Math.min(row.depth, 12)) },
            row.reason,
          )
        : undefined,
      detail,
    )
    if (this.open.has(span.spanId)) this.toggle({ button, detail, row, logs })
    return item
  }

  toggle({ button, detail, row, logs }) {
    const opens = detail.hidden
    detail.hidden = !opens
    button.setAttribute('aria-expanded', String(opens))
    if (!opens) {
      this.open.delete(row.span.spanId)
      return
    }
    this.open.add(row.span.spanId)
    if (detail.childElementCount === 0) detail.append(...this.detailOf(row, logs))
  }

  detailOf(row, logs) {
    const { span } = row
    const parts = [
      element(
        'p',
        { class: 'facts' },
        `starts ${formatMs(row.offsetMs)} after the first · ${formatTime(span.startMs)} · span ${span.spanId}`,
      ),
    ]
    if (span.links?.length) {
      parts.push(element('p', { class: 'facts' }, `continues ${plural(span.links.length, 'item')}`))
    }
    if (logs.length > 0) parts.push(logLines(logs))
    if (span.payload) parts.push(this.payload(span.payload))
    else parts.push(element('p', { class: 'facts' }, 'No payload.'))
    return parts
  }

  payload(reference) {
    const text = element('pre', { class: 'payload', tabindex: '0', 'aria-label': 'Payload' }, '…')
    this.fetchPayload(reference.id).then(
      (payload) => text.replaceChildren(prettyPayload(payload, reference.chars)),
      () => text.replaceChildren('This payload is not kept any more.'),
    )
    return text
  }
}

function bar(row, totalMs) {
  const share = (ms) => `${totalMs > 0 ? (ms / totalMs) * 100 : 0}%`
  return element(
    'span',
    { class: 'hop-track', 'aria-hidden': 'true' },
    element('span', {
      class: 'hop-bar',
      '--start': share(row.offsetMs),
      '--length': share(row.durationMs),
    }),
  )
}

function axis(totalMs) {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    element('span', { '--at': String(share) }, share === 0 ? '0' : formatMs(totalMs * share)),
  )
  return element('div', { class: 'axis', 'aria-hidden': 'true' }, element('div', {}, ...ticks))
}

function logLines(logs) {
  const lines = logs.map((line) =>
    element(
      'li',
      { 'data-level': line.level },
      element('time', {}, formatTime(line.timeMs)),
      element('span', { class: 'level' }, line.level),
      element('span', { class: 'message' }, line.message),
    ),
  )
  return element('ol', { class: 'logs', 'aria-label': 'Log lines' }, ...lines)
}
