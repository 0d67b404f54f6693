import type { ActionCall, Outcome } from './action-call.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { actionsMax, nestingDepthMax } from './limits.ts'
import type { RunFrame } from './run-frame.ts'
import type { ActionStatus, StatusNode } from './status.ts'

/** An action as a front end gives it: names are unique in the whole workflow, without regard to case. */
export interface ActionSource {
  readonly name: string
  readonly type: string
  readonly runAfter: Readonly<Record<string, readonly ActionStatus[]>>
  readonly work: WorkSource
}

export type WorkSource = LeafWork | ScopeSource | BranchSource | ForeachSource | UntilSource

/** Does one thing; what is not external only computes: it answers at once and may be done again after a crash. */
export interface LeafWork {
  readonly kind: 'leaf'
  readonly isExternal: boolean
  /** How long it may take; only what is external has a limit. */
  readonly timeoutMs?: (frame: RunFrame) => number | undefined
  readonly run: (call: ActionCall) => Outcome | Promise<Outcome>
}

interface ScopeSource {
  readonly kind: 'scope'
  readonly actions: readonly ActionSource[]
}

/** Runs one of several lists of actions. */
interface BranchSource {
  readonly kind: 'branch'
  readonly branches: readonly { readonly name: string; readonly actions: readonly ActionSource[] }[]
  readonly choose: (frame: RunFrame) => BranchChoice
}

/** Which branch is taken; `undefined` for none. `fault` fails the action. */
export interface BranchChoice {
  readonly branch?: string | undefined
  readonly inputs?: Value
  readonly fault?: Outcome
  /** Fails every action of the branches, where the comparison itself could not be made. */
  readonly branchFault?: Outcome
}

interface ForeachSource {
  readonly kind: 'foreach'
  readonly actions: readonly ActionSource[]
  readonly concurrency: number
  readonly itemsMax: number
  readonly items: (frame: RunFrame) => ForeachItems
}

export type ForeachItems = { readonly items: readonly Value[] } | { readonly fault: Outcome }

interface UntilSource {
  readonly kind: 'until'
  readonly actions: readonly ActionSource[]
  readonly countMax: number
  readonly timeoutMs: number
  readonly failsAtLimit: boolean
  readonly isDone: (frame: RunFrame) => boolean | Outcome
}

type Compiled<S> = Omit<S, 'actions'> & { readonly graph: ActionGraph }
export type ForeachWork = Compiled<ForeachSource>
export type UntilWork = Compiled<UntilSource>
export type BranchWork = Omit<BranchSource, 'branches'> & {
  readonly branches: readonly { readonly name: string; readonly graph: ActionGraph }[]
}
export type NodeWork = LeafWork | Compiled<ScopeSource> | BranchWork | ForeachWork | UntilWork

/** One action of a graph with what it waits for. */
export interface GraphNode extends StatusNode<GraphNode> {
  readonly name: string
  readonly type: string
  readonly graph: ActionGraph
  readonly predecessors: readonly {
    readonly node: GraphNode
    readonly statuses: readonly ActionStatus[]
  }[]
  readonly successors: readonly GraphNode[]
  readonly work: NodeWork
}

/** A list of actions in one scope; `owner` is the action that it is in. */
export interface ActionGraph {
  readonly nodes: readonly GraphNode[]
  readonly owner: GraphNode | undefined
  readonly branch?: string
}

/** A whole workflow. */
export interface WorkflowGraph {
  readonly root: ActionGraph
  /** By name in lower case. */
  readonly nodes: ReadonlyMap<string, GraphNode>
}

/** Why a list of actions is no graph; `path` leads to the action: `Scope/Inner`. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly fault: 'duplicate' | 'unknown' | 'self' | 'cycle' | 'depth' | 'count'
  readonly path: string
  /** The other action that the fault is about. */
  readonly other: string | undefined

  constructor(fault: GraphError['fault'], path: string, message: string, other?: string) {
    super(message)
    this.fault = fault
    this.path = path
    this.other = other
  }
}

/** Links actions by what they run after; throws a `GraphError` for unknown names, cycles and what is too large. */
export function buildGraph(actions: readonly ActionSource[]): WorkflowGraph {
  const nodes = new Map<string, GraphNode>()
  return { root: link(actions, { nodes, depth: 1, path: '', owner: undefined }), nodes }
}

/** All graphs inside an action: none for one that only does one thing. */
export function innerGraphs(node: GraphNode): readonly ActionGraph[] {
  const { work } = node
  if (work.kind === 'leaf') return []
  return work.kind === 'branch' ? work.branches.map(({ graph }) => graph) : [work.graph]
}

interface Place {
  readonly nodes: Map<string, GraphNode>
  readonly depth: number
  readonly path: string
  readonly owner: GraphNode | undefined
  readonly branch?: string
}

type Open<T> = { -readonly [K in keyof T]: T[K] }

function link(actions: readonly ActionSource[], place: Place): ActionGraph {
  const list: GraphNode[] = []
  const graph: ActionGraph = {
    nodes: list,
    owner: place.owner,
    ...(place.branch === undefined ? {} : { branch: place.branch }),
  }
  if (place.depth > nestingDepthMax + 1) {
    const message = `actions nest deeper than ${nestingDepthMax}`
    throw new GraphError('depth', place.path.slice(0, -1), message)
  }
  const here = new Map<string, GraphNode>()
  for (const source of actions) {
    const node = newNode(source, graph, place)
    list.push(node)
    here.set(source.name.toLowerCase(), node)
  }
  for (const [index, source] of actions.entries()) {
    const node = list[index]
    if (node) linkNode(node, source, { here, path: place.path })
  }
  checkCycles(list, place.path)
  return graph
}

function newNode(source: ActionSource, graph: ActionGraph, place: Place): GraphNode {
  const key = source.name.toLowerCase()
  const path = `${place.path}${source.name}`
  if (place.nodes.has(key)) {
    throw new GraphError('duplicate', path, `the action name '${source.name}' is used twice`)
  }
  if (place.nodes.size >= actionsMax) {
    throw new GraphError('count', path, `a workflow has at most ${actionsMax} actions`)
  }
  const node: Open<GraphNode> = {
    name: source.name,
    type: source.type,
    graph,
    predecessors: [],
    successors: [],
    work: { kind: 'leaf', isExternal: false, run: () => ({ status: 'Skipped' }) },
  }
  place.nodes.set(key, node)
  const inner = { nodes: place.nodes, depth: place.depth + 1, path: `${path}/`, owner: node }
  node.work = compileWork(source.work, inner)
  return node
}

function compileWork(work: WorkSource, inner: Place): NodeWork {
  switch (work.kind) {
    case 'leaf':
      return work
    case 'branch':
      return {
        ...work,
        branches: work.branches.map(({ name, actions }) => ({
          name,
          graph: link(actions, { ...inner, branch: name }),
        })),
      }
    case 'scope':
      return { ...work, graph: link(work.actions, inner) }
    case 'foreach':
      return { ...work, graph: link(work.actions, inner) }
    case 'until':
      return { ...work, graph: link(work.actions, inner) }
  }
}

function linkNode(
  node: Open<GraphNode>,
  source: ActionSource,
  place: { readonly here: ReadonlyMap<string, Open<GraphNode>>; readonly path: string },
): void {
  const path = `${place.path}${source.name}`
  for (const [name, statuses] of Object.entries(source.runAfter)) {
    const before = place.here.get(name.toLowerCase())
    if (!before) {
      throw new GraphError('unknown', path, `it runs after '${name}', which is not there`, name)
    }
    if (before === node) throw new GraphError('self', path, 'it runs after itself', name)
    node.predecessors = [...node.predecessors, { node: before, statuses }]
    before.successors = [...before.successors, node]
  }
}

function checkCycles(nodes: readonly GraphNode[], path: string): void {
  const waiting = new Map(nodes.map((node) => [node, node.predecessors.length]))
  const ready = nodes.filter((node) => node.predecessors.length === 0)
  for (let node = ready.pop(); node; node = ready.pop()) {
    waiting.delete(node)
    for (const next of node.successors) {
      const left = (waiting.get(next) ?? 0) - 1
      waiting.set(next, left)
      if (left === 0) ready.push(next)
    }
  }
  const [stuck] = waiting.keys()
  if (!stuck) return
  const names = [...waiting.keys()].map(({ name }) => `'${name}'`).join(', ')
  throw new GraphError('cycle', `${path}${stuck.name}`, `the actions ${names} wait for each other`)
}
