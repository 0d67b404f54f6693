import { objectMember, stringMember } from '../../../base/json.ts'
import type { Entity } from '../entity-tree.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { eventBytesMax } from '../limits.ts'

/** https://learn.microsoft.com/azure/api-management/log-to-eventhub-policy */
export const logToEventhub: PolicyDefinition = {
  name: 'log-to-eventhub',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['logger-id', 'partition-id', 'partition-key'],
  hasText: true,
  compile(source) {
    const loggerId = source.requiredLiteral('logger-id')
    const partitionId = source.literal('partition-id')
    const partitionKey = source.text('partition-key')
    const content = source.contentText()
    const { scope, hasEventHubs } = source.environment
    if (partitionId !== undefined && partitionKey) {
      throw source.fault(
        "only one of 'partition-id' and 'partition-key' may be set.",
        'partition-key',
      )
    }
    const entity = source.environment.logger(loggerId)
    if (!entity) throw source.fault(`Logger '${loggerId}' could not be found.`, 'logger-id')
    if (stringMember(entity.properties, 'loggerType') !== 'azureEventHub') {
      throw source.fault(`Logger '${loggerId}' is no azureEventHub logger.`, 'logger-id')
    }
    if (!hasEventHubs) {
      throw source.fault(
        "The policy 'log-to-eventhub' is not supported: there are no Event Hubs on this platform yet.",
      )
    }
    return (call) => {
      const parts = call.partsAt(scope)
      const target = parts.entity('loggers', [loggerId])
      const key = partitionKey?.read(call)
      const text = content.read(call).trim()
      if (!target || !parts.eventHubs) return
      // Nobody waits: an event that cannot be sent is told in the log.
      void parts.eventHubs
        .send({
          ...hubOf(target),
          ...(partitionId === undefined ? {} : { partitionId }),
          ...(key === undefined ? {} : { partitionKey: key }),
          body: Buffer.from(text).subarray(0, eventBytesMax),
          trace: call.trace,
        })
        .catch(() => parts.log(call, `log-to-eventhub: logger '${loggerId}' sent nothing.`))
    }
  },
}

function hubOf({ properties }: Entity): {
  readonly hub: string
  readonly connectionString: string
} {
  const credentials = objectMember(properties, 'credentials')
  return {
    hub: stringMember(credentials, 'name') ?? '',
    connectionString: stringMember(credentials, 'connectionString') ?? '',
  }
}
