/** The managed connector `azureeventgridpublish`: https://learn.microsoft.com/connectors/azureeventgridpublish/ */
import { isJsonObject, stringMember } from '../../base/json.ts'
import type { EventGrid } from '../../services/event-grid/service.ts'
import type { ManagedConnector } from '../../services/logic-apps/managed-connector.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { topicByKey } from './logic-apps-to-event-grid.ts'
import { managedConnector } from './managed-operation.ts'

export function eventGridPublishConnector(
  eventGrid: EventGrid,
  resources: ResourceManager,
): ManagedConnector {
  return managedConnector('azureeventgridpublish', resources, [
    {
      method: 'post',
      path: '/eventGrid/api/events',
      id: 'PublishEvent',
      answer: async (call) => {
        const { connection, trace } = call.providerCall({})
        const address = stringMember(call.values, 'endpoint') ?? ''
        const key = stringMember(call.values, 'api_key') ?? ''
        const topic = topicByKey(eventGrid, address, { connection: connection.name, key })
        const events = Array.isArray(call.body) ? call.body : [call.body]
        await eventGrid.publishObjects(topic, events.filter(isJsonObject), trace)
        return { statusCode: 200 }
      },
    },
  ])
}
