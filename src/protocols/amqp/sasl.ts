import { AmqpError } from './amqp-error.ts'
import { AmqpReader } from './amqp-reader.ts'
import { ArrayOf, exact, symbol, textOf } from './amqp-value.ts'
import type { AmqpWriter } from './amqp-writer.ts'

/** What a client says it is: https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-security-v1.0-os.html#section-sasl */
export interface SaslInit {
  readonly mechanism: string
  readonly response: Uint8Array
  readonly hostname: string | undefined
}

/** `MSSBCBS` is Azure's name for "a token will follow". */
export const mechanisms = ['MSSBCBS', 'PLAIN', 'ANONYMOUS', 'EXTERNAL'] as const

export function writeMechanisms(writer: AmqpWriter): void {
  writer.composite(0x40, [new ArrayOf(mechanisms.map((name) => symbol(name)))])
}

export function writeOutcome(writer: AmqpWriter, isGood: boolean): void {
  writer.composite(0x44, [exact('ubyte', isGood ? 0 : 1)])
}

export function parseInit(body: Buffer): SaslInit {
  const { code, fields } = new AmqpReader(body).readComposite()
  if (code !== 0x41) throw new AmqpError('amqp:not-allowed', 'A sasl-init was expected.')
  const [mechanism, response, hostname] = fields
  return {
    mechanism: textOf(mechanism) ?? '',
    response: response instanceof Uint8Array ? response : new Uint8Array(),
    hostname: textOf(hostname),
  }
}

/** `\0user\0password` */
export function parsePlain(
  response: Uint8Array,
): { readonly user: string; readonly password: string } | undefined {
  const [, user, password, more] = Buffer.from(response).toString('utf8').split('\0')
  if (user === undefined || password === undefined || more !== undefined) return undefined
  return { user, password }
}
