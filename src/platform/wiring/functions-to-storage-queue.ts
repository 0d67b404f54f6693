/**
 * The `queue` output of functions -> messages in a storage queue.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-output
 */
import { formatTraceparent } from '../../base/trace-context.ts'
import { compileBindingExpression } from '../../services/functions/binding-expressions.ts'
import type { OutputSink } from '../../services/functions/extension.ts'
import type { Storage } from '../../services/storage/service.ts'
import { BindingReader } from './binding-reader.ts'
import { storageAccountOf } from './storage-connection.ts'
import { encodeMessage } from './storage-queue-text.ts'

export function functionsToStorageQueue(storage: Storage): OutputSink {
  return {
    type: 'queue',
    open: async (context) => {
      const reader = new BindingReader(context)
      const connection = reader.string('connection')
      const account = storageAccountOf(storage, context, { connection, service: 'queue' })
      const queueName = compileBindingExpression(reader.required('queueName'), context)
      const { messageEncoding } = context.host.queues
      return async ({ values, traceOf, bindingData }) => {
        if (values.length === 0) return
        // The binding makes the queue; names have no capitals there.
        const queue = await storage.queues.ensure(
          account.name,
          queueName(bindingData).toLowerCase(),
        )
        const messages = values.map((value, index) => ({
          text: encodeMessage(value.kind === 'bytes' ? value.bytes : value.text, messageEncoding),
          trace: formatTraceparent(traceOf(index)),
        }))
        await storage.queueMessages.put(queue, messages)
      }
    },
  }
}
