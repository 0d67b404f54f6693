import { stringMember } from '../../base/json.ts'
import { ServiceError, SourceError, type SourcePosition } from '../../base/errors.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found */
export function resourceNotFound(id: string): ServiceError {
  const message = `The Resource '${id.replace(/^.*\/providers\//i, '')}' was not found.`
  return new ServiceError('ResourceNotFound', 404, message)
}

/** https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found */
export function resourceGroupNotFound(name: string): ServiceError {
  return new ServiceError(
    'ResourceGroupNotFound',
    404,
    `Resource group '${name}' could not be found.`,
  )
}

/** https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-parent-resource */
export function parentResourceNotFound(name: string, parent: string): ServiceError {
  const message = `Failed to perform 'write' on resource(s) of type '${name}', because the parent resource '${parent}' could not be found.`
  return new ServiceError('ParentResourceNotFound', 404, message)
}

/** https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-resource-type-not-found */
export function resourceTypeNotSupported(type: string): ServiceError {
  const message = `The resource type '${type}' is not supported.`
  return new ServiceError('InvalidResourceType', 400, message)
}

/** A resource that has no such action. */
export function actionNotSupported(type: string, action: string): ServiceError {
  const message = `The resource type '${type}' does not support the action '${action}'.`
  return new ServiceError('InvalidResourceOperation', 400, message)
}

/** https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors */
export function invalidResourceId(id: string): ServiceError {
  return new ServiceError('InvalidResourceId', 400, `The resource id '${id}' is not valid.`)
}

/** A provider's fault, told with the place in the template that asked for the resource. */
export function atSource(error: unknown, id: string, at: SourcePosition): unknown {
  if (!(error instanceof ServiceError)) return error
  const message = [error.message, ...innerMessages(error)].join(' ')
  return new SourceError(error.code, `${id}: ${message}`, at)
}

/** What Azure says in `details`, where the message itself only announces it. */
function innerMessages(error: ServiceError): string[] {
  const inner = error.details['details']
  return Array.isArray(inner) ? inner.flatMap((each) => stringMember(each, 'message') ?? []) : []
}
