import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { RunSummary } from '../../engines/workflow/run-history.ts'
import { writeJson } from '../../languages/workflow-expression/json-text.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { runActionNotFound, runNotFound, runNotRunning } from './errors.ts'
import { runsPageDefault, runsPageMax } from './limits.ts'
import type { LogicApp } from './logic-app.ts'
import { listOf, type ManagementAnswer, type ManagementCall } from './management-call.ts'
import { parseRunFilter } from './run-filter.ts'
import { readHeader } from './run-header.ts'
import { resubmit } from './run-resubmit.ts'
import {
  actionStates,
  actionView,
  repetitionName,
  runView,
  type ActionState,
  type ViewOf,
} from './run-view.ts'
import type { WorkflowHost } from './workflow-host.ts'

export async function listRuns(call: ManagementCall): Promise<ManagementAnswer> {
  const host = call.app.host(call.names['workflow'] ?? '')
  return page(call, host, () => true)
}

/** The events of a trigger that started a run: each is named by its run. */
export async function listHistories(call: ManagementCall): Promise<ManagementAnswer> {
  const host = call.app.host(call.names['workflow'] ?? '')
  const trigger = call.names['trigger']?.toLowerCase()
  return page(call, host, (run) => readHeader(run.header).trigger.name.toLowerCase() === trigger)
}

export async function getRun(call: ManagementCall): Promise<ManagementAnswer> {
  const { view, run } = await runOf(call)
  const body = runView(view, run)
  const expand = call.url.searchParams.get('$expand') ?? ''
  if (!/actions/i.test(expand)) return { status: 200, body }
  const states = actionStates(await call.app.engine.history.events(view.host.key, run.id))
  const actions: JsonObject = {}
  for (const state of states) {
    if (state.repetition !== '') continue
    const { properties } = actionView(view, state)
    actions[state.name] = properties ?? null
  }
  const properties = isJsonObject(body['properties']) ? body['properties'] : {}
  return { status: 200, body: { ...body, properties: { ...properties, actions } } }
}

/** https://learn.microsoft.com/rest/api/logic/workflow-runs/cancel */
export async function cancelRun(call: ManagementCall): Promise<ManagementAnswer> {
  const { run } = await runOf(call)
  const active = call.app.engine.active(run.id)
  if (!active) throw runNotRunning(run.id)
  active.run.finish({ status: 'Cancelled' })
  await active.ended
  return { status: 200 }
}

export async function resubmitRun(call: ManagementCall): Promise<ManagementAnswer> {
  const { view, run } = await runOf(call)
  const runId = await resubmit({ app: call.app, host: view.host, run }, actionsOf(call.body))
  return { status: 202, headers: { 'x-ms-workflow-run-id': runId } }
}

export async function listActions(call: ManagementCall): Promise<ManagementAnswer> {
  const { view, states } = await statesOf(call)
  const value = states
    .filter(({ repetition }) => repetition === '')
    .map((state) => actionView(view, state))
  return { status: 200, body: listOf(value) }
}

export async function getAction(call: ManagementCall): Promise<ManagementAnswer> {
  const { view, states } = await statesOf(call)
  const name = call.names['action'] ?? ''
  const own = named(states, name)
  const [first] = own
  if (!first) throw runActionNotFound(view.runId, name)
  const whole = own.find(({ repetition }) => repetition === '')
  if (whole) return { status: 200, body: actionView(view, whole) }
  // An action of a loop has no record of its own: its repetitions have.
  const body = actionView(view, { ...first, repetition: '' })
  const properties = isJsonObject(body['properties']) ? body['properties'] : {}
  const { inputs: _, outputs: __, inputsLink: ___, outputsLink: ____, ...rest } = properties
  return { status: 200, body: { ...body, properties: { ...rest, repetitionCount: own.length } } }
}

export async function listRepetitions(call: ManagementCall): Promise<ManagementAnswer> {
  const { view, states } = await statesOf(call)
  const value = named(states, call.names['action'] ?? '')
    .filter(({ repetition }) => repetition !== '')
    .map((state) => actionView(view, state, 'workflows/runs/actions/repetitions'))
  return { status: 200, body: listOf(value) }
}

export async function getRepetition(call: ManagementCall): Promise<ManagementAnswer> {
  const { view, states } = await statesOf(call)
  const state = repetitionOf(states, call.names)
  if (!state) throw runActionNotFound(view.runId, call.names['action'] ?? '')
  return { status: 200, body: actionView(view, state, 'workflows/runs/actions/repetitions') }
}

/** Inputs or outputs that a link led to. */
export async function getContent(call: ManagementCall): Promise<ManagementAnswer> {
  const { view, run } = await runOf(call)
  const part = call.names['part'] === 'inputs' ? 'inputs' : 'outputs'
  const value = await contentOf(call, { view, run, part })
  return { status: 200, body: value === undefined ? null : parseJson(writeJson(value)) }
}

async function contentOf(
  call: ManagementCall,
  from: { view: ViewOf; run: RunSummary; part: 'inputs' | 'outputs' },
): Promise<Value | undefined> {
  const { view, run, part } = from
  const { action } = call.names
  if (action === undefined) {
    const { trigger } = readHeader(run.header)
    return view.host.trigger(trigger.name)?.secure[part] ? undefined : trigger[part]
  }
  const states = actionStates(await call.app.engine.history.events(view.host.key, run.id))
  const isSecure = view.host.workflow.actions.get(action.toLowerCase())?.secure[part]
  const state = repetitionOf(states, call.names)
  if (!state) throw runActionNotFound(run.id, action)
  return isSecure ? undefined : state.record?.[part]
}

async function page(
  { app, url }: ManagementCall,
  host: WorkflowHost,
  matches: (run: RunSummary) => boolean,
): Promise<ManagementAnswer> {
  const filter = parseRunFilter(url.searchParams.get('$filter'))
  const top = Number(url.searchParams.get('$top') ?? runsPageDefault)
  const limit = Math.min(Number.isInteger(top) && top > 0 ? top : runsPageDefault, runsPageMax)
  const after = url.searchParams.get('$skiptoken')
  const { runs, next } = await app.engine.history.list({
    workflow: host.key,
    limit,
    matches: (run) => matches(run) && (filter?.(run) ?? true),
    ...(after === null ? {} : { after }),
  })
  const value = runs.map((run) => runView(viewOf(app, host, run), run))
  if (next === undefined) return { status: 200, body: listOf(value) }
  const link = new URL(url)
  link.searchParams.set('$skiptoken', next)
  return { status: 200, body: listOf(value, link.href) }
}

async function runOf(
  call: ManagementCall,
): Promise<{ readonly view: ViewOf; readonly run: RunSummary }> {
  const { app, names } = call
  const host = app.host(names['workflow'] ?? '')
  const runId = names['run'] ?? ''
  const run = await app.engine.history.find(host.key, runId)
  if (!run) throw runNotFound(host.workflow.name, runId)
  return { view: viewOf(app, host, run), run }
}

function viewOf(app: LogicApp, host: WorkflowHost, run: RunSummary): ViewOf {
  const { clientTrackingId } = readHeader(run.header)
  return { app, host, runId: run.id, clientTrackingId }
}

async function statesOf(
  call: ManagementCall,
): Promise<{ readonly view: ViewOf; readonly states: readonly ActionState[] }> {
  const { view, run } = await runOf(call)
  const events = await call.app.engine.history.events(view.host.key, run.id)
  return { view, states: actionStates(events) }
}

function named(states: readonly ActionState[], name: string): ActionState[] {
  const lower = name.toLowerCase()
  return states.filter((state) => state.name.toLowerCase() === lower)
}

function repetitionOf(
  states: readonly ActionState[],
  names: ManagementCall['names'],
): ActionState | undefined {
  const wanted = names['repetition']
  return named(states, names['action'] ?? '').find(({ repetition }) =>
    wanted === undefined ? repetition === '' : repetitionName(repetition) === wanted,
  )
}

/** `{"actionsToResubmit": [{"name": "Send"}]}`; nothing means the whole run. */
function actionsOf(body: JsonValue | undefined): string[] {
  const list = isJsonObject(body) ? body['actionsToResubmit'] : undefined
  if (!Array.isArray(list)) return []
  return list.flatMap((each) => {
    if (typeof each === 'string') return [each]
    const name = isJsonObject(each) ? each['name'] : undefined
    return typeof name === 'string' ? [name] : []
  })
}
