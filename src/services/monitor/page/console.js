import { FlowView } from './flow-view.js'
import { formatCount, plural } from './format.js'
import { TraceList } from './trace-list.js'
import { TraceView } from './trace-view.js'

const tracesShown = 100

const find = (id) => document.getElementById(id)
const form = find('filter')
const resource = find('resource')
const pause = find('pause')

const flow = new FlowView(find('flow'), { onChoose: filterBy })
const list = new TraceList({
  list: find('trace-list'),
  empty: find('no-traces'),
  onChoose: openTrace,
})
const view = new TraceView(find('trace-view'), { fetchPayload })

const shown = { traceId: traceInAddress(), busy: false, again: false }

view.showNothing('Choose a trace.')
form.addEventListener('input', () => void refresh())
form.addEventListener('submit', (event) => event.preventDefault())
pause.addEventListener('click', togglePause)
addEventListener('hashchange', () => {
  shown.traceId = traceInAddress()
  void refresh()
})
document.addEventListener('visibilitychange', () => void refresh())
watch()
await refresh()
if (traceInAddress()) bringTraceIntoView()

function watch() {
  const events = new EventSource(addressOf('live'))
  events.addEventListener('open', () => showConnection('live', 'Live'))
  events.addEventListener('error', () => {
    const ended = events.readyState === EventSource.CLOSED
    showConnection(
      'lost',
      ended ? 'Stopped: open the new address' : 'Connection lost, trying again',
    )
  })
  events.addEventListener('flow', (event) => {
    const graph = JSON.parse(event.data)
    flow.update(graph)
    showTotals(graph)
    if (!document.hidden && pause.getAttribute('aria-pressed') === 'false') void refresh()
  })
}

/** Asks for the list and the open trace again: one request at a time, and a last one after the last change. */
async function refresh() {
  if (shown.busy) {
    shown.again = true
    return
  }
  shown.busy = true
  do {
    shown.again = false
    try {
      await refreshList()
      await refreshTrace()
    } catch {
      // The page says at its top that the connection is lost; the next event asks again.
    }
  } while (shown.again)
  shown.busy = false
}

async function refreshList() {
  const filter = new FormData(form)
  const query = new URLSearchParams({ limit: String(tracesShown) })
  if (resource.value.trim()) query.set('resource', resource.value.trim())
  if (filter.get('status')) query.set('status', filter.get('status'))
  const traces = await fetchJson(`traces?${query}`)
  // The first one seen stays open until another is chosen.
  shown.traceId ??= traces[0]?.traceId
  list.update(traces, { filtered: query.size > 1 })
  flow.choose(resource.value.trim() || undefined)
}

async function refreshTrace() {
  const { traceId } = shown
  if (!traceId) return
  list.choose(traceId)
  try {
    view.show(await fetchJson(`traces/${encodeURIComponent(traceId)}`))
  } catch (error) {
    if (error.status !== 404) throw error
    view.showNothing('This trace is not kept, or nothing of it has happened yet.')
  }
}

function openTrace(traceId) {
  shown.traceId = traceId
  // Only the fragment changes: the address with the token stays.
  history.replaceState(null, '', `#trace=${traceId}`)
  void refresh()
  bringTraceIntoView()
}

// On a narrow page the trace lies below everything else.
function bringTraceIntoView() {
  if (matchMedia('(max-width: 60rem)').matches) find('trace').scrollIntoView()
}

function filterBy(name) {
  resource.value = resource.value === name ? '' : name
  void refresh()
}

function togglePause() {
  const paused = pause.getAttribute('aria-pressed') === 'false'
  pause.setAttribute('aria-pressed', String(paused))
  pause.textContent = paused ? 'Continue' : 'Pause'
  if (!paused) void refresh()
}

function showConnection(state, text) {
  const connection = find('connection')
  connection.dataset.state = state
  connection.textContent = text
}

function showTotals(graph) {
  const sum = (key) => graph.nodes.reduce((total, node) => total + node[key], 0)
  const parts = [plural(sum('count'), 'hop'), `${formatCount(sum('errors'))} failed`]
  if (graph.dropped.spans > 0) parts.push(`${formatCount(graph.dropped.spans)} not kept`)
  if (graph.omitted > 0) parts.push(`${formatCount(graph.omitted)} not on the map`)
  find('totals').textContent = parts.join(' · ')
}

function traceInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get('trace') ?? undefined
}

async function fetchPayload(id) {
  const { text } = await fetchJson(`payloads/${encodeURIComponent(id)}`)
  return text
}

async function fetchJson(path) {
  const response = await fetch(addressOf(path))
  if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status })
  return response.json()
}

// The token is part of the address this file came from.
function addressOf(path) {
  return new URL(`./api/${path}`, import.meta.url)
}
