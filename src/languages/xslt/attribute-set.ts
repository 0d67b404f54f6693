import { XPathContext } from '../xpath/context.ts'
import { Activation, activationOf } from './activation.ts'
import type { Site } from './site.ts'
import type { Instruction } from './template.ts'
import type { ResultBuilder } from './result-builder.ts'

/** A declaration `xsl:attribute-set`. https://www.w3.org/TR/xslt-10/#attribute-sets */
export interface AttributeSet {
  readonly uses: readonly string[]
  body: Instruction
  readonly precedence: number
  readonly site: Site
}

/** Makes the attributes of the sets that an element names. */
export function useAttributeSets(site: Site, keys: readonly string[]): Instruction | undefined {
  if (keys.length === 0) return undefined
  for (const key of keys) {
    if (!site.program.attributeSets.has(key))
      throw site.invalid(`There is no attribute set '${key}'.`, 'use-attribute-sets')
  }
  return (context, output) => {
    // Only the variables of the whole stylesheet are seen in a set.
    const activation = new Activation(activationOf(context).run)
    const inner = new XPathContext(context.node, activation, context.position, context.size)
    for (const key of keys) applySet(key, inner, output)
  }
}

function applySet(key: string, context: XPathContext, output: ResultBuilder): void {
  const { run } = activationOf(context)
  for (const set of run.program.attributeSets.get(key) ?? []) {
    for (const used of set.uses) applySet(used, context, output)
    set.body(context, output)
  }
}

/** Refuses sets that use themselves, and sorts those of one name by import precedence. */
export function settleAttributeSets(sets: ReadonlyMap<string, AttributeSet[]>): void {
  for (const [key, declared] of sets) {
    declared.sort((left, right) => left.precedence - right.precedence)
    for (const { uses, site } of declared) {
      const missing = uses.find((used) => !sets.has(used))
      if (missing !== undefined) throw site.invalid(`There is no attribute set '${missing}'.`)
    }
    if (reaches(key, key, sets, new Set()))
      throw declared[0]?.site.invalid(`The attribute set '${key}' uses itself.`)
  }
}

function reaches(
  from: string,
  wanted: string,
  sets: ReadonlyMap<string, readonly AttributeSet[]>,
  seen: Set<string>,
): boolean {
  for (const { uses } of sets.get(from) ?? []) {
    for (const used of uses) {
      if (used === wanted) return true
      if (seen.has(used)) continue
      seen.add(used)
      if (reaches(used, wanted, sets, seen)) return true
    }
  }
  return false
}
