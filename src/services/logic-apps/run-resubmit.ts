import type { GraphNode } from '../../engines/workflow/graph.ts'
import { innerGraphs } from '../../engines/workflow/graph.ts'
import type { RunEvent } from '../../engines/workflow/run-events.ts'
import type { RunSummary } from '../../engines/workflow/run-history.ts'
import { cannotResubmit, runActionNotFound } from './errors.ts'
import type { LogicApp } from './logic-app.ts'
import type { WorkflowHost } from './workflow-host.ts'

/** Runs a run again with its trigger, from its start or from some of its actions: https://learn.microsoft.com/azure/logic-apps/monitor-logic-apps#resubmit-from-action */
export async function resubmit(
  parts: { readonly app: LogicApp; readonly host: WorkflowHost; readonly run: RunSummary },
  actions: readonly string[],
): Promise<string> {
  const { app, host, run } = parts
  const seed = actions.length === 0 ? [] : await seedOf(parts, actions)
  if (!app.isEnabled(host)) throw cannotResubmit(run.id, 'the workflow is disabled')
  const started = await host.resubmit(run, seed)
  return started.run.id
}

/** What the run takes over: all that neither is one of the actions nor runs after one. */
async function seedOf(
  { app, host, run }: { app: LogicApp; host: WorkflowHost; run: RunSummary },
  actions: readonly string[],
): Promise<readonly RunEvent[]> {
  const { graph } = host.workflow
  if (run.definition !== host.workflow.file.hash) {
    throw cannotResubmit(
      run.id,
      'its workflow was changed since, only a whole run can be resubmitted',
    )
  }
  const again = new Set<string>()
  for (const name of actions) {
    const node = graph.nodes.get(name.toLowerCase())
    if (!node) throw runActionNotFound(run.id, name)
    if (node.graph !== graph.root) {
      throw cannotResubmit(run.id, `the action '${node.name}' is inside another action`)
    }
    addWithFollowers(node, again)
  }
  const events = await app.engine.history.events(host.key, run.id)
  return events
    .filter((event) => !again.has(event.name.toLowerCase()))
    .map((event) => {
      if (event.kind !== 'ended' || !event.terminate) return event
      const { terminate: _, ...rest } = event
      return rest
    })
}

function addWithFollowers(node: GraphNode, names: Set<string>): void {
  if (names.has(node.name.toLowerCase())) return
  addInside(node, names)
  for (const next of node.successors) addWithFollowers(next, names)
}

function addInside(node: GraphNode, names: Set<string>): void {
  names.add(node.name.toLowerCase())
  for (const graph of innerGraphs(node)) for (const each of graph.nodes) addInside(each, names)
}
