/**
 * The `blob` output of functions -> blobs.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-output
 */
import { tryParseJson } from '../../base/json.ts'
import { formatTraceparent } from '../../base/trace-context.ts'
import type { OutputSink } from '../../services/functions/extension.ts'
import type { OutputValue } from '../../services/functions/output-values.ts'
import type { Storage } from '../../services/storage/service.ts'
import { blobNameFor } from './storage-to-functions.ts'

export function functionsToStorage(storage: Storage): OutputSink {
  return {
    type: 'blob',
    open: async (context) => {
      const find = blobNameFor(storage, context)
      return async ({ values, traceOf, bindingData }) => {
        if (values.length === 0) return
        const name = find(bindingData)
        await storage.containers.ensure(name.account, name.container)
        await storage.putBlob(name, {
          content: [bytesOf(values)],
          trace: formatTraceparent(traceOf(0)),
        })
      }
    },
  }
}

// One blob for one binding: a list is written as the JSON that it is.
function bytesOf(values: readonly OutputValue[]): Uint8Array {
  const [only] = values
  if (only && values.length === 1) {
    return only.kind === 'bytes' ? only.bytes : Buffer.from(only.text)
  }
  return Buffer.from(`[${values.map(jsonOf).join(',')}]`)
}

// Whether an element was a number or text that reads like one is not known any more.
function jsonOf(value: OutputValue): string {
  if (value.kind === 'json') return value.text
  const parsed = tryParseJson(value.text ?? '')
  const isPlain = typeof parsed === 'number' || typeof parsed === 'boolean'
  return isPlain ? JSON.stringify(parsed) : JSON.stringify(value.text)
}
