/**
 * The managed connector `azureeventgrid`: a workflow's trigger subscribes its callback URL to the events of a
 * resource. https://learn.microsoft.com/connectors/azureeventgrid/
 */
import { createHash } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import { eventSubscriptionId, type EventGrid } from '../../services/event-grid/service.ts'
import type {
  ManagedConnector,
  ManagedConnectorSubscribe,
} from '../../services/logic-apps/managed-connector.ts'

/** Names of subscriptions have at most 64 letters, digits and hyphens. */
const readableCharsMax = 50

export function eventGridToLogicApps(eventGrid: EventGrid): ManagedConnector {
  return {
    api: 'azureeventgrid',
    subscribe: async (subscribe) => {
      const name = subscriptionName(subscribe)
      const properties = objectMember(subscribe.body, 'properties')
      const sourceId = sourceOf(subscribe)
      await eventGrid.putEventSubscription({
        name,
        sourceId,
        properties: {
          ...properties,
          destination: {
            endpointType: 'WebHook',
            properties: { endpointUrl: subscribe.callbackUrl },
          },
        },
      })
      const id = eventSubscriptionId(sourceId, name)
      return { unsubscribe: async () => void (await eventGrid.deleteEventSubscription(id)) }
    },
  }
}

/** The same for each start of a workflow, so that it takes its subscription over again; it tells whose it is. */
function subscriptionName({ app, workflow }: ManagedConnectorSubscribe): string {
  const hash = createHash('sha256').update(`${app}/${workflow}`.toLowerCase()).digest('hex')
  const readable = `${app}-${workflow}`.replaceAll(/[^A-Za-z\d]+/g, '-').slice(0, readableCharsMax)
  return `${readable}-${hash.slice(0, 8)}`
}

function sourceOf({ body, workflow }: ManagedConnectorSubscribe): string {
  const topic = stringMember(objectMember(body, 'properties'), 'topic')
  if (topic !== undefined && topic !== '') return topic
  throw new ServiceError(
    'InvalidTemplate',
    400,
    `The Event Grid trigger of workflow '${workflow}' has no 'properties.topic': the id of the resource whose events it wants.`,
  )
}
