import { ServiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'

// Codes, statuses and texts of https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb

/** The request cannot be understood; `substatus` is the value of `x-ms-substatus`. */
export function badRequest(
  message: string,
  options: { substatus?: number; details?: JsonObject; cause?: unknown } = {},
): ServiceError {
  const { substatus, details, cause } = options
  return new ServiceError('BadRequest', 400, message, {
    cause,
    details: { ...details, ...(substatus === undefined ? {} : { substatus }) },
  })
}

/** The partition key of the request is not the one in the item. */
export function partitionKeyMismatch(): ServiceError {
  const message =
    "PartitionKey extracted from document doesn't match the one specified in the header. " +
    'Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value'
  return badRequest(message, { substatus: 1001 })
}

export function notFound(): ServiceError {
  return new ServiceError(
    'NotFound',
    404,
    'Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found',
  )
}

/** A database or container that does not exist; an item's request then carries substatus 1003. */
export function ownerNotFound(): ServiceError {
  return new ServiceError('NotFound', 404, 'Owner resource does not exist', {
    details: { substatus: 1003 },
  })
}

export function conflict(): ServiceError {
  return new ServiceError(
    'Conflict',
    409,
    'Resource with specified id, name, or unique index already exists. ' +
      'Learn more: https://aka.ms/cosmosdb-tsg-conflict',
  )
}

export function uniqueKeyViolated(): ServiceError {
  return new ServiceError('Conflict', 409, 'Unique index constraint violation.')
}

export function preconditionFailed(): ServiceError {
  return new ServiceError(
    'PreconditionFailed',
    412,
    'One of the specified pre-condition is not met. ' +
      'Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed',
  )
}

/** The predicate of a patch did not hold; told from an etag by substatus 1110. */
export function patchConditionFailed(): ServiceError {
  return new ServiceError('PreconditionFailed', 412, preconditionFailed().message, {
    details: { substatus: 1110 },
  })
}

export function requestEntityTooLarge(): ServiceError {
  return new ServiceError('RequestEntityTooLarge', 413, 'Request size is too large')
}

/** Another writer came first again and again; the client may try later. */
export function retryWith(): ServiceError {
  return new ServiceError(
    'RetryWith',
    449,
    'Conflicting request to resource has been attempted. Retry to avoid conflicts.',
  )
}

export function notDeletable(name: string): ServiceError {
  return new ServiceError('MethodNotAllowed', 405, `The resource '${name}' cannot be deleted.`)
}

/** https://learn.microsoft.com/azure/cosmos-db/nosql/troubleshoot-unauthorized */
export function authorizationMissing(): ServiceError {
  return new ServiceError(
    'Unauthorized',
    401,
    'Required Header authorization is missing. Ensure a valid Authorization token is passed.',
  )
}

export function authorizationMalformed(cause?: unknown): ServiceError {
  return new ServiceError(
    'Unauthorized',
    401,
    'The input authorization token has an invalid format. Ensure it is of the form ' +
      'type={typeoftoken}&ver={tokenversion}&sig={hashsignature}, URL encoded.',
    { cause },
  )
}

export function wrongKey(payload: string): ServiceError {
  const shown = JSON.stringify(payload).slice(1, -1)
  return new ServiceError(
    'Unauthorized',
    401,
    "The input authorization token can't serve the request. The wrong key is being used or the expected payload " +
      'is not built as per the protocol. For more info: https://aka.ms/cosmosdb-tsg-unauthorized. ' +
      `Server used the following payload to sign: '${shown}'`,
  )
}

export function dateMalformed(): ServiceError {
  return new ServiceError(
    'Unauthorized',
    401,
    'The input date header is invalid format. Please pass in RFC 1123 style date format.',
  )
}

/** A signature or token of another time. */
export function dateOutOfRange(times: {
  readonly startMs: number
  readonly endMs: number
  readonly nowMs: number
}): ServiceError {
  const [start, end, now] = [times.startMs, times.endMs, times.nowMs].map((each) =>
    new Date(each).toUTCString(),
  )
  return new ServiceError(
    'Forbidden',
    403,
    'The authorization token is not valid at the current time.\r\nPlease create another token and retry\r\n' +
      `(token start time: ${start}, token expiry time: ${end}, current server time: ${now}).`,
  )
}

/** What a token of Entra ID may never do: databases and containers are made through the management plane. */
export function notByToken(account: string, request: string): ServiceError {
  return new ServiceError(
    'Forbidden',
    403,
    `Request blocked by Auth ${account} : The given request [${request}] cannot be authorized by AAD token in ` +
      'data plane. Learn more: https://aka.ms/cosmos-native-rbac.',
    { details: { substatus: 5300 } },
  )
}

/** A principal without a role that allows what it asks. */
export function roleMissing(
  account: string,
  wanted: { readonly principalId: string; readonly action: string; readonly resource: string },
): ServiceError {
  return new ServiceError(
    'Forbidden',
    403,
    `Request blocked by Auth ${account} : Request is blocked because principal [${wanted.principalId}] does not ` +
      `have required RBAC permissions to perform action [${wanted.action}] on resource [${wanted.resource}]. ` +
      'Learn more: https://aka.ms/cosmos-native-rbac.',
    { details: { substatus: 5301 } },
  )
}

/** A token of Entra ID that cannot be trusted. */
export function tokenInvalid(reason: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'Unauthorized',
    401,
    `Authentication failed for the AAD token: ${reason} Learn more: https://aka.ms/cosmos-native-rbac.`,
    { cause },
  )
}

export function localAuthorizationDisabled(): ServiceError {
  return new ServiceError(
    'Unauthorized',
    401,
    'Local Authorization is disabled. Use an AAD token to authorize all requests.',
    { details: { substatus: 5202 } },
  )
}

/** A resource token asked for more than its permission gives. */
export function permissionMissing(): ServiceError {
  return new ServiceError(
    'Forbidden',
    403,
    'Insufficient permissions provided in the authorization header for the corresponding request. ' +
      'Please retry with another authorization header.',
  )
}

export function methodNotAllowed(): ServiceError {
  return new ServiceError('MethodNotAllowed', 405, 'The requested verb is not supported.')
}

/** A range of partition keys that was split since the client heard of it. */
export function rangeGone(): ServiceError {
  return new ServiceError(
    'Gone',
    410,
    'The requested resource is no longer available at the server: the partition key range is gone.',
    { details: { substatus: 1002 } },
  )
}

/** A request of Azure's that this service does not have. */
export function requestNotSupported(what: string): ServiceError {
  return new ServiceError('NotSupported', 400, `${what} is not supported.`)
}

/** A stored procedure or trigger threw; nothing of what it did stays. */
export function scriptFailed(message: string): ServiceError {
  return badRequest(`Encountered exception while executing function. Exception = ${message}`)
}

export function scriptTimedOut(): ServiceError {
  return new ServiceError(
    'RequestTimeout',
    408,
    'The script was stopped: it did not finish within the time that it may take.',
  )
}
