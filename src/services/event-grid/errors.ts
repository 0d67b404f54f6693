import { ServiceError } from '../../base/errors.ts'

/**
 * The faults a caller of Event Grid can cause. `details.code` is the finer code that its data plane adds.
 * https://learn.microsoft.com/azure/event-grid/troubleshoot-errors
 */

export function signatureMissing(): ServiceError {
  return unauthorized(
    'Request must contain one of the following authorization signature: aeg-sas-token, aeg-sas-key.',
  )
}

export function keyEmpty(): ServiceError {
  return badRequest('Request must have a value for aeg-sas-key.', 'InvalidSas')
}

export function keyRefused(host: string, reason?: string): ServiceError {
  const because = reason === undefined ? '' : ` This is due to the reason: ${reason}`
  return unauthorized(
    `The request authorization key is not authorized for ${host.toUpperCase()}.${because}`,
  )
}

export function localAuthDisabled(host: string): ServiceError {
  return unauthorized(
    `Local authentication is disabled for ${host.toUpperCase()}: use Microsoft Entra ID.`,
  )
}

export function tokenExpired(host: string): ServiceError {
  return unauthorized(`The specified SAS token has expired for topic '${host.toUpperCase()}'.`)
}

export function tokenSignatureInvalid(host: string): ServiceError {
  return unauthorized(
    `The specified SAS token signature is invalid for topic '${host.toUpperCase()}'.`,
  )
}

export function tokenFormatInvalid(host: string): ServiceError {
  return unauthorized(
    `The specified SAS token format is invalid for topic '${host.toUpperCase()}'.`,
  )
}

export function schemeUnsupported(): ServiceError {
  return unauthorized(
    'Request has an unsupported Authorization scheme (must be SharedAccessSignature or Bearer).',
  )
}

export function bearerUnreadable(): ServiceError {
  return unauthorized('Unable to read access token.')
}

/** The bearer's principal has no role that lets it send. */
export function senderForbidden(resourceId: string): ServiceError {
  return new ServiceError(
    'Forbidden',
    403,
    `The principal associated with access token presented with the incoming request does not have permission to send data to ${resourceId}.`,
  )
}

export function topicNotMatching(): ServiceError {
  return unauthorized(
    'One or more of the specified topics do not match with the topic that the request is sent to: leave the property empty.',
  )
}

export function payloadTooLarge(bytesMax: number): ServiceError {
  return new ServiceError(
    'RequestEntityTooLarge',
    413,
    `The maximum size (${bytesMax}) has been exceeded.`,
    { details: { code: 'PayloadTooLarge' } },
  )
}

export function tooManyEvents(countMax: number): ServiceError {
  return badRequest(`A request may carry at most ${countMax} events.`, 'InputJsonInvalid')
}

export function tooManyDeliveries(countMax: number): ServiceError {
  return badRequest(
    `The events of a request may be for at most ${countMax} deliveries: send fewer of them.`,
    'InputJsonInvalid',
  )
}

export function contentTypeInvalid(): ServiceError {
  return new ServiceError(
    'UnsupportedMediaType',
    415,
    "The Content-Type header is either missing or it doesn't have a valid value. The content type header must either be application/cloudevents+json; charset=utf-8 or application/cloudevents-batch+json; charset=UTF-8.",
    { details: { code: 'InvalidContentType' } },
  )
}

export function apiVersionMissing(): ServiceError {
  return badRequest(
    'The api-version query parameter (?api-version=) is required for all requests.',
    'MissingApiVersionParameter',
  )
}

export function apiVersionUnsupported(version: string): ServiceError {
  return badRequest(
    `The HTTP resource that matches the request URI does not support the API version '${version}'.`,
    'UnsupportedApiVersion',
  )
}

export function jsonInvalid(message: string): ServiceError {
  return badRequest(message, 'InputJsonInvalid')
}

export function cloudEventHeaderInvalid(header: string, fault: 'missing' | 'empty'): ServiceError {
  return badRequest(
    `${header} header is ${fault} for the cloud event. Please check required attributes at https://github.com/cloudevents/spec/blob/v1.0/spec.md#required-attributes`,
    'InvalidCloudEventHeader',
  )
}

export function addressNotFound(uri: string): ServiceError {
  return new ServiceError(
    'NotFound',
    404,
    `No HTTP resource was found that matches the request URI '${uri}'.`,
    { details: { code: 'ResourceNotFound' } },
  )
}

export function methodNotAllowed(method: string): ServiceError {
  return new ServiceError(
    'MethodNotAllowed',
    405,
    `The HTTP method ${method} is not allowed at this address.`,
    { details: { code: 'MethodNotAllowed' } },
  )
}

export function validationRefused(): ServiceError {
  return badRequest(
    'The validation code is not correct, or the ten minutes in which it was good are over.',
    'InvalidValidationCode',
  )
}

/** What a template or the management REST asks for and cannot be. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequest', 400, message)
}

export function notSupported(what: string): ServiceError {
  return new ServiceError('NotSupported', 501, `${what} is not supported.`)
}

export function resourceNotFound(what: string): ServiceError {
  return new ServiceError(
    'ResourceNotFound',
    404,
    `The Event Grid resource '${what}' was not found.`,
  )
}

export function nameTaken(name: string, id: string): ServiceError {
  const message = `The name '${name}' is already taken by '${id}': its endpoint would be the same.`
  return new ServiceError('Conflict', 409, message)
}

export function nameAmbiguous(name: string): ServiceError {
  const message = `More than one resource has the name '${name}': delete what it belongs to.`
  return new ServiceError('Conflict', 409, message)
}

/** https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema */
export function handshakeFailed(url: string, why: string): ServiceError {
  const message = `Webhook validation handshake failed for ${url}. ${why} For troubleshooting, visit https://aka.ms/esvalidation.`
  return new ServiceError('URLValidation', 400, message)
}

function badRequest(message: string, detail: string): ServiceError {
  return new ServiceError('BadRequest', 400, message, { details: { code: detail } })
}

function unauthorized(message: string): ServiceError {
  return new ServiceError('Unauthorized', 401, message, { details: { code: 'Unauthorized' } })
}
