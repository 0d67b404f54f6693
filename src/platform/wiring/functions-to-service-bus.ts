/**
 * The `serviceBus` output binding of functions -> messages in a queue or topic.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-output
 */
import { compileBindingExpression } from '../../services/functions/binding-expressions.ts'
import type { OutputSink } from '../../services/functions/extension.ts'
import type { OutputValue } from '../../services/functions/output-values.ts'
import type { OutgoingMessage } from '../../services/service-bus/message.ts'
import type { ServiceBus } from '../../services/service-bus/service.ts'
import { BindingReader } from './binding-reader.ts'
import { serviceBusNamespaceOf } from './service-bus-connection.ts'

export function functionsToServiceBus(serviceBus: ServiceBus): OutputSink {
  return {
    type: 'servicebus',
    open: async (context) => {
      const reader = new BindingReader(context)
      const namespace = serviceBusNamespaceOf(serviceBus, context, reader.string('connection'))
      const declared = reader.string('queueName') ?? reader.required('topicName')
      // An entity that is known now must exist now; one named by the event is looked up with each.
      if (!declared.includes('{')) namespace.entity(declared)
      const path = compileBindingExpression(declared, context)
      return async ({ values, traceOf, bindingData }) => {
        const messages = values.map((value, index) => ({
          ...messageOf(value),
          trace: traceOf(index),
        }))
        await namespace.send(path(bindingData), messages)
      }
    },
  }
}

// Text goes out as it is, an object as JSON with its content type: what the real extension sends.
function messageOf(value: OutputValue): OutgoingMessage {
  if (value.kind === 'bytes') {
    return { body: value.bytes, bodyType: 'data', contentType: 'application/octet-stream' }
  }
  const contentType = value.kind === 'json' ? 'application/json' : 'text/plain'
  return { body: value.text, bodyType: 'data', contentType }
}
