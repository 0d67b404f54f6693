import type { Clock } from '../../base/clock.ts'

/**
 * What a gateway gives to its policy expressions: the `context` variable and what hangs on it, as plain values.
 * Times are milliseconds since 1970, bodies are bytes that were read already, and `typeName` is the name by which an
 * expression casts the value: `(IResponse)context.Variables["answer"]`.
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#context-variable
 */
export interface PolicyContext {
  readonly api: PolicyApi
  /** What `DateTime.UtcNow` and its like ask. */
  readonly clock: Clock
  readonly deployment: PolicyDeployment
  readonly elapsedMs: number
  readonly lastError: PolicyLastError | null
  readonly operation: PolicyOperation
  readonly product: PolicyProduct | null
  readonly request: PolicyRequest
  /** A GUID in format "D". */
  readonly requestId: string
  readonly response: PolicyResponse | null
  readonly subscription: PolicySubscription | null
  readonly timestampMs: number
  readonly tracing: boolean
  readonly user: PolicyUser | null
  readonly workspace?: PolicyWorkspace | null
  /** Values as `dotnet/value.ts` describes them; a missing name reads as null. */
  readonly variables: ReadonlyMap<string, unknown>
  trace(message: string): void
}

/** `IRequest`. */
export interface PolicyRequest {
  readonly typeName: 'IRequest'
  readonly body: PolicyBody | null
  readonly certificate: PolicyCertificate | null
  readonly foundationModel?: string | null
  readonly headers: PolicyHeaders
  readonly ipAddress: string
  readonly matchedParameters: ReadonlyMap<string, string>
  readonly method: string
  readonly originalUrl: PolicyUrl
  readonly url: PolicyUrl
  readonly privateEndpointConnection?: PolicyPrivateEndpointConnection | null
}

/** `IResponse`: the response of the backend, and what `send-request` stores in a variable. */
export interface PolicyResponse {
  readonly typeName: 'IResponse'
  readonly body: PolicyBody | null
  readonly headers: PolicyHeaders
  readonly statusCode: number
  readonly statusReason: string
}

/** Header names with their values; names are found in any case and listed as they came. */
export interface PolicyHeaders {
  readonly size: number
  get(name: string): readonly string[] | undefined
  [Symbol.iterator](): Iterator<readonly [string, readonly string[]]>
}

/** `IMessageBody`: `read` consumes the body unless `preserveContent`; a consumed body is null. */
export interface PolicyBody {
  readonly typeName: 'IMessageBody'
  read(options: { readonly preserveContent: boolean }): Uint8Array | null
}

/** `IUrl`: `queryString` starts with `?` or is empty, `query` has the decoded values. */
export interface PolicyUrl {
  readonly typeName: 'IUrl'
  readonly scheme: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly queryString: string
  readonly query: ReadonlyMap<string, readonly string[]>
}

/** `IApi`. */
export interface PolicyApi {
  readonly typeName: 'IApi'
  readonly id: string
  readonly name: string
  readonly path: string
  readonly protocols: readonly string[]
  readonly revision: string | null
  readonly version: string | null
  readonly isCurrentRevision: boolean
  readonly serviceUrl: PolicyUrl | null
  readonly subscriptionKeyParameterNames: { readonly header: string; readonly query: string }
}

/** `IOperation`. */
export interface PolicyOperation {
  readonly typeName: 'IOperation'
  readonly id: string
  readonly method: string
  readonly name: string
  readonly urlTemplate: string
}

/** `IProduct`. */
export interface PolicyProduct {
  readonly typeName: 'IProduct'
  readonly id: string
  readonly name: string
  readonly state: 'NotPublished' | 'Published'
  readonly approvalRequired: boolean
  readonly subscriptionRequired: boolean
  readonly subscriptionLimit: number | null
  readonly groups: readonly PolicyGroup[]
  readonly apis: readonly PolicyApi[]
  readonly workspace?: PolicyWorkspace | null
}

/** `ISubscription`. */
export interface PolicySubscription {
  readonly typeName: 'ISubscription'
  readonly id: string
  readonly name: string
  readonly key: string
  readonly primaryKey: string
  readonly secondaryKey: string
  readonly createdDateMs: number
  readonly startDateMs: number | null
  readonly endDateMs: number | null
}

/** `IUser`. */
export interface PolicyUser {
  readonly typeName: 'IUser'
  readonly id: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly email: string | null
  readonly note: string | null
  readonly registrationDateMs: number
  readonly groups: readonly PolicyGroup[]
  readonly identities: readonly PolicyUserIdentity[]
}

/** `IGroup`. */
export interface PolicyGroup {
  readonly typeName: 'IGroup'
  readonly id: string
  readonly name: string
}

/** `IUserIdentity`. */
export interface PolicyUserIdentity {
  readonly typeName: 'IUserIdentity'
  readonly id: string
  readonly provider: string
}

/** `ILastError`. */
export interface PolicyLastError {
  readonly typeName: 'ILastError'
  readonly source: string | null
  readonly reason: string | null
  readonly message: string | null
  readonly scope: string | null
  readonly section: string | null
  readonly path: string | null
  readonly policyId: string | null
}

/** `IDeployment`. */
export interface PolicyDeployment {
  readonly typeName: 'IDeployment'
  readonly gatewayId: string
  readonly region: string
  readonly serviceId: string
  readonly serviceName: string
  readonly sustainabilityInfo?: { readonly currentCarbonIntensity: string } | null
  readonly gateway: {
    readonly id: string
    readonly instanceId: string
    readonly isManaged: boolean
  }
  readonly certificates: ReadonlyMap<string, PolicyCertificate>
}

/** `IWorkspace`. */
export interface PolicyWorkspace {
  readonly typeName: 'IWorkspace'
  readonly id: string
  readonly name: string
}

/** `IPrivateEndpointConnection`. */
export interface PolicyPrivateEndpointConnection {
  readonly typeName: 'IPrivateEndpointConnection'
  readonly name: string
  readonly groupId: string
  readonly memberName: string
}

/** A certificate that expressions see as `X509Certificate2`. */
export interface PolicyCertificate {
  readonly der: Uint8Array
  readonly privateKeyPem?: string
}

/** `Jwt`, as `validate-jwt` stores it and `AsJwt()` reads it. */
export interface PolicyJwt {
  readonly typeName: 'Jwt'
  readonly id: string | null
  readonly issuer: string | null
  readonly subject: string | null
  readonly algorithm: string | null
  readonly type: string | null
  readonly audiences: readonly string[]
  readonly notBeforeMs: number | null
  readonly issuedAtMs: number | null
  readonly expirationTimeMs: number | null
  readonly claims: ReadonlyMap<string, readonly string[]>
}

/** `Authorization`, as `get-authorization-context` stores it; claims are values of `dotnet/value.ts`. */
export interface PolicyAuthorization {
  readonly typeName: 'Authorization'
  readonly accessToken: string
  readonly claims: ReadonlyMap<string, unknown>
}

/** `BasicAuthCredentials`. */
export interface PolicyBasicCredentials {
  readonly typeName: 'BasicAuthCredentials'
  readonly userId: string
  readonly password: string
}
