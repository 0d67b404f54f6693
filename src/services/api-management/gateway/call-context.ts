import type {
  PolicyApi,
  PolicyContext,
  PolicyGroup,
  PolicyLastError,
  PolicyOperation,
  PolicyProduct,
  PolicyRequest,
  PolicyResponse,
  PolicySubscription,
  PolicyUser,
} from '../../../languages/csharp/policy-context.ts'
import type { Api } from '../api.ts'
import type { Subscription } from '../subscription.ts'
import { CallUrl } from './call-url.ts'
import type { CallResponse, GatewayCall } from './gateway-call.ts'

/**
 * The `context` of expressions: a view on the call as it stands, made when something is asked.
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#context-variable
 */
export function newCallContext(call: GatewayCall): PolicyContext {
  const { parts } = call
  const request = newRequestView(call)
  return {
    get api() {
      return toPolicyApi(call.api)
    },
    deployment: {
      typeName: 'IDeployment',
      gatewayId: 'managed',
      region: parts.service.region,
      serviceId: parts.service.name,
      serviceName: parts.service.name,
      gateway: { id: 'managed', instanceId: parts.service.name, isManaged: true },
      get certificates() {
        return parts.certificates()
      },
    },
    get elapsedMs() {
      return parts.clock.now() - call.startMs
    },
    get lastError(): PolicyLastError | null {
      return call.lastError
    },
    get operation() {
      return operationOf(call)
    },
    get product() {
      return productOf(call)
    },
    request,
    requestId: call.id,
    get response() {
      return call.response ? toPolicyResponse(call.response) : null
    },
    get subscription() {
      return call.subscription ? toPolicySubscription(call.subscription, call) : null
    },
    timestampMs: call.startMs,
    tracing: false,
    get user() {
      return userOf(call)
    },
    variables: call.variables,
    trace(message) {
      parts.log(call, message)
    },
  }
}

/** A response as expressions see it. */
export function toPolicyResponse(response: CallResponse): PolicyResponse {
  return {
    typeName: 'IResponse',
    body: response.body.toPolicyBody(),
    headers: response.headers,
    statusCode: response.status,
    statusReason: response.reason,
  }
}

function newRequestView(call: GatewayCall): PolicyRequest {
  const { request } = call
  return {
    typeName: 'IRequest',
    get body() {
      return request.body.toPolicyBody()
    },
    certificate: null,
    get headers() {
      return request.headers
    },
    ipAddress: request.ipAddress,
    matchedParameters: request.matchedParameters,
    get method() {
      return request.method
    },
    originalUrl: request.originalUrl,
    get url() {
      return call.url
    },
  }
}

function toPolicyApi(api: Api): PolicyApi {
  return {
    typeName: 'IApi',
    id: api.id,
    name: api.displayName,
    path: api.path,
    protocols: api.protocols,
    revision: api.revision,
    version: api.version ?? null,
    isCurrentRevision: api.isCurrent,
    serviceUrl: api.serviceUrl === undefined ? null : CallUrl.parse(api.serviceUrl),
    subscriptionKeyParameterNames: { header: api.keyHeader, query: api.keyQuery },
  }
}

function operationOf(call: GatewayCall): PolicyOperation {
  const { id, method, displayName, urlTemplate } = call.operation
  return { typeName: 'IOperation', id, method, name: displayName, urlTemplate }
}

function productOf(call: GatewayCall): PolicyProduct | null {
  const { product, parts } = call
  if (!product) return null
  return {
    typeName: 'IProduct',
    id: product.id,
    name: product.displayName,
    state: product.isPublished ? 'Published' : 'NotPublished',
    approvalRequired: product.approvalRequired,
    subscriptionRequired: product.subscriptionRequired,
    subscriptionLimit: product.subscriptionsLimit ?? null,
    get groups() {
      return parts.groupsOf(product.id).map(toPolicyGroup)
    },
    get apis() {
      return parts.apisOf(product.id).map(toPolicyApi)
    },
  }
}

function userOf(call: GatewayCall): PolicyUser | null {
  const user = call.subscription?.ownerId && call.parts.user(call.subscription.ownerId)
  if (!user) return null
  return {
    typeName: 'IUser',
    id: user.id,
    firstName: user.firstName,
    lastName: user.lastName,
    email: user.email,
    note: user.note,
    registrationDateMs: user.registrationDateMs,
    groups: user.groups.map(toPolicyGroup),
    identities: user.identities.map((each) => ({ typeName: 'IUserIdentity', ...each })),
  }
}

function toPolicyGroup(group: { id: string; name: string }): PolicyGroup {
  return { typeName: 'IGroup', id: group.id, name: group.name }
}

function toPolicySubscription(subscription: Subscription, call: GatewayCall): PolicySubscription {
  const { id, displayName, primaryKey, secondaryKey } = subscription
  return {
    typeName: 'ISubscription',
    id,
    name: displayName,
    key: primaryKey,
    primaryKey,
    secondaryKey,
    createdDateMs: dateMs(subscription.createdDate) ?? call.startMs,
    startDateMs: dateMs(subscription.startDate),
    endDateMs: dateMs(subscription.endDate),
  }
}

function dateMs(text: string | undefined): number | null {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? null : ms
}
