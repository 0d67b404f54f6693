import type { Value } from '../../languages/workflow-expression/value.ts'
import type { ActionRecord } from './action-record.ts'
import type { ActionGraph, GraphNode, WorkflowGraph } from './graph.ts'
import { innerGraphs } from './graph.ts'
import type { Variables } from './variables.ts'

/** What an action that is looked up by name came to; one in a loop, seen from outside, has a record for each iteration. */
export type FoundAction =
  | { readonly kind: 'one'; readonly node: GraphNode; readonly record: ActionRecord | undefined }
  | { readonly kind: 'many'; readonly node: GraphNode; readonly records: readonly ActionRecord[] }

/** The state of one list of actions while it runs: the root, a branch, or one iteration of a loop. */
export class RunFrame {
  readonly graph: ActionGraph
  readonly parent: RunFrame | undefined
  readonly run: FrameRun
  /** Indexes of the iterations of the loops around it: `` outside of loops, `3` and `3/0` inside. */
  readonly repetition: string
  /** The item and index of the loop whose iteration it is. */
  readonly loop:
    | { readonly node: GraphNode; readonly item: Value; readonly index: number }
    | undefined
  readonly #records = new Map<GraphNode, ActionRecord>()
  readonly #inner = new Map<GraphNode, RunFrame[]>()

  constructor(options: {
    graph: ActionGraph
    run: FrameRun
    parent?: RunFrame
    loop?: { readonly node: GraphNode; readonly item: Value; readonly index: number }
  }) {
    this.graph = options.graph
    this.parent = options.parent
    this.run = options.run
    this.loop = options.loop
    const outer = options.parent?.repetition ?? ''
    const index = options.loop?.index
    this.repetition = index === undefined ? outer : outer === '' ? `${index}` : `${outer}/${index}`
  }

  record(node: GraphNode): ActionRecord | undefined {
    return this.#records.get(node)
  }

  set(node: GraphNode, record: ActionRecord): void {
    this.#records.set(node, record)
  }

  /** The frames of the lists inside an action: branches in no order, iterations in theirs. */
  inner(node: GraphNode): readonly RunFrame[] {
    return this.#inner.get(node) ?? []
  }

  /** Opens a list of actions inside an action. */
  open(
    node: GraphNode,
    graph: ActionGraph,
    loop?: { readonly item: Value; readonly index: number },
  ): RunFrame {
    const frame = new RunFrame({
      graph,
      run: this.run,
      parent: this,
      ...(loop ? { loop: { node, ...loop } } : {}),
    })
    const frames = this.#inner.get(node) ?? []
    if (loop) frames[loop.index] = frame
    else frames.push(frame)
    this.#inner.set(node, frames)
    return frame
  }

  /** Forgets all iterations but the last: what a loop until a condition keeps. */
  keepLast(node: GraphNode): void {
    const last = this.#inner.get(node)?.at(-1)
    if (last) this.#inner.set(node, [last])
  }

  /** The innermost loop around this frame, or the one of a name. */
  loopOf(name?: string): RunFrame['loop'] {
    for (const frame of this.#outwards()) {
      const isIt =
        name === undefined ? frame.loop?.node.work.kind === 'foreach' : isNamed(frame.loop, name)
      if (isIt) return frame.loop
    }
    return undefined
  }

  /** Finds an action by name, as it is seen from here. */
  find(name: string): FoundAction | undefined {
    const node = this.run.graph.nodes.get(name.toLowerCase())
    if (!node) return undefined
    const path = pathTo(node)
    for (const frame of this.#outwards()) {
      const from = path.findIndex((step) => step.graph === frame.graph)
      if (from >= 0) return descend(frame, path.slice(from))
    }
    return undefined
  }

  /** This frame and those around it, innermost first. */
  *#outwards(): Iterable<RunFrame> {
    yield this
    for (let frame = this.parent; frame; frame = frame.parent) yield frame
  }

  /** The records of the actions directly inside an action, each with those of its iterations where it is a loop. */
  results(name: string): readonly FoundAction[] | undefined {
    const found = this.find(name)
    if (!found) return undefined
    return innerGraphs(found.node).flatMap((graph) =>
      graph.nodes.map((node) => this.find(node.name)).filter((each) => each !== undefined),
    )
  }
}

/** What the frames of a run share. */
export interface FrameRun {
  readonly graph: WorkflowGraph
  readonly variables: Variables
  /** What the front end knows of the run. */
  readonly context: unknown
}

function isNamed(loop: RunFrame['loop'], name: string): boolean {
  return loop?.node.name.toLowerCase() === name.toLowerCase()
}

/** The actions around an action, outermost first, and the action itself. */
function pathTo(node: GraphNode): GraphNode[] {
  const path = [node]
  for (let owner = node.graph.owner; owner; owner = owner.graph.owner) path.unshift(owner)
  return path
}

function descend(frame: RunFrame, path: readonly GraphNode[]): FoundAction | undefined {
  const [step, ...rest] = path
  const [next] = rest
  if (!step) return undefined
  if (!next) return { kind: 'one', node: step, record: frame.record(step) }
  const inner = frame.inner(step).filter((each) => each?.graph === next.graph)
  if (step.work.kind === 'foreach') {
    const found = inner.map((each) => descend(each, rest))
    const records = found.flatMap((each) => recordsOf(each))
    const node = rest.at(-1) ?? step
    return { kind: 'many', node, records }
  }
  const last = inner.at(-1)
  const node = rest.at(-1) ?? step
  return last ? descend(last, rest) : { kind: 'one', node, record: undefined }
}

function recordsOf(found: FoundAction | undefined): readonly ActionRecord[] {
  if (!found) return []
  if (found.kind === 'many') return found.records
  return found.record ? [found.record] : []
}
