import type { GraphNode, WorkflowGraph } from '../../engines/workflow/graph.ts'
import { findProblems, type CallReference } from '../../languages/workflow-expression/references.ts'
import type { ActionDefinition } from './action-definition.ts'
import type { NotedCalls } from './compile-context.ts'
import type { DefinitionError } from './definition-error.ts'
import { actionRoots, workflowRoots } from './expression-roots.ts'

/** Parameters that the host of a Consumption workflow or a flow gives. */
const hostParameters = new Set(['$connections', '$authentication'])

interface CheckParts {
  readonly graph: WorkflowGraph
  readonly actions: ReadonlyMap<string, ActionDefinition>
  /** In lower case. */
  readonly parameters: ReadonlySet<string>
  refuse(action: ActionDefinition, message: string): DefinitionError
}

/**
 * Checks what expressions refer to before anything runs: functions, actions that have run by then, loops around, parameters.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-diagnosing-failures
 */
export class ReferenceCheck {
  readonly #parts: CheckParts
  readonly #before = new Map<GraphNode, ReadonlySet<GraphNode>>()

  constructor(parts: CheckParts) {
    this.#parts = parts
  }

  check(noted: NotedCalls): void {
    const { action, calls } = noted
    for (const problem of findProblems(calls, workflowRoots)) {
      throw this.#parts.refuse(action, `"${problem.message}"`)
    }
    for (const call of calls) this.#checkCall(noted, call)
  }

  #checkCall(noted: NotedCalls, call: CallReference): void {
    const name = call.name.toLowerCase()
    if (call.literal === undefined) return
    if (actionRoots.has(name)) this.#checkAction(noted, call.literal)
    else if (name === 'items') this.#checkLoop(noted, call.literal, 'foreach')
    else if (name === 'iterationindexes') this.#checkLoop(noted, call.literal, 'until')
    else if (name === 'parameters') this.#checkParameter(noted, call.literal)
  }

  #checkAction({ action, part }: NotedCalls, name: string): void {
    const { graph } = this.#parts
    const target = graph.nodes.get(name.toLowerCase())
    if (!target) {
      throw this.#parts.refuse(
        action,
        `The template validation failed: 'The action(s) '${name}' referenced by '${part}' in action '${action.name}' are not defined in the template.'.`,
      )
    }
    const node = graph.nodes.get(action.name.toLowerCase())
    if (!node || this.#isVisible(node, target)) return
    throw this.#parts.refuse(
      action,
      `The template validation failed: 'The ${part} of template action '${action.name}' cannot reference action '${target.name}'. Action '${target.name}' must either be in 'runAfter' path or within a scope action on the 'runAfter' path of action '${action.name}', or be a Trigger.'.`,
    )
  }

  #checkLoop({ action, part }: NotedCalls, name: string, kind: 'foreach' | 'until'): void {
    const { graph } = this.#parts
    const target = graph.nodes.get(name.toLowerCase())
    if (!target) {
      throw this.#parts.refuse(
        action,
        `The template validation failed: 'The repetition action(s) '${name}' referenced by '${part}' in action '${action.name}' are not defined in the template.'.`,
      )
    }
    const node = graph.nodes.get(action.name.toLowerCase())
    const isAround = target.work.kind === kind && node && owners(node).includes(target)
    if (isAround || node === target) return
    throw this.#parts.refuse(
      action,
      `The template validation failed: 'The ${part} of template action '${action.name}' is invalid. Action '${target.name}' must be a parent '${kind}' scope of action '${action.name}' to be referenced by 'repeatItems' or 'items' functions.'.`,
    )
  }

  #checkParameter({ action, part }: NotedCalls, name: string): void {
    const { parameters } = this.#parts
    if (parameters.has(name.toLowerCase()) || hostParameters.has(name.toLowerCase())) return
    throw this.#parts.refuse(
      action,
      `The template validation failed: 'The workflow parameter(s) '${name}' referenced by '${part}' in action '${action.name}' are not defined in the template.'.`,
    )
  }

  /** Whether an action has run, or is inside one that has, when another is executed. */
  #isVisible(from: GraphNode, target: GraphNode): boolean {
    // A loop looks at what is inside it; an action's tracked properties look at itself.
    const around = owners(target)
    if (from === target || around.includes(from)) return true
    const targets = [target, ...around]
    return [from, ...owners(from)].some((level) => {
      const before = this.#beforeOf(level)
      return targets.some((each) => before.has(each))
    })
  }

  #beforeOf(node: GraphNode): ReadonlySet<GraphNode> {
    const known = this.#before.get(node)
    if (known) return known
    const before = new Set<GraphNode>()
    const open = node.predecessors.map((each) => each.node)
    for (let next = open.pop(); next; next = open.pop()) {
      if (before.has(next)) continue
      before.add(next)
      open.push(...next.predecessors.map((each) => each.node))
    }
    this.#before.set(node, before)
    return before
  }
}

function owners(node: GraphNode): GraphNode[] {
  const list: GraphNode[] = []
  for (let owner = node.graph.owner; owner; owner = owner.graph.owner) list.push(owner)
  return list
}
