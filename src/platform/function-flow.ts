import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { FunctionApp } from '../services/functions/function-app.ts'
import type { FlowLink, FlowPlace } from '../services/monitor/flow-map.ts'
import type { DeclaredFlow } from './flow-declaration.ts'

/** What the bindings of functions say of the flow; `account` is the storage account, where there is just one. */
export function functionFlow(apps: readonly FunctionApp[], account: string): DeclaredFlow {
  const arrows = apps.flatMap((app) =>
    app.functions.flatMap((each) => arrowsOf(app, each.name, account)),
  )
  const places = apps.flatMap((app) => app.functions.map((each) => placeOfFunction(app, each.name)))
  return { places, arrows }
}

function arrowsOf(app: FunctionApp, functionName: string, account: string): FlowLink[] {
  const definition = app.functions.find((candidate) => candidate.name === functionName)
  const place = placeOfFunction(app, functionName)
  return (definition?.bindings ?? []).flatMap((binding): FlowLink[] => {
    const other = placeOfBinding(app, binding, account)
    if (!other) return []
    // Data that a function asks for is drawn as the function's call: the arrow says who causes what.
    return isTrigger(binding) ? [[other, place]] : [[place, other]]
  })
}

function placeOfFunction(app: FunctionApp, functionName: string): FlowPlace {
  return { service: 'functions', resource: `${app.name}/${functionName}` }
}

function placeOfBinding(
  app: FunctionApp,
  binding: JsonObject,
  account: string,
): FlowPlace | undefined {
  const read = (name: string): string | undefined => {
    const value = binding[name]
    return typeof value === 'string' ? app.folder?.settings.resolve(value) : undefined
  }
  switch (typeOf(binding)) {
    case 'cosmosdb':
    case 'cosmosdbtrigger':
      return { service: 'cosmos-db', resource: `${read('databaseName')}/${read('containerName')}` }
    case 'servicebus':
    case 'servicebustrigger':
      return { service: 'service-bus', resource: read('queueName') ?? read('topicName') ?? '' }
    case 'blob':
    case 'blobtrigger': {
      const [container] = (read('path') ?? '').split('/')
      return account === '' || !container
        ? undefined
        : { service: 'storage', resource: `${account}/${container}` }
    }
    default:
      return undefined
  }
}

function isTrigger(binding: JsonObject): boolean {
  return typeOf(binding).endsWith('trigger')
}

function typeOf(binding: unknown): string {
  const type = isJsonObject(binding) ? binding['type'] : undefined
  return typeof type === 'string' ? type.toLowerCase() : ''
}
