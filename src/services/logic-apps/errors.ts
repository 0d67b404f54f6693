import { ServiceError } from '../../base/errors.ts'

/** No `sig` where one is needed. */
export function signatureRequired(): ServiceError {
  return new ServiceError(
    'DirectApiAuthorizationRequired',
    401,
    'The request must be authenticated only by Shared Access scheme.',
  )
}

/** A `sig` that is not of this address. */
export function signatureInvalid(): ServiceError {
  return new ServiceError(
    'AuthorizationFailed',
    401,
    'The authentication credentials are not valid.',
  )
}

/** No key of the app, or a wrong one, where the management is asked. */
export function keyRequired(): ServiceError {
  return new ServiceError('Unauthorized', 401, 'The request needs a master key of the app.')
}

export function workflowNotFound(workflow: string): ServiceError {
  return new ServiceError('WorkflowNotFound', 404, `The workflow '${workflow}' could not be found.`)
}

export function triggerNotFound(workflow: string, trigger: string): ServiceError {
  return new ServiceError(
    'WorkflowTriggerNotFound',
    404,
    `The workflow '${workflow}' trigger '${trigger}' could not be found.`,
  )
}

export function runNotFound(workflow: string, run: string): ServiceError {
  return new ServiceError(
    'WorkflowRunNotFound',
    404,
    `The workflow '${workflow}' run '${run}' could not be found.`,
  )
}

export function runActionNotFound(run: string, action: string): ServiceError {
  return new ServiceError(
    'WorkflowRunActionNotFound',
    404,
    `The workflow run action '${action}' in workflow run '${run}' could not be found.`,
  )
}

export function addressNotFound(): ServiceError {
  return new ServiceError('NotFound', 404, 'There is nothing at this address.')
}

/** A definition that was refused when it was loaded. */
export function workflowNotLoaded(workflow: string, reason: string): ServiceError {
  return new ServiceError(
    'WorkflowNotValid',
    400,
    `The workflow '${workflow}' could not be loaded: ${reason}`,
  )
}

export function workflowDisabled(workflow: string, trigger: string): ServiceError {
  return new ServiceError(
    'WorkflowTriggerIsNotEnabled',
    404,
    `Could not execute workflow '${workflow}' trigger '${trigger}' with state 'Disabled': trigger is not enabled.`,
  )
}

export function methodNotValid(expected: string, actual: string): ServiceError {
  return new ServiceError(
    'TriggerRequestMethodNotValid',
    404,
    `The HTTP method of the trigger request is not valid: expected '${expected}' and actual '${actual}'.`,
  )
}

export function schemaMismatch(trigger: string, details: string): ServiceError {
  return new ServiceError(
    'TriggerInputSchemaMismatch',
    400,
    `The input body for trigger '${trigger}' of type 'Request' did not match its schema definition. Error details: '${details}'.`,
  )
}

export function relativePathMismatch(relativePath: string): ServiceError {
  return new ServiceError(
    'TriggerRelativePathNotValid',
    404,
    `The path of the request does not match the relative path '${relativePath}' of the trigger.`,
  )
}

export function invalidBody(reason?: string): ServiceError {
  const why = reason === undefined ? '' : `: '${reason}'`
  return new ServiceError(
    'InvalidRequestContent',
    400,
    `The request content is not valid and could not be deserialized${why}.`,
  )
}

/** Too many runs of a trigger that limits them. */
export function tooManyRuns(workflow: string): ServiceError {
  return new ServiceError(
    'WorkflowRunsThrottled',
    429,
    `The workflow '${workflow}' has as many runs and waiting runs as its trigger allows. Try again later.`,
  )
}

export function triggerFailed(message: string): ServiceError {
  return new ServiceError('InvalidTemplate', 400, message)
}

/** The run ended without a Response. */
export function noResponse(runId: string): ServiceError {
  return new ServiceError(
    'NoResponse',
    502,
    `The server did not receive a response from an upstream server. Request tracking id '${runId}'.`,
  )
}

/** The run takes longer than a caller waits. */
export function gatewayTimeout(runId: string): ServiceError {
  return new ServiceError(
    'GatewayTimeout',
    504,
    `The gateway did not receive a response from the workflow run within the specified time period. Request tracking id '${runId}'.`,
  )
}

export function runNotRunning(run: string): ServiceError {
  return new ServiceError(
    'WorkflowRunNotInProgress',
    409,
    `The workflow run '${run}' has ended: it cannot be cancelled.`,
  )
}

export function cannotResubmit(run: string, reason: string): ServiceError {
  return new ServiceError(
    'WorkflowRunCannotBeResubmitted',
    409,
    `The workflow run '${run}' cannot be resubmitted: ${reason}.`,
  )
}

export function invalidFilter(filter: string): ServiceError {
  return new ServiceError(
    'InvalidFilterInQueryString',
    400,
    `The filter '${filter}' in the query string is not valid.`,
  )
}

export function splitOnWithResponse(): ServiceError {
  return new ServiceError(
    'SplitOnNotSupportedWithResponse',
    400,
    "A trigger with 'splitOn' cannot be answered by a 'Response' action when it is called by PUT.",
  )
}

export function mapNotFound(map: string): ServiceError {
  return new ServiceError('MapNotFound', 404, `The map '${map}' could not be found.`)
}

export function mapInputInvalid(): ServiceError {
  return new ServiceError(
    'InvalidTestMapInput',
    400,
    "The property 'InputInstanceMessage' with '$content' in base64 is required.",
  )
}

export function mapFailed(map: string, reason: string): ServiceError {
  return new ServiceError(
    'XsltTransformFailed',
    400,
    `An error occurred while processing the map '${map}'. The error details: '${reason}'.`,
  )
}
