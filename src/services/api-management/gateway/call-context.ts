import type { Clock } from '../../../base/clock.ts'
import type {
  PolicyApi,
  PolicyBody,
  PolicyCertificate,
  PolicyContext,
  PolicyDeployment,
  PolicyGroup,
  PolicyHeaders,
  PolicyLastError,
  PolicyOperation,
  PolicyProduct,
  PolicyRequest,
  PolicyResponse,
  PolicySubscription,
  PolicyUrl,
  PolicyUser,
  PolicyWorkspace,
} from '../../../languages/csharp/policy-context.ts'
import type { Api } from '../api.ts'
import type { ClientCertificate } from '../certificate.ts'
import type { Subscription } from '../subscription.ts'
import { CallUrl } from './call-url.ts'
import type { CallResponse, GatewayCall } from './gateway-call.ts'

/**
 * The `context` of expressions: a view on the call as it stands, made when something is asked.
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#context-variable
 */
export class CallContext implements PolicyContext {
  readonly request: PolicyRequest
  readonly #call: GatewayCall

  constructor(call: GatewayCall) {
    this.#call = call
    this.request = new RequestView(call)
  }

  get api(): PolicyApi {
    return toPolicyApi(this.#call.api)
  }

  get clock(): Clock {
    return this.#call.parts.clock
  }

  get deployment(): PolicyDeployment {
    return deploymentOf(this.#call)
  }

  get elapsedMs(): number {
    return this.#call.parts.clock.now() - this.#call.startMs
  }

  get lastError(): PolicyLastError | null {
    return this.#call.lastError
  }

  get operation(): PolicyOperation {
    return operationOf(this.#call)
  }

  get product(): PolicyProduct | null {
    return productOf(this.#call)
  }

  get requestId(): string {
    return this.#call.id
  }

  get response(): PolicyResponse | null {
    return this.#call.response ? toPolicyResponse(this.#call.response) : null
  }

  get subscription(): PolicySubscription | null {
    const { subscription } = this.#call
    return subscription ? toPolicySubscription(subscription, this.#call) : null
  }

  get timestampMs(): number {
    return this.#call.startMs
  }

  get tracing(): boolean {
    return this.#call.tracing !== undefined
  }

  get user(): PolicyUser | null {
    return userOf(this.#call)
  }

  get variables(): ReadonlyMap<string, unknown> {
    return this.#call.variables
  }

  get workspace(): PolicyWorkspace | null {
    const workspace = this.#call.parts.workspace()
    return workspace ? { typeName: 'IWorkspace', ...workspace } : null
  }

  trace(message: string): void {
    const { parts, tracing, section } = this.#call
    parts.log(this.#call, message)
    tracing?.add(section, 'expression', { message })
  }
}

class RequestView implements PolicyRequest {
  readonly typeName = 'IRequest'
  readonly #call: GatewayCall

  constructor(call: GatewayCall) {
    this.#call = call
  }

  get body(): PolicyBody | null {
    return this.#call.request.body.toPolicyBody()
  }

  get certificate(): PolicyCertificate | null {
    return this.#call.request.certificate ?? null
  }

  get headers(): PolicyHeaders {
    return this.#call.request.headers
  }

  get ipAddress(): string {
    return this.#call.request.ipAddress
  }

  get matchedParameters(): ReadonlyMap<string, string> {
    return this.#call.request.matchedParameters
  }

  get method(): string {
    return this.#call.request.method
  }

  get originalUrl(): PolicyUrl {
    return this.#call.request.originalUrl
  }

  get url(): PolicyUrl {
    return this.#call.url
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

function deploymentOf({ parts }: GatewayCall): PolicyDeployment {
  const { name, region } = parts.service
  return {
    typeName: 'IDeployment',
    gatewayId: 'managed',
    region,
    serviceId: name,
    serviceName: name,
    gateway: { id: 'managed', instanceId: name, isManaged: true },
    certificates: new Map(parts.certificates().map((each) => [each.id, toPolicyCertificate(each)])),
  }
}

function toPolicyCertificate({ der, keyPem }: ClientCertificate): PolicyCertificate {
  return { der, ...(keyPem === undefined ? {} : { privateKeyPem: keyPem }) }
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
