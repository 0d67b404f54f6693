import type { SourcePosition } from '../../base/errors.ts'
import { Evaluation } from '../../languages/bicep/evaluation.ts'
import type { Value } from '../../languages/bicep/values.ts'

/** A resource that a template declares, as far as can be said before anything is deployed. */
export interface DeclaredResource {
  readonly type: string
  readonly name: string
  readonly at: SourcePosition
  /** False when a condition or a loop around it depends on what is not known yet. */
  readonly certain: boolean
}

/** Lists what a template and its modules deploy, without what their conditions rule out. */
export function declaredResources(evaluation: Evaluation, certain = true): DeclaredResource[] {
  const { resources, modules } = evaluation.template
  const declared = resources
    .filter((each) => !each.existing)
    .flatMap((declaration) => {
      const states = statesOf(() => evaluation.resourceInstances(declaration))
      const { at } = declaration
      if (!states.some((state) => state !== false)) return []
      // The older form of an extension's type is known only with its name.
      const [instance] = attempt(() => evaluation.resourceInstances(declaration)) ?? []
      const spelt = attempt(() => instance?.type())
      // Resources of JSON templates have no name in the file but the one they get.
      const name = declaration.name || (attempt(() => instance?.fullName()) ?? '')
      const isKnown = spelt !== undefined || !declaration.type.includes('/providers/')
      const type = spelt ?? declaration.type
      return [{ type, name, at, certain: certain && isKnown && states.includes(true) }]
    })
  return [...declared, ...modules.flatMap((each) => inModule(evaluation, each, certain))]
}

function inModule(
  evaluation: Evaluation,
  declaration: Evaluation['template']['modules'][number],
  certain: boolean,
): DeclaredResource[] {
  const { template } = declaration
  const states = statesOf(() => evaluation.moduleInstances(declaration))
  if (!template || !states.some((state) => state !== false)) return []
  const instances = attempt(() => evaluation.moduleInstances(declaration)) ?? []
  const instance = instances.find((each) => attempt(() => each.exists()) !== false)
  const inner = new Evaluation({
    template,
    deploymentName: declaration.name,
    scope: (instance && attempt(() => instance.scope())) ?? evaluation.scope,
    context: evaluation.context,
    parameters: instance?.knownParameters() ?? new Map<string, Value>(),
  })
  // Items of a loop may differ in what they deploy, so only the only one speaks for all.
  return declaredResources(inner, certain && states.includes(true) && instances.length === 1)
}

// Whether each instance is deployed: `undefined` when that is not known yet.
function statesOf(
  instancesOf: () => readonly { exists(): boolean }[],
): readonly (boolean | undefined)[] {
  const instances = attempt(instancesOf)
  return instances ? instances.map((each) => attempt(() => each.exists())) : [undefined]
}

// What fails here fails again, and is told, when it is deployed.
function attempt<T>(evaluate: () => T): T | undefined {
  try {
    return evaluate()
  } catch {
    return undefined
  }
}
