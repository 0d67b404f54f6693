import { SourceError } from '../../../base/errors.ts'
import { DotnetException } from '../../../languages/dotnet/exceptions.ts'
import { decodeXml } from '../../../languages/xml/decode-xml.ts'
import { messageOfSection } from './call-message.ts'
import type { GatewayCall } from './gateway-call.ts'
import { convertedBytesMax } from '../limits.ts'
import { accepts, mediaTypeOf } from './media-type.ts'
import { PolicyError } from './policy-error.ts'
import type { PolicySource, Value } from './policy-source.ts'

/** What a policy needs to turn a body into another format. */
export interface Conversion {
  /** True where the attributes, the message and the request ask for it. */
  applies(call: GatewayCall): boolean
}

/** Reads `apply` and `consider-accept-header`, and sees to it that the body was read. */
export function compileConversion(
  source: PolicySource,
  options: {
    /** `content-type-xml` */
    onlyFrom: string
    isFrom: (type: string) => boolean
    isTo: (type: string) => boolean
  },
): Conversion {
  const apply = required(source.choice('apply', ['always', options.onlyFrom]), source, 'apply')
  const considersAccept = source.flag('consider-accept-header')
  useBody(source)
  return {
    applies(call) {
      const { headers } = messageOfSection(call)
      if (apply.read(call) !== 'always' && !options.isFrom(mediaTypeOf(headers))) return false
      if (!(considersAccept?.read(call) ?? true)) return true
      return accepts(call.request.headers, options.isTo)
    },
  }
}

/** The value of an attribute that must be there. */
export function required<T>(
  value: Value<T> | undefined,
  source: PolicySource,
  attribute: string,
): Value<T> {
  if (value) return value
  throw source.fault(`The required attribute '${attribute}' is missing.`)
}

/** The policy looks at the body of the message that its section works on. */
export function useBody(source: PolicySource): void {
  const { section } = source.environment
  if (section === 'inbound' || section === 'backend') source.usage.requestBody = true
  else source.usage.responseBody = true
}

/**
 * Changes the text of a body; one that is not what the policy takes ends the call with 500. A body of nothing stays
 * as it is.
 */
export function convertBody(
  call: GatewayCall,
  policy: string,
  change: (text: string) => string,
): boolean {
  const { body } = messageOfSection(call)
  if (!body.bytes) return false
  const { bytes } = body
  if (bytes.length > convertedBytesMax) throw tooLarge(call, policy)
  body.replace(guarded(policy, () => change(decodeXml(bytes))))
  return true
}

// Work on one thread that nobody can interrupt: all calls would wait for it.
function tooLarge({ section }: GatewayCall, source: string): PolicyError {
  const message = `The body is larger than the ${convertedBytesMax} bytes that '${source}' takes.`
  const isRequest = section === 'inbound' || section === 'backend'
  const answer = isRequest ? {} : { answer: 'Internal server error' }
  return new PolicyError({
    source,
    reason: 'BodyTooLarge',
    message,
    status: isRequest ? 413 : 500,
    ...answer,
  })
}

function guarded(policy: string, work: () => string): string {
  try {
    return work()
  } catch (cause) {
    const isFault = [SourceError, DotnetException, RangeError, SyntaxError].some(
      (each) => cause instanceof each,
    )
    if (!isFault || !(cause instanceof Error)) throw cause
    throw new PolicyError(
      {
        source: policy,
        reason: 'TransformationFailure',
        message: cause.message,
        status: 500,
        answer: 'Internal server error',
      },
      { cause },
    )
  }
}
