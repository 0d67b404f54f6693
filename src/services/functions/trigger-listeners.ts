import type { BindingContext, FunctionExtensions, TriggerListener } from './extension.ts'
import type { FunctionDefinition } from './function-definition.ts'
import type { FunctionRunner } from './function-runner.ts'

/** Types whose events come from this service itself: HTTP requests, the clock, the start. */
const ownTriggers = new Set(['httptrigger', 'warmuptrigger'])

/** Runs the warm-up functions of an app before any other trigger opens; one that fails holds nothing up. */
export async function warmUp(
  definitions: readonly FunctionDefinition[],
  runner: FunctionRunner,
): Promise<void> {
  for (const definition of definitions) {
    if (definition.trigger.type.toLowerCase() !== 'warmuptrigger') continue
    await runner.run(definition, { input: { kind: 'json', text: '{}' } })
  }
}

/** Starts to deliver the events of a function, where they come from another service. */
export async function listenTo(
  definition: FunctionDefinition,
  options: {
    context: Omit<BindingContext, 'functionName' | 'binding'>
    extensions: FunctionExtensions
    runner: FunctionRunner
  },
): Promise<TriggerListener | undefined> {
  const type = definition.trigger.type.toLowerCase()
  if (ownTriggers.has(type)) return undefined
  const source = options.extensions.triggers.find((candidate) => candidate.type === type)
  if (!source)
    throw new Error(
      `Function '${definition.name}': nothing delivers the trigger '${definition.trigger.type}'.`,
    )
  return source.listen({
    ...options.context,
    functionName: definition.name,
    binding: definition.trigger.binding,
    invoke: async (event) => {
      const result = await options.runner.run(definition, event)
      return result.ok ? { ok: true } : { ok: false, message: result.message }
    },
  })
}
