import { ServiceError } from '../../base/errors.ts'

/** The faults that Data Lake has other words for: https://learn.microsoft.com/rest/api/storageservices/data-lake-storage-gen2-error-codes */

export function pathNotFound(): ServiceError {
  return new ServiceError('PathNotFound', 404, 'The specified path does not exist.')
}

export function pathExists(): ServiceError {
  return new ServiceError('PathAlreadyExists', 409, 'The specified path already exists.')
}

export function pathConflict(): ServiceError {
  return new ServiceError(
    'PathConflict',
    409,
    'The specified path, or an element of the path, exists and its resource type is invalid for this operation.',
  )
}

export function directoryNotEmpty(): ServiceError {
  return new ServiceError(
    'DirectoryNotEmpty',
    409,
    'The recursive query parameter value must be true to delete a non-empty directory.',
  )
}

export function invalidFlushPosition(): ServiceError {
  return new ServiceError(
    'InvalidFlushPosition',
    400,
    'The uploaded data is not contiguous or the position query parameter value is not equal to the length of the file after appending the uploaded data.',
  )
}

export function sourcePathNotFound(): ServiceError {
  return new ServiceError(
    'SourcePathNotFound',
    404,
    'The source path for a rename operation does not exist.',
  )
}

export function renameParentNotFound(): ServiceError {
  return new ServiceError(
    'RenameDestinationParentPathNotFound',
    404,
    'The parent directory of the destination path does not exist.',
  )
}

export function directoryTooLarge(): ServiceError {
  return new ServiceError(
    'TooManyPaths',
    409,
    'The directory holds more paths than are moved at once.',
  )
}

/** What only an account with a hierarchical namespace can do. */
export function hierarchyNeeded(): ServiceError {
  return new ServiceError(
    'HierarchicalNamespaceNotEnabled',
    400,
    'This operation requires the hierarchical namespace to be enabled on the account.',
  )
}

export function directoryIsNotEmpty(): ServiceError {
  return new ServiceError(
    'DirectoryIsNotEmpty',
    409,
    'This operation is not permitted on a non-empty directory.',
  )
}
