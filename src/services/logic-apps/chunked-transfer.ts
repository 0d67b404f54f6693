import type { ActionDefinition } from './action-definition.ts'
import { CallFailed, sendHttp, type HttpCall } from './http-call.ts'
import { bodyValue, headerOf, writeMessage, type HttpMessage } from './http-message.ts'
import {
  contentBytes,
  isContent,
  makeContent,
} from '../../languages/workflow-expression/content.ts'
import { type Value, isObject } from '../../languages/workflow-expression/value.ts'
import { chunkBytes, messageBytesMax } from './limits.ts'
import { memberOf, objectOf, textOf } from './workflow-value.ts'

/** Whether an action asks for its message in pieces. */
export function isChunked(action: ActionDefinition): boolean {
  const transfer = objectOf(action.runtimeConfiguration, 'contentTransfer')
  return textOf(transfer, 'transferMode')?.toLowerCase() === 'chunked'
}

/**
 * Sends a body in pieces: the first request announces it, `Location` says where the pieces go.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-handle-large-messages#upload-content-in-chunks
 */
export async function chunkedUpload(call: HttpCall): Promise<HttpMessage> {
  const { bytes, contentType } = writeMessage(memberOf(call.inputs, 'body'))
  const announced = await sendHttp(
    withHeaders(
      { ...call, inputs: without(call.inputs, 'body') },
      {
        'x-ms-transfer-mode': 'chunked',
        'x-ms-content-length': String(bytes?.length ?? 0),
      },
    ),
  )
  const location = headerOf(announced.headers, 'location')
  // Whoever does not know chunks takes the message as a whole.
  if (location === undefined || !bytes || announced.statusCode >= 400) return sendHttp(call)
  const size = Number(headerOf(announced.headers, 'x-ms-chunk-size') ?? chunkBytes)
  let answer = announced
  for (let start = 0; start < bytes.length; start += size) {
    const piece = bytes.subarray(start, start + size)
    const end = start + piece.length - 1
    answer = await sendHttp(
      withHeaders(
        {
          ...call,
          inputs: {
            ...objectInputs(call.inputs),
            method: 'PATCH',
            uri: location,
            body: makeContent(contentType ?? 'application/octet-stream', piece.toString('base64')),
          },
        },
        { 'content-range': `bytes=${start}-${end}/${bytes.length}` },
      ),
    )
    if (answer.statusCode >= 400) return answer
  }
  return answer
}

/**
 * Gets a body in pieces by `Range`, where the other side answers with pieces.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-handle-large-messages#download-content-in-chunks
 */
export async function chunkedDownload(call: HttpCall): Promise<HttpMessage> {
  const range = (start: number) => `bytes=${start}-${start + chunkBytes - 1}`
  const get = (start: number) =>
    sendHttp(withHeaders({ ...call, isPiece: true }, { range: range(start) }))
  const first = await get(0)
  const total = totalOf(first)
  if (first.statusCode !== 206 || total === undefined) return asMessage(first)
  if (total > messageBytesMax) {
    const message = `The message of '${total}' bytes is larger than the '${messageBytesMax}' bytes that are allowed.`
    throw new CallFailed('ResponseSwitchedToChunked', message, { isTransient: false })
  }
  const pieces = [bytesOf(first)]
  for (let start = pieces[0]?.length ?? 0; start < total;) {
    const piece = await get(start)
    const bytes = bytesOf(piece)
    if (piece.statusCode !== 206 || bytes.length === 0) return piece
    pieces.push(bytes)
    start += bytes.length
  }
  const type = headerOf(first.headers, 'content-type') ?? 'application/octet-stream'
  return { ...first, statusCode: 200, body: bodyValue(Buffer.concat(pieces), type) }
}

function asMessage(message: HttpMessage): HttpMessage {
  const type = headerOf(message.headers, 'content-type')
  return { ...message, body: bodyValue(bytesOf(message), type) }
}

function totalOf(message: HttpMessage): number | undefined {
  const total = /\/(\d+)$/.exec(headerOf(message.headers, 'content-range') ?? '')?.[1]
  return total === undefined ? undefined : Number(total)
}

function bytesOf({ body }: HttpMessage): Buffer {
  if (body !== undefined && isContent(body)) return contentBytes(body)
  return writeMessage(body).bytes ?? Buffer.alloc(0)
}

function withHeaders(call: HttpCall, headers: Readonly<Record<string, string>>): HttpCall {
  return { ...call, workflowHeaders: { ...call.workflowHeaders, ...headers } }
}

function without(inputs: Value, name: string): Value {
  const { [name]: _, ...rest } = objectInputs(inputs)
  return rest
}

function objectInputs(inputs: Value): Record<string, Value> {
  return isObject(inputs) ? { ...inputs } : {}
}
