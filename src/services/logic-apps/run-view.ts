import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { ActionRecord } from '../../engines/workflow/action-record.ts'
import type { RunEvent } from '../../engines/workflow/run-events.ts'
import type { RunSummary } from '../../engines/workflow/run-history.ts'
import { writeJson } from '../../languages/workflow-expression/json-text.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { inlineContentBytesMax } from './limits.ts'
import { readHeader } from './run-header.ts'
import { timeText } from './time-text.ts'
import { toJson } from './workflow-value.ts'
import type { WorkflowHost } from './workflow-host.ts'
import type { LogicApp } from './logic-app.ts'

/** What a view is made for: whose run it is and where its contents are asked for. */
export interface ViewOf {
  readonly app: LogicApp
  readonly host: WorkflowHost
  readonly runId: string
  readonly clientTrackingId: string
}

/** An action of a run, as the log has it: one that goes on has no record. */
export interface ActionState {
  readonly name: string
  readonly repetition: string
  readonly record?: ActionRecord
  readonly startMs: number
  readonly saved?: Value
}

/** The actions of a run by name and repetition, from its log. */
export function actionStates(events: readonly RunEvent[]): readonly ActionState[] {
  const states = new Map<string, ActionState>()
  for (const event of events) {
    const { name, repetition } = event
    const key = `${name}\n${repetition}`
    if (event.kind === 'ended') {
      const { record } = event
      states.set(key, { name, repetition, record, startMs: record.startMs })
    } else if (!states.has(key)) {
      states.set(key, { name, repetition, startMs: event.startMs, saved: event.state })
    }
  }
  return [...states.values()]
}

/** https://learn.microsoft.com/rest/api/logic/workflow-runs/get */
export function runView(view: ViewOf, run: RunSummary): JsonObject {
  const { host, app } = view
  const header = readHeader(run.header)
  const { trigger } = header
  const definition = host.trigger(trigger.name)
  const id = `${app.resourceId}/workflows/${host.workflow.name}/runs/${run.id}`
  return {
    id,
    name: run.id,
    type: 'workflows/runs',
    properties: {
      waitEndTime: timeText(run.startMs),
      startTime: timeText(run.startMs),
      ...(run.end ? { endTime: timeText(run.end.endMs) } : {}),
      status: run.end?.status ?? 'Running',
      ...(run.end?.error ? { code: run.end.error.code, error: { ...run.end.error } } : {}),
      correlation: { clientTrackingId: header.clientTrackingId },
      workflow: {
        id: `${app.resourceId}/workflows/${host.workflow.name}/versions/${run.definition}`,
        name: run.definition,
        type: 'workflows/versions',
      },
      trigger: {
        name: trigger.name,
        ...contentOf(
          view,
          { place: 'trigger', value: trigger.inputs, isSecure: definition?.secure.inputs },
          'inputs',
        ),
        ...contentOf(
          view,
          { place: 'trigger', value: trigger.outputs, isSecure: definition?.secure.outputs },
          'outputs',
        ),
        startTime: timeText(trigger.startMs),
        endTime: timeText(trigger.endMs),
        ...(trigger.scheduledMs === undefined
          ? {}
          : { scheduledTime: timeText(trigger.scheduledMs) }),
        originHistoryName: header.originRunId,
        correlation: { clientTrackingId: header.clientTrackingId },
        trackingId: trigger.trackingId,
        code: trigger.code,
        status: 'Succeeded',
      },
      outputs: {},
    },
  }
}

/** https://learn.microsoft.com/rest/api/logic/workflow-run-actions/get */
export function actionView(
  view: ViewOf,
  state: ActionState,
  kind = 'workflows/runs/actions',
): JsonObject {
  const { app, host, runId } = view
  const { name, repetition, record } = state
  const base = `${app.resourceId}/workflows/${host.workflow.name}/runs/${runId}/actions/${name}`
  const key = repetitionName(repetition)
  const isRepetition = kind !== 'workflows/runs/actions'
  return {
    id: isRepetition ? `${base}/repetitions/${key}` : base,
    name: isRepetition ? key : name,
    type: kind,
    properties: {
      ...(isRepetition ? { repetitionIndexes: indexesOf(host, state) } : {}),
      startTime: timeText(state.startMs),
      ...(record ? endedProperties(view, state, record) : { status: 'Running' }),
      correlation: {
        actionTrackingId: record?.spanId ?? '',
        clientTrackingId: view.clientTrackingId,
      },
      canResubmit: repetition === '',
    },
  }
}

/** `000003` or `000003-000000`: how the service names the iterations that an action ran in. */
export function repetitionName(repetition: string): string {
  return repetition
    .split('/')
    .map((index) => index.padStart(6, '0'))
    .join('-')
}

function endedProperties(view: ViewOf, state: ActionState, record: ActionRecord): JsonObject {
  const { name, repetition } = state
  const action = view.host.workflow.actions.get(name.toLowerCase())
  const place = `actions/${name}${repetition === '' ? '' : `/${repetitionName(repetition)}`}`
  const { code, error, iterations, retries, trackedProperties } = record
  return {
    endTime: timeText(record.endMs),
    status: record.status,
    code: code ?? 'NotSpecified',
    trackingId: record.spanId,
    ...contentOf(view, { place, value: record.inputs, isSecure: action?.secure.inputs }, 'inputs'),
    ...contentOf(
      view,
      { place, value: record.outputs, isSecure: action?.secure.outputs },
      'outputs',
    ),
    ...(error ? { error: { ...error } } : {}),
    ...(iterations === undefined
      ? {}
      : { iterationCount: iterations, repetitionCount: iterations }),
    ...(trackedProperties === undefined ? {} : { trackedProperties: toJson(trackedProperties) }),
    ...(retries
      ? {
          retryHistory: retries.map((retry) => ({
            startTime: timeText(retry.startMs),
            endTime: timeText(retry.endMs),
            code: retry.code,
            ...(retry.error ? { error: { ...retry.error } } : {}),
          })),
        }
      : {}),
  }
}

interface Content {
  /** Where the value is: `trigger`, `actions/NAME/000001`. */
  readonly place: string
  readonly value: Value | undefined
  readonly isSecure: boolean | undefined
}

/** Inputs or outputs: in place while they are small, with a link always; hidden where the definition says so. */
function contentOf(view: ViewOf, content: Content, part: 'inputs' | 'outputs'): JsonObject {
  const { value, place, isSecure } = content
  if (value === undefined) return {}
  if (isSecure)
    return { [part]: null, [`${part}Link`]: { contentSize: 0, secureData: { properties: [part] } } }
  const text = writeJson(value)
  const contentSize = Buffer.byteLength(text)
  const link = { uri: contentUrl(view, place, part), contentSize }
  const inline: JsonValue = toJson(value)
  return {
    ...(contentSize <= inlineContentBytesMax ? { [part]: inline } : {}),
    [`${part}Link`]: link,
  }
}

function contentUrl({ app, host, runId }: ViewOf, place: string, part: string): string {
  const path = `/workflows/${host.workflow.name}/runs/${runId}/contents/${place}/${part}`
  const query = app.keys.query(path, `/contents/read`)
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  return `${app.baseUrl}/runtime/webhooks/workflow/api/management${encoded}?${query}`
}

function indexesOf(host: WorkflowHost, state: ActionState): JsonObject[] {
  const node = host.workflow.graph.nodes.get(state.name.toLowerCase())
  const loops: string[] = []
  for (let owner = node?.graph.owner; owner; owner = owner.graph.owner) {
    if (owner.work.kind === 'foreach' || owner.work.kind === 'until') loops.unshift(owner.name)
  }
  const indexes = state.repetition === '' ? [] : state.repetition.split('/')
  return indexes.map((index, level) => ({
    scopeName: loops[level] ?? '',
    itemIndex: Number(index),
  }))
}
