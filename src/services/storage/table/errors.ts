import { ServiceError } from '../../../base/errors.ts'

/**
 * The faults a caller of the Table service can cause beside those of every storage service.
 * https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
 */

export function tableNotFound(): ServiceError {
  return new ServiceError('TableNotFound', 404, 'The table specified does not exist.')
}

export function tableExists(): ServiceError {
  return new ServiceError('TableAlreadyExists', 409, 'The table specified already exists.')
}

export function entityNotFound(): ServiceError {
  return new ServiceError('ResourceNotFound', 404, 'The specified resource does not exist.')
}

export function entityExists(): ServiceError {
  return new ServiceError('EntityAlreadyExists', 409, 'The specified entity already exists.')
}

export function conditionNotSatisfied(): ServiceError {
  return new ServiceError(
    'UpdateConditionNotSatisfied',
    412,
    'The update condition specified in the request was not satisfied.',
  )
}

export function inputInvalid(message = 'One of the request inputs is not valid.'): ServiceError {
  return new ServiceError('InvalidInput', 400, message)
}

export function inputOutOfRange(): ServiceError {
  return new ServiceError('OutOfRangeInput', 400, 'One of the request inputs is out of range.')
}

export function valuesMissing(): ServiceError {
  return new ServiceError(
    'PropertiesNeedValue',
    400,
    'The values are not specified for all properties in the entity.',
  )
}

export function propertyNameInvalid(): ServiceError {
  return new ServiceError('PropertyNameInvalid', 400, 'The property name is invalid.')
}

export function propertyNameTooLong(): ServiceError {
  return new ServiceError(
    'PropertyNameTooLong',
    400,
    'The property name exceeds the maximum allowed length (255).',
  )
}

export function propertyValueTooLarge(): ServiceError {
  return new ServiceError(
    'PropertyValueTooLarge',
    400,
    'The property value exceeds the maximum allowed size (64KB). If the property value is a string, it is UTF-16 encoded and the maximum number of characters should be 32K or less.',
  )
}

export function keyTooLarge(): ServiceError {
  return new ServiceError(
    'KeyValueTooLarge',
    400,
    'The key property exceeds the maximum allowed size (1KB).',
  )
}

export function tooManyProperties(): ServiceError {
  return new ServiceError(
    'TooManyProperties',
    400,
    'The entity contains more properties than allowed. Each entity can include up to 252 properties to store data. Each entity also has 3 system properties.',
  )
}

export function entityTooLarge(): ServiceError {
  return new ServiceError(
    'EntityTooLarge',
    400,
    'The entity is larger than the maximum allowed size (1MB).',
  )
}

export function mediaTypeNotSupported(): ServiceError {
  return new ServiceError(
    'MediaTypeNotSupported',
    415,
    'None of the provided media types are supported',
  )
}

export function atomNotSupported(): ServiceError {
  return new ServiceError('AtomFormatNotSupported', 415, 'Atom format is not supported.')
}

export function notImplemented(): ServiceError {
  return new ServiceError(
    'NotImplemented',
    501,
    'The requested operation is not implemented on the specified resource.',
  )
}

export function differentPartitions(): ServiceError {
  return new ServiceError(
    'CommandsInBatchActOnDifferentPartitions',
    400,
    'All commands in a batch must operate on same entity group.',
  )
}

export function duplicateRow(): ServiceError {
  return new ServiceError(
    'InvalidDuplicateRow',
    400,
    'The batch request contains multiple changes with same row key. An entity can appear only once in a batch request.',
  )
}

export function tableNameLength(): ServiceError {
  return new ServiceError(
    'OutOfRangeInput',
    400,
    'The specified resource name length is not within the permissible limits.',
  )
}

export function tableNameInvalid(): ServiceError {
  return new ServiceError(
    'InvalidResourceName',
    400,
    'The specifed resource name contains invalid characters.',
  )
}
