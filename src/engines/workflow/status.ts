/** How an action ended: https://learn.microsoft.com/azure/logic-apps/monitor-logic-apps-overview#action-status */
export type ActionStatus =
  | 'Succeeded'
  | 'Failed'
  | 'Skipped'
  | 'TimedOut'
  | 'Cancelled'
  | 'Aborted'
  | 'Faulted'

/** How a run goes or ended. */
export const runStatuses = [
  'Running',
  'Waiting',
  'Succeeded',
  'Failed',
  'Cancelled',
  'TimedOut',
] as const

export type RunStatus = (typeof runStatuses)[number]

const actionStatuses: readonly ActionStatus[] = [
  'Succeeded',
  'Failed',
  'Skipped',
  'TimedOut',
  'Cancelled',
  'Aborted',
  'Faulted',
]

/** Reads a status without regard to case: definitions write `Succeeded` and `SUCCEEDED`. */
export function parseActionStatus(text: string): ActionStatus | undefined {
  return actionStatuses.find((status) => status.toLowerCase() === text.toLowerCase())
}

/** What the status of a list of actions needs to know of each. */
export interface StatusNode<N> {
  readonly predecessors: readonly { readonly node: N }[]
  readonly successors: readonly N[]
}

/**
 * The status that a list of actions comes to: that of its last ones, where a skipped action counts as what it waited
 * for. A failure that a later action handled is none.
 * https://learn.microsoft.com/azure/logic-apps/error-exception-handling#evaluate-actions
 */
export function statusOf<N extends StatusNode<N>>(
  nodes: readonly N[],
  statusOfNode: (node: N) => ActionStatus | undefined,
): 'Succeeded' | 'Failed' | 'TimedOut' {
  let merged: 'Succeeded' | 'Failed' | 'TimedOut' = 'Succeeded'
  const seen = new Set<N>()
  const leaves = nodes.filter((node) => node.successors.length === 0)
  for (let node = leaves.pop(); node; node = leaves.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    const status = statusOfNode(node)
    if (status === 'Skipped') leaves.push(...node.predecessors.map((each) => each.node))
    else merged = worse(merged, status)
  }
  return merged
}

/** The worse of two: a failure before a time that ran out before success; others do not count. */
export function worse(
  one: 'Succeeded' | 'Failed' | 'TimedOut',
  other: ActionStatus | undefined,
): 'Succeeded' | 'Failed' | 'TimedOut' {
  if (one === 'Failed' || other === 'Failed') return 'Failed'
  return one === 'TimedOut' || other === 'TimedOut' ? 'TimedOut' : 'Succeeded'
}
