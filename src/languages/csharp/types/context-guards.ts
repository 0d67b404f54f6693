import { systemException } from '../../dotnet/exceptions.ts'
import type * as gateway from '../policy-context.ts'

interface Named {
  readonly IRequest: gateway.PolicyRequest
  readonly IResponse: gateway.PolicyResponse
  readonly IMessageBody: gateway.PolicyBody
  readonly IUrl: gateway.PolicyUrl
  readonly IApi: gateway.PolicyApi
  readonly IOperation: gateway.PolicyOperation
  readonly IProduct: gateway.PolicyProduct
  readonly ISubscription: gateway.PolicySubscription
  readonly IUser: gateway.PolicyUser
  readonly IGroup: gateway.PolicyGroup
  readonly IUserIdentity: gateway.PolicyUserIdentity
  readonly ILastError: gateway.PolicyLastError
  readonly IDeployment: gateway.PolicyDeployment
  readonly IWorkspace: gateway.PolicyWorkspace
  readonly IPrivateEndpointConnection: gateway.PolicyPrivateEndpointConnection
  readonly Jwt: gateway.PolicyJwt
  readonly Authorization: gateway.PolicyAuthorization
  readonly BasicAuthCredentials: gateway.PolicyBasicCredentials
}

/** A value of the context by the name of its type. */
export function named<N extends keyof Named>(value: unknown, name: N): Named[N] {
  if (isNamed(value, name)) return value
  throw systemException('NullReferenceException')
}

function isNamed<N extends keyof Named>(value: unknown, name: N): value is Named[N] {
  return (
    typeof value === 'object' && value !== null && 'typeName' in value && value.typeName === name
  )
}

/** The context itself. */
export function context(value: unknown): gateway.PolicyContext {
  if (isContext(value)) return value
  throw systemException('NullReferenceException')
}

function isContext(value: unknown): value is gateway.PolicyContext {
  return typeof value === 'object' && value !== null && 'variables' in value
}
