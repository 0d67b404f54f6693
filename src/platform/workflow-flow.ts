import { stringMember, type JsonObject } from '../base/json.ts'
import type { FlowLink, FlowPlace } from '../services/monitor/flow-map.ts'
import type { LogicApp } from '../services/logic-apps/logic-app.ts'
import { outlineOf, type WorkflowStep } from '../services/logic-apps/workflow-outline.ts'
import type { DeclaredFlow } from './flow-declaration.ts'
import type { Services } from './services.ts'

/** What a step of a workflow reads or writes, by its service provider; what is only asked for is no flow. */
type PlaceOfStep = (inputs: JsonObject, step: WorkflowStep, account: string) => string | undefined

const places: Readonly<Record<string, { readonly service: string; readonly of: PlaceOfStep }>> = {
  servicebus: {
    service: 'service-bus',
    of: (inputs, { operation = '', isTrigger }) =>
      isTrigger || operation.startsWith('sendMessage')
        ? (text(inputs, 'entityName') ?? text(inputs, 'queueName') ?? text(inputs, 'topicName'))
        : undefined,
  },
  azurecosmosdb: {
    service: 'cosmos-db',
    of: (inputs) => {
      const database = text(inputs, 'databaseId') ?? text(inputs, 'databaseName')
      const container = text(inputs, 'containerId') ?? text(inputs, 'collectionName')
      return database === undefined || container === undefined
        ? undefined
        : `${database}/${container}`
    },
  },
  azureblob: {
    service: 'storage',
    of: (inputs, { operation = '', isTrigger }, account) => {
      if (!isTrigger && !/^(?:uploadBlob|copyBlob|deleteBlob)/i.test(operation)) return undefined
      const name =
        text(inputs, 'path') ??
        text(inputs, 'containerName') ??
        text(inputs, 'destinationContainerName')
      return name === undefined ? undefined : `${account}/${name.split('/')[0] ?? ''}`
    },
  },
}

/** What the triggers and actions of workflows say of the flow; `account` is the storage account, where there is just one. */
export function workflowFlow(
  { logicApps }: Pick<Services, 'logicApps'>,
  account: string,
): DeclaredFlow {
  const found: FlowPlace[] = []
  const arrows: FlowLink[] = []
  for (const { app } of logicApps.apps()) {
    for (const loaded of app.workflows) {
      const place = { service: 'logic-apps', resource: loaded.name }
      found.push(place)
      if ('host' in loaded) {
        const steps = outlineOf(app, loaded.host.workflow)
        arrows.push(...steps.flatMap((step) => arrowsOf(place, step, { app, account })))
      }
    }
  }
  return { places: found, arrows }
}

function arrowsOf(
  place: FlowPlace,
  step: WorkflowStep,
  from: { readonly app: LogicApp; readonly account: string },
): FlowLink[] {
  const other = placeOf(step, from)
  if (!other) return []
  return step.isTrigger ? [[other, place]] : [[place, other]]
}

function placeOf(
  step: WorkflowStep,
  { app, account }: { readonly app: LogicApp; readonly account: string },
): FlowPlace | undefined {
  if (step.type.toLowerCase() === 'workflow') {
    const name = childOf(step.inputs)
    const child = name === undefined ? undefined : app.find(name)
    return child && { service: 'logic-apps', resource: child.name }
  }
  const known = places[step.provider?.toLowerCase() ?? '']
  const resource = known?.of(step.inputs, step, account)
  return known && resource !== undefined ? { service: known.service, resource } : undefined
}

function childOf({ host }: JsonObject): string | undefined {
  const id = host === undefined ? undefined : objectText(host)
  return id?.split('/').at(-1)
}

function objectText(host: JsonObject[string]): string | undefined {
  const { workflow } = typeof host === 'object' && !Array.isArray(host) && host ? host : {}
  return stringMember(workflow, 'id')
}

function text(inputs: JsonObject, name: string): string | undefined {
  const value = stringMember(inputs, name)
  return value === '' ? undefined : value
}
