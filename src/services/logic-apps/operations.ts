import { testMap } from './manage-maps.ts'
import type { ManagementAnswer, ManagementCall } from './management-call.ts'
import {
  getWorkflow,
  listCallbackUrl,
  listTriggers,
  listWorkflows,
  runTrigger,
  validate,
} from './manage-workflows.ts'
import {
  cancelRun,
  getAction,
  getContent,
  getRepetition,
  getRun,
  listActions,
  listHistories,
  listRepetitions,
  listRuns,
  resubmitRun,
} from './manage-runs.ts'

/** One address of the management REST. */
export interface Operation {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/runtime/webhooks/workflow/api/management`. */
  readonly path: string
  handle(call: ManagementCall): Promise<ManagementAnswer>
}

const trigger = '/workflows/{workflow}/triggers/{trigger}'
const run = '/workflows/{workflow}/runs/{run}'
const action = `${run}/actions/{action}`

/** Every address that is answered: https://learn.microsoft.com/rest/api/logic/workflows */
export const operations: readonly Operation[] = [
  { name: 'List workflows', method: 'GET', path: '/workflows', handle: listWorkflows },
  { name: 'Get workflow', method: 'GET', path: '/workflows/{workflow}', handle: getWorkflow },
  {
    name: 'Validate workflow',
    method: 'POST',
    path: '/workflows/{workflow}/validate',
    handle: validate,
  },
  {
    name: 'List triggers',
    method: 'GET',
    path: '/workflows/{workflow}/triggers',
    handle: listTriggers,
  },
  {
    name: 'List callback URL',
    method: 'POST',
    path: `${trigger}/listCallbackUrl`,
    handle: listCallbackUrl,
  },
  { name: 'Run trigger', method: 'POST', path: `${trigger}/run`, handle: runTrigger },
  {
    name: 'List trigger histories',
    method: 'GET',
    path: `${trigger}/histories`,
    handle: listHistories,
  },
  {
    name: 'Get trigger history',
    method: 'GET',
    path: `${trigger}/histories/{run}`,
    handle: getRun,
  },
  {
    name: 'Resubmit trigger',
    method: 'POST',
    path: `${trigger}/histories/{run}/resubmit`,
    handle: resubmitRun,
  },
  { name: 'List runs', method: 'GET', path: '/workflows/{workflow}/runs', handle: listRuns },
  { name: 'Get run', method: 'GET', path: run, handle: getRun },
  { name: 'Cancel run', method: 'POST', path: `${run}/cancel`, handle: cancelRun },
  { name: 'Resubmit run', method: 'POST', path: `${run}/resubmit`, handle: resubmitRun },
  { name: 'List actions', method: 'GET', path: `${run}/actions`, handle: listActions },
  { name: 'Get action', method: 'GET', path: action, handle: getAction },
  {
    name: 'List repetitions',
    method: 'GET',
    path: `${action}/repetitions`,
    handle: listRepetitions,
  },
  {
    name: 'Get repetition',
    method: 'GET',
    path: `${action}/repetitions/{repetition}`,
    handle: getRepetition,
  },
  {
    name: 'List scope repetitions',
    method: 'GET',
    path: `${action}/scopeRepetitions`,
    handle: listRepetitions,
  },
  {
    name: 'Get trigger content',
    method: 'GET',
    path: `${run}/contents/trigger/{part}`,
    handle: getContent,
  },
  {
    name: 'Get action content',
    method: 'GET',
    path: `${run}/contents/actions/{action}/{part}`,
    handle: getContent,
  },
  {
    name: 'Get repetition content',
    method: 'GET',
    path: `${run}/contents/actions/{action}/{repetition}/{part}`,
    handle: getContent,
  },
  { name: 'Test map', method: 'POST', path: '/maps/{map}/testMap', handle: testMap },
]

/** Finds the operation of an address. */
export function findOperation(
  method: string,
  segments: readonly string[],
): { readonly operation: Operation; readonly names: Readonly<Record<string, string>> } | undefined {
  for (const operation of operations) {
    if (operation.method !== method) continue
    const names = match(operation.path, segments)
    if (names) return { operation, names }
  }
  return undefined
}

function match(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const wanted = path.split('/').slice(1)
  if (wanted.length !== segments.length) return undefined
  const names: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name !== undefined) names[name] = segment
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined
  }
  return names
}
