import type { EventSubscription } from '../services/event-grid/event-subscription.ts'
import { readSubscriptionSettings } from '../services/event-grid/event-subscription.ts'
import type { FlowLink, FlowPlace } from '../services/monitor/flow-map.ts'
import type { DeclaredFlow } from './flow-declaration.ts'
import type { Services } from './services.ts'

const containersShownMax = 50

type Parts = Pick<Services, 'storage' | 'eventGrid' | 'functions' | 'logicApps'>

/** Blob containers, the topics that tell of their events, and where the subscriptions take these. */
export async function eventFlow(parts: Parts): Promise<DeclaredFlow> {
  const containers = await containerPlaces(parts.storage)
  const arrows = parts.eventGrid.subscriptions.all().flatMap((subscription): FlowLink[] => {
    const topic = { service: 'event-grid', resource: lastOf(subscription.sourceId) }
    const delivery = { service: 'event-grid', resource: subscription.name }
    const sources = sourcesOf(subscription, containers)
    const target = targetOf(parts, subscription)
    return [
      ...sources.map((container): FlowLink => [container, topic]),
      [topic, delivery],
      ...(target ? ([[delivery, target]] satisfies FlowLink[]) : []),
    ]
  })
  return { places: containers, arrows }
}

async function containerPlaces(storage: Services['storage']): Promise<FlowPlace[]> {
  const places: FlowPlace[] = []
  for (const { name: account } of storage.accounts.declared()) {
    for (const { name } of await storage.containers.list(account, '', containersShownMax)) {
      // What the host keeps for itself is no part of anybody's flow.
      if (name.startsWith('azure-webjobs-')) continue
      places.push({ service: 'storage', resource: `${account}/${name}` })
    }
  }
  return places
}

/** The containers whose events a subscription gets: of one where its filter says so. */
function sourcesOf(
  { sourceId, properties }: EventSubscription,
  containers: readonly FlowPlace[],
): readonly FlowPlace[] {
  if (!/\/providers\/Microsoft\.Storage\/storageAccounts\/[^/]+$/i.test(sourceId)) return []
  const prefix = readSubscriptionSettings(properties).filter.subjectBeginsWith
  const [, only] = /^\/blobServices\/default\/containers\/([^/]+)\//i.exec(prefix) ?? []
  const account = lastOf(sourceId).toLowerCase()
  return containers.filter(({ resource }) => {
    const [owner, name] = resource.split('/')
    return owner === account && (only === undefined || name === only.toLowerCase())
  })
}

function targetOf(parts: Parts, subscription: EventSubscription): FlowPlace | undefined {
  const { endpoint } = readSubscriptionSettings(subscription.properties)
  if (endpoint.kind === 'WebHook') return placeOfUrl(parts, endpoint.url)
  const { kind, resourceId } = endpoint
  if (kind === 'AzureFunction') {
    const [, site = '', name = ''] = /\/sites\/([^/]+)\/functions\/([^/]+)$/i.exec(resourceId) ?? []
    const app = parts.functions.site(site)?.serviceName
    return app === undefined ? undefined : { service: 'functions', resource: `${app}/${name}` }
  }
  const isBus = kind === 'ServiceBusQueue' || kind === 'ServiceBusTopic'
  return isBus ? { service: 'service-bus', resource: lastOf(resourceId) } : undefined
}

/** The workflow whose trigger a URL calls. */
function placeOfUrl({ logicApps }: Parts, url: string): FlowPlace | undefined {
  const [, workflow] = /\/api\/([^/]+)\/triggers\//.exec(url) ?? []
  const isHere = logicApps.apps().some(({ app }) => url.startsWith(`${app.baseUrl}/`))
  if (workflow === undefined || !isHere) return undefined
  return { service: 'logic-apps', resource: decodeURIComponent(workflow) }
}

function lastOf(id: string): string {
  return id.split('/').at(-1) ?? id
}
