import type { ActionGraph, GraphNode } from './graph.ts'

/** A step that may be over at once: most actions only compute, and a promise for each would cost more than they do. */
export type Step = Promise<void> | undefined

/** Goes on after a step, at once where it is over. */
export function after(step: Step, next: () => Step): Step {
  return step ? step.then(next) : next()
}

/**
 * Runs each action of a list once all it waits for have ended, whatever they ended as. What is ready at the same time
 * runs in parallel; `runNode` decides itself whether an action runs or is skipped.
 */
export function walkGraph(graph: ActionGraph, runNode: (node: GraphNode) => Step): Step {
  const waiting = new Map<GraphNode, number>()
  const ready = graph.nodes.filter((node) => node.predecessors.length === 0)
  let running = 0
  let settle: { resolve: () => void; reject: (error: unknown) => void } | undefined
  let failure: { error: unknown } | undefined

  function ended(node: GraphNode): void {
    for (const next of node.successors) {
      const left = (waiting.get(next) ?? next.predecessors.length) - 1
      waiting.set(next, left)
      if (left === 0) ready.push(next)
    }
  }

  function pump(): void {
    for (let node = ready.shift(); node; node = ready.shift()) {
      const started = node
      const step = runNode(started)
      if (!step) {
        ended(started)
        continue
      }
      running += 1
      step.then(
        () => returned(started),
        (error: unknown) => {
          failure ??= { error }
          returned(undefined)
        },
      )
    }
  }

  function returned(node: GraphNode | undefined): void {
    running -= 1
    if (node && !failure) {
      ended(node)
      try {
        pump()
      } catch (error) {
        failure ??= { error }
      }
    }
    if (running > 0) return
    if (failure) settle?.reject(failure.error)
    else settle?.resolve()
  }

  pump()
  if (running === 0) return undefined
  return new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
}
