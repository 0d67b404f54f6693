import { messageOf } from '../../base/errors.ts'
import { stringMember, type JsonObject } from '../../base/json.ts'
import { checkBindings } from './bindings.ts'
import type { BindingContext, FunctionExtensions, ReadInput, WriteOutput } from './extension.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { parseRetryPolicy, type RetryPolicy } from './retry-policy.ts'
import type { RegisteredFunction } from './worker-protocol.ts'

type AppContext = Omit<BindingContext, 'functionName' | 'binding'>

/** Makes what an app registered ready to be called; whatever cannot run is refused by its name. */
export async function defineFunctions(
  registered: readonly RegisteredFunction[],
  context: AppContext,
  extensions: FunctionExtensions,
): Promise<FunctionDefinition[]> {
  const wanted = context.host.functions
  const definitions: FunctionDefinition[] = []
  for (const entry of registered) {
    if (wanted.length > 0 && !wanted.includes(entry.name)) continue
    definitions.push(await define(entry, context, extensions))
  }
  return definitions
}

async function define(
  registered: RegisteredFunction,
  context: AppContext,
  extensions: FunctionExtensions,
): Promise<FunctionDefinition> {
  const { name, functionId } = registered
  const bindings = checkBindings(registered.bindings, { ...context, functionName: name })
  const inputs: { name: string; read: ReadInput }[] = []
  for (const binding of bindings.inputs) {
    const place = { ...context, functionName: name, binding }
    inputs.push({ name: nameOf(binding), read: await openInput(place, extensions) })
  }
  const outputs = new Map<string, WriteOutput>()
  for (const binding of bindings.outputs) {
    // The answer to an HTTP request is written by the trigger that waits for it.
    if (typeOf(binding) === 'http') continue
    const place = { ...context, functionName: name, binding }
    outputs.set(nameOf(binding), await openOutput(place, extensions))
  }
  const { trigger } = bindings
  const disabled = disabledBy(name, context)
  const { retry, warning } = retryOf(registered, trigger, context)
  return {
    functionId,
    name,
    trigger: { name: nameOf(trigger), type: stringMember(trigger, 'type') ?? '', binding: trigger },
    inputs,
    outputs,
    bindings: registered.bindings,
    warnings: warning === undefined ? bindings.warnings : [...bindings.warnings, warning],
    ...(retry ? { retry } : {}),
    ...(disabled === undefined ? {} : { disabled }),
  }
}

/** Triggers whose events the host itself keeps; a queue counts deliveries, an HTTP caller asks again. */
const retriedTriggers = new Set([
  'timertrigger',
  'cosmosdbtrigger',
  'eventhubtrigger',
  'kafkatrigger',
])

/**
 * The function's own policy, or that of host.json.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retries
 */
function retryOf(
  registered: RegisteredFunction,
  trigger: JsonObject,
  context: AppContext,
): { retry?: RetryPolicy; warning?: string } {
  const { name, retryOptions } = registered
  const own = retryOptions
    ? parseRetryPolicy(retryOptions, (message) => new Error(`Function '${name}': ${message}.`))
    : undefined
  if (!retriedTriggers.has(typeOf(trigger))) {
    return own
      ? {
          warning: `the retry policy has no effect with the trigger ${stringMember(trigger, 'type')}`,
        }
      : {}
  }
  const retry = own ?? context.host.retry
  return retry ? { retry } : {}
}

async function openInput(
  context: BindingContext,
  extensions: FunctionExtensions,
): Promise<ReadInput> {
  const source = extensions.inputs.find((candidate) => candidate.type === typeOf(context.binding))
  if (!source) throw noExtension(context, 'reads')
  return named(context, () => source.open(context))
}

async function openOutput(
  context: BindingContext,
  extensions: FunctionExtensions,
): Promise<WriteOutput> {
  const sink = extensions.outputs.find((candidate) => candidate.type === typeOf(context.binding))
  if (!sink) throw noExtension(context, 'writes')
  return named(context, () => sink.open(context))
}

async function named<T>(context: BindingContext, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const message = messageOf(error)
    if (message.startsWith(`Function '${context.functionName}'`)) throw error
    throw new Error(`Function '${context.functionName}', ${typeOf(context.binding)}: ${message}`, {
      cause: error,
    })
  }
}

function noExtension(context: BindingContext, verb: string): Error {
  return new Error(
    `Function '${context.functionName}': nothing ${verb} the binding '${typeOf(context.binding)}'.`,
  )
}

/** https://learn.microsoft.com/azure/azure-functions/disable-function */
function disabledBy(name: string, context: AppContext): string | undefined {
  const setting = `AzureWebJobs.${name}.Disabled`
  const value = context.settings.get(setting)?.toLowerCase()
  return value === 'true' || value === '1' ? `the setting ${setting} is ${value}` : undefined
}

function typeOf(binding: JsonObject): string {
  return stringMember(binding, 'type')?.toLowerCase() ?? ''
}

function nameOf(binding: JsonObject): string {
  return stringMember(binding, 'name') ?? ''
}
