/** How functions write messages: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json */
export type MessageEncoding = 'base64' | 'none'

/** A message's text for what a function wrote. */
export function encodeMessage(content: string | Uint8Array, encoding: MessageEncoding): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content)
  return bytes.toString(encoding === 'base64' ? 'base64' : 'utf8')
}

/** What a message's text says; nothing where it is not in the encoding. */
export function decodeMessage(text: string, encoding: MessageEncoding): Buffer | undefined {
  if (encoding === 'none') return Buffer.from(text)
  const plain = text.replaceAll(/\s/g, '')
  const isBase64 = plain.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(plain)
  return isBase64 ? Buffer.from(plain, 'base64') : undefined
}
