import type { GatewayCall } from './gateway-call.ts'
import type { PolicyDocument, SectionItem } from './policy-compiler.ts'
import type { Section } from './policy-error.ts'
import { isOver, runStep, runSteps } from './policy-sequence.ts'
import type { PlacedStep } from './policy-step.ts'

/**
 * The policies of a call: the document of the narrowest scope, with those of the enclosing scope in the place of
 * its `<base/>`. https://learn.microsoft.com/azure/api-management/set-edit-policies#use-base-element-to-set-policy-evaluation-order
 */
export class EffectivePolicy {
  readonly #sections: ReadonlyMap<Section, EffectiveSection>

  /** `documents` from the narrowest scope to the widest; a scope without one passes on to the next. */
  constructor(
    documents: readonly PolicyDocument[],
    options: { namedValueId: (displayName: string) => string; without?: ReadonlySet<string> },
  ) {
    const names = ['inbound', 'backend', 'outbound', 'on-error'] as const
    this.#sections = new Map(
      names.map((name) => {
        const lists = documents.map(({ sections }) => sections[name])
        const steps = flatten(lists).filter(({ policy }) => !options.without?.has(policy))
        return [name, new EffectiveSection(steps, options)]
      }),
    )
  }

  run(section: Section, call: GatewayCall): void | Promise<void> {
    call.section = section
    return this.#sections.get(section)?.run(call)
  }

  /** The policies of a name that stand directly in a section. */
  find(section: Section, policy: string): readonly PlacedStep[] {
    return this.#sections.get(section)?.steps.filter((each) => each.policy === policy) ?? []
  }
}

/** Where in a section the leases of named values are taken and given back. */
interface LeasePlan {
  readonly names: readonly string[]
  readonly from: number
  readonly to: number
}

class EffectiveSection {
  readonly steps: readonly PlacedStep[]
  readonly #plan: LeasePlan | undefined

  constructor(
    steps: readonly PlacedStep[],
    options: { namedValueId: (displayName: string) => string },
  ) {
    this.steps = steps
    this.#plan = planLeases(steps, options.namedValueId)
  }

  run(call: GatewayCall): void | Promise<void> {
    return this.#plan ? this.#runLeased(call, this.#plan) : runSteps(this.steps, call)
  }

  async #runLeased(call: GatewayCall, plan: LeasePlan): Promise<void> {
    try {
      for (const [index, step] of this.steps.entries()) {
        if (plan.from === index) call.releaseLeases = await call.parts.leases.acquire(plan.names)
        const pending = runStep(step, call)
        if (pending) await pending
        if (plan.to === index) call.releaseLeases()
        if (isOver(call)) return
      }
    } finally {
      call.releaseLeases()
    }
  }
}

function flatten(lists: readonly (readonly SectionItem[])[]): readonly PlacedStep[] {
  const [own, ...outer] = lists
  if (!own) return []
  return own.flatMap((item) => (item === 'base' ? flatten(outer) : [item]))
}

// A named value that the section reads and then writes: from the first read to the last write one call has it.
function planLeases(
  steps: readonly PlacedStep[],
  namedValueId: (displayName: string) => string,
): LeasePlan | undefined {
  const plans = [...new Set(steps.flatMap(({ usage }) => [...usage.writes]))].flatMap((written) => {
    const id = written.toLowerCase()
    const from = steps.findIndex(({ usage }) =>
      [...usage.reads].some((name) => namedValueId(name).toLowerCase() === id),
    )
    const to = steps.findLastIndex(({ usage }) =>
      [...usage.writes].some((name) => name.toLowerCase() === id),
    )
    return from >= 0 && from <= to ? [{ id, from, to }] : []
  })
  if (plans.length === 0) return undefined
  return {
    names: plans.map(({ id }) => id),
    from: Math.min(...plans.map(({ from }) => from)),
    to: Math.max(...plans.map(({ to }) => to)),
  }
}
