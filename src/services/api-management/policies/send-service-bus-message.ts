import { ServiceError } from '../../../base/errors.ts'
import { childOf } from '../../../base/trace-context.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { toText } from '../gateway/policy-value.ts'
import { spanPayloadCharsMax } from '../limits.ts'
import type { BusMessage } from '../service-bus-sink.ts'

/** The call goes on once the message is kept: https://learn.microsoft.com/azure/api-management/send-service-bus-message-policy */
export const sendServiceBusMessage: PolicyDefinition = {
  name: 'send-service-bus-message',
  sections: ['inbound', 'outbound', 'on-error'],
  attributes: ['queue-name', 'topic-name', 'namespace', 'client-id'],
  elements: ['message-properties', 'payload'],
  compile(source) {
    const queue = source.text('queue-name')
    const topic = source.text('topic-name')
    if (!queue === !topic) throw source.fault("either 'queue-name' or 'topic-name' must be set.")
    const namespace = source.requiredText('namespace')
    const clientId = source.text('client-id')
    const payload = source.child('payload')?.content()
    if (!payload) throw source.fault("'payload' is missing.")
    const properties = source.child('message-properties')?.children('message-property') ?? []
    const readers = properties.map(compileProperty)
    if (!source.environment.hasServiceBus) {
      throw source.fault('there is no Service Bus that messages could be sent to.')
    }
    return (call) =>
      send(call, {
        service: call.parts.service.name,
        ...(clientId ? { clientId: clientId.read(call) } : {}),
        namespace: namespace.read(call).trim(),
        kind: queue ? 'queue' : 'topic',
        entity: (queue ?? topic)?.read(call).trim() ?? '',
        properties: Object.fromEntries(readers.map((read) => read(call))),
        body: bodyOf(payload.read(call)),
        trace: childOf(call.trace),
      })
  },
}

function compileProperty(source: PolicySource): (call: GatewayCall) => readonly [string, string] {
  const name = source.requiredText('name')
  const value = source.contentText()
  return (call) => [name.read(call), value.read(call).trim()]
}

function bodyOf(value: unknown): string | Uint8Array {
  return value instanceof Uint8Array ? value : toText(value)
}

async function send(call: GatewayCall, message: BusMessage): Promise<void> {
  const { clock, telemetry, serviceBus } = call.parts
  const { namespace, entity, trace, body } = message
  const startMs = clock.preciseNow()
  const finish = (outcome: { reason?: string; status: 'ok' | 'error' }): void => {
    telemetry.span({
      context: trace,
      parentSpanId: call.trace.spanId,
      service: 'api-management',
      operation: 'send-service-bus-message',
      resource: `${namespace}/${entity}`,
      startMs,
      durationMs: clock.preciseNow() - startMs,
      payload: Buffer.from(body).toString('utf8').slice(0, spanPayloadCharsMax),
      ...outcome,
    })
  }
  try {
    await serviceBus?.send(message)
    finish({ status: 'ok' })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    finish({ status: 'error', reason: error.message })
    throw notSent(error)
  }
}

function notSent(cause: ServiceError): PolicyError {
  return new PolicyError(
    {
      source: 'send-service-bus-message',
      reason: cause.code,
      message: `The message could not be sent: ${cause.message}`,
      status: 500,
      answer: 'Internal server error',
    },
    { cause },
  )
}
