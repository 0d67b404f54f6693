import { ServiceError } from '../../base/errors.ts'

/**
 * The faults a caller of the Blob service can cause; `details` become elements beside code and message.
 * https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */

export function accountNotFound(name: string): ServiceError {
  return new ServiceError('ResourceNotFound', 404, `The storage account '${name}' was not found.`)
}

export function resourceNotFound(): ServiceError {
  return new ServiceError('ResourceNotFound', 404, 'The specified resource does not exist.')
}

export function containerNotFound(): ServiceError {
  return new ServiceError('ContainerNotFound', 404, 'The specified container does not exist.')
}

export function containerExists(): ServiceError {
  return new ServiceError('ContainerAlreadyExists', 409, 'The specified container already exists.')
}

export function blobNotFound(): ServiceError {
  return new ServiceError('BlobNotFound', 404, 'The specified blob does not exist.')
}

export function blobExists(): ServiceError {
  return new ServiceError('BlobAlreadyExists', 409, 'The specified blob already exists.')
}

export function conditionNotMet(): ServiceError {
  return new ServiceError(
    'ConditionNotMet',
    412,
    'The condition specified using HTTP conditional header(s) is not met.',
  )
}

/** What a read is answered with when the caller already has what is there. */
export function notModified(): ServiceError {
  return new ServiceError(
    'ConditionNotMet',
    304,
    'The condition specified using HTTP conditional header(s) is not met.',
  )
}

export function sourceConditionNotMet(): ServiceError {
  return new ServiceError(
    'SourceConditionNotMet',
    412,
    'The source condition specified using HTTP conditional header(s) is not met.',
  )
}

export function invalidHeader(name: string, value: string): ServiceError {
  return new ServiceError(
    'InvalidHeaderValue',
    400,
    'The value for one of the HTTP headers is not in the correct format.',
    { details: { HeaderName: name, HeaderValue: value } },
  )
}

export function missingHeader(name: string): ServiceError {
  return new ServiceError(
    'MissingRequiredHeader',
    400,
    'An HTTP header that is mandatory for this request is not specified.',
    { details: { HeaderName: name } },
  )
}

export function invalidQuery(name: string, value: string, reason: string): ServiceError {
  return new ServiceError(
    'InvalidQueryParameterValue',
    400,
    'Value for one of the query parameters specified in the request URI is invalid.',
    {
      details: { QueryParameterName: name, QueryParameterValue: value, Reason: reason },
    },
  )
}

export function missingQuery(name: string): ServiceError {
  return new ServiceError(
    'MissingRequiredQueryParameter',
    400,
    'A query parameter that is mandatory for this request is not specified.',
    { details: { QueryParameterName: name } },
  )
}

export function invalidUri(): ServiceError {
  return new ServiceError(
    'InvalidUri',
    400,
    'The requested URI does not represent any resource on the server.',
  )
}

export function invalidInput(message: string): ServiceError {
  return new ServiceError('InvalidInput', 400, message)
}

export function invalidResourceName(): ServiceError {
  return new ServiceError(
    'InvalidResourceName',
    400,
    'The specified resource name contains invalid characters.',
  )
}

export function invalidXml(reason: string): ServiceError {
  return new ServiceError('InvalidXmlDocument', 400, 'XML specified is not syntactically valid.', {
    details: { Reason: reason },
  })
}

export function invalidMetadata(): ServiceError {
  return new ServiceError(
    'InvalidMetadata',
    400,
    'The metadata specified is invalid. It has characters that are not permitted.',
  )
}

export function metadataTooLarge(): ServiceError {
  return new ServiceError(
    'MetadataTooLarge',
    400,
    'The size of the specified metadata exceeds the maximum size permitted.',
  )
}

export function invalidTags(): ServiceError {
  return new ServiceError(
    'InvalidTag',
    400,
    'The tags specified are invalid. It contains characters that are not permitted.',
  )
}

export function methodNotAllowed(): ServiceError {
  return new ServiceError(
    'UnsupportedHttpVerb',
    405,
    "The resource doesn't support specified Http Verb.",
  )
}

export function bodyTooLarge(bytesMax: number): ServiceError {
  return new ServiceError(
    'RequestBodyTooLarge',
    413,
    'The request body is too large and exceeds the maximum permissible limit.',
    { details: { MaxLimit: String(bytesMax) } },
  )
}

export function bodyIncomplete(): ServiceError {
  return new ServiceError(
    'IncompleteBody',
    400,
    'The request body had fewer bytes than the Content-Length header says.',
  )
}

export function contentLengthMissing(): ServiceError {
  return new ServiceError(
    'MissingContentLengthHeader',
    411,
    'The Content-Length header was not specified.',
  )
}

export function md5Mismatch(given: string, calculated: string): ServiceError {
  return new ServiceError(
    'Md5Mismatch',
    400,
    'The MD5 value specified in the request did not match with the MD5 value calculated by the server.',
    { details: { UserSpecifiedMd5: given, ServerCalculatedMd5: calculated } },
  )
}

export function crc64Mismatch(given: string, calculated: string): ServiceError {
  return new ServiceError(
    'Crc64Mismatch',
    400,
    'The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.',
    { details: { UserSpecifiedCrc: given, ServerCalculatedCrc: calculated } },
  )
}

export function invalidMd5(): ServiceError {
  return new ServiceError(
    'InvalidMd5',
    400,
    'The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded.',
  )
}

export function invalidRange(length: number): ServiceError {
  return new ServiceError(
    'InvalidRange',
    416,
    'The range specified is invalid for the current size of the resource.',
    { details: { ResourceLength: length } },
  )
}

export function hashedRangeTooLarge(): ServiceError {
  return new ServiceError(
    'OutOfRangeQueryParameterValue',
    400,
    'A query parameter specified in the request URI is outside the permissible range.',
  )
}

export function invalidBlobType(): ServiceError {
  return new ServiceError('InvalidBlobType', 409, 'The blob type is invalid for this operation.')
}

export function invalidBlockId(): ServiceError {
  return new ServiceError(
    'InvalidBlobOrBlock',
    400,
    'The specified blob or block content is invalid.',
  )
}

export function invalidBlockList(): ServiceError {
  return new ServiceError('InvalidBlockList', 400, 'The specified block list is invalid.')
}

export function blockListTooLong(): ServiceError {
  return new ServiceError(
    'BlockListTooLong',
    400,
    'The block list may not contain more than 50,000 blocks.',
  )
}

export function blockCountExceeded(): ServiceError {
  return new ServiceError(
    'BlockCountExceedsLimit',
    409,
    'The committed block count cannot exceed the maximum limit of 50,000 blocks.',
  )
}

export function uncommittedBlocksExceeded(): ServiceError {
  return new ServiceError(
    'RequestEntityTooLarge',
    413,
    'The uncommitted block count cannot exceed the maximum limit of 100,000 blocks.',
  )
}

export function appendPositionNotMet(): ServiceError {
  return new ServiceError(
    'AppendPositionConditionNotMet',
    412,
    'The append position condition specified was not met.',
  )
}

export function maxSizeNotMet(): ServiceError {
  return new ServiceError(
    'MaxBlobSizeConditionNotMet',
    412,
    'The max blob size condition specified was not met.',
  )
}

export function blobIsSealed(): ServiceError {
  return new ServiceError(
    'BlobIsSealed',
    409,
    "The specified blob is sealed and its contents can't be modified unless the blob is re-created after a delete.",
  )
}

export function invalidPageRange(): ServiceError {
  return new ServiceError('InvalidPageRange', 416, 'The page range specified is invalid.')
}

export function sequenceConditionNotMet(): ServiceError {
  return new ServiceError(
    'SequenceNumberConditionNotMet',
    412,
    'The sequence number condition specified was not met.',
  )
}

export function pagesTooScattered(): ServiceError {
  return new ServiceError(
    'OperationNotSupported',
    501,
    'The page blob has more separately written ranges than are supported.',
  )
}

export function snapshotsPresent(): ServiceError {
  return new ServiceError(
    'SnapshotsPresent',
    409,
    'This operation is not permitted because the blob has snapshots.',
  )
}

export function blobArchived(): ServiceError {
  return new ServiceError(
    'BlobArchived',
    409,
    'This operation is not permitted on an archived blob.',
  )
}

export function invalidTier(): ServiceError {
  return new ServiceError('InvalidBlobTier', 400, 'The specified blob tier is invalid.')
}

export function noPendingCopy(): ServiceError {
  return new ServiceError(
    'NoPendingCopyOperation',
    409,
    'There is currently no pending copy operation.',
  )
}

export function cannotVerifyCopySource(status: number, message: string): ServiceError {
  return new ServiceError('CannotVerifyCopySource', status, message)
}

/** What Azure can and this service cannot; silence would be taken for success. */
export function notSupported(what: string): ServiceError {
  return new ServiceError('FeatureNotSupported', 501, `${what}: not supported.`)
}

/** A writer was overtaken more often than is sensible to try. */
export function serverBusy(): ServiceError {
  return new ServiceError(
    'ServerBusy',
    503,
    'The server is currently unable to receive requests. Please retry your request.',
  )
}

/** What a template says of a storage account that cannot be. */
export function resourceInvalid(message: string): ServiceError {
  return new ServiceError('BadRequest', 400, message)
}

export function accountNameInvalid(name: string): ServiceError {
  return new ServiceError(
    'AccountNameInvalid',
    400,
    `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
  )
}
