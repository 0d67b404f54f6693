import { RealClock } from '../base/clock.ts'
import {
  isJsonObject,
  objectMember,
  parseJson,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../base/json.ts'
import type * as gateway from '../languages/csharp/policy-context.ts'
import { readVariable } from './policy-variable.ts'

/** Reads a context from the text of its file; every call gives a fresh copy with its bodies unread. */
export function readPolicyContext(text: string): () => gateway.PolicyContext {
  const file = parseJson(text)
  if (!isJsonObject(file)) throw new Error('The context file must hold a JSON object.')
  return () => makeContext(file)
}

function makeContext(file: JsonObject): gateway.PolicyContext {
  const timestamp = stringMember(file, 'timestamp') ?? '1970-01-01T00:00:00Z'
  return {
    api: makeApi(objectMember(file, 'api')),
    clock: new RealClock(),
    deployment: makeDeployment(objectMember(file, 'deployment')),
    elapsedMs: spanMs(stringMember(file, 'elapsed') ?? '00:00:00'),
    lastError: makeLastError(file['lastError']),
    operation: makeOperation(objectMember(file, 'operation')),
    product: makeProduct(file['product']),
    request: makeRequest(objectMember(file, 'request')),
    requestId: stringMember(file, 'requestId') ?? '00000000-0000-0000-0000-000000000000',
    response: isJsonObject(file['response']) ? makeResponse(file['response']) : null,
    subscription: makeSubscription(file['subscription']),
    timestampMs: Date.parse(timestamp),
    tracing: file['tracing'] === true,
    user: makeUser(file['user']),
    variables: new Map(
      Object.entries(objectMember(file, 'variables')).map(([name, value]) => [
        name,
        readVariable(value, makeResponse),
      ]),
    ),
    trace: () => undefined,
  }
}

function textOf(file: JsonValue | undefined, name: string): string {
  return stringMember(file, name) ?? ''
}

function textOrNull(file: JsonValue | undefined, name: string): string | null {
  return stringMember(file, name) ?? null
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0
}

function timeOf(value: JsonValue | undefined): number | null {
  return typeof value === 'string' ? Date.parse(value) : null
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : []
}

/** `hh:mm:ss.fffffff`, with days in front where there are any. */
function spanMs(text: string): number {
  const found = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(text)
  const [days = 0, hours = 0, minutes = 0, seconds = 0] =
    found?.slice(1, 5).map((part) => Number(part ?? 0)) ?? []
  const fraction = Number(`0.${found?.[5] ?? '0'}`)
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds + fraction) * 1000
}

function makeUrl(file: JsonObject): gateway.PolicyUrl {
  const query = new Map(
    Object.entries(objectMember(file, 'query')).map(([name, values]) => [name, textsOf(values)]),
  )
  return {
    typeName: 'IUrl',
    scheme: textOf(file, 'scheme'),
    host: textOf(file, 'host'),
    port: numberOf(file['port']),
    path: textOf(file, 'path'),
    queryString: textOf(file, 'queryString'),
    query,
  }
}

function makeHeaders(file: JsonObject): gateway.PolicyHeaders {
  const entries = Object.entries(file).map(([name, values]): [string, string[]] => [
    name,
    textsOf(values),
  ])
  const byName = new Map(entries.map(([name, values]) => [name.toLowerCase(), values]))
  return {
    size: entries.length,
    get: (name) => byName.get(name.toLowerCase()),
    [Symbol.iterator]: () => entries[Symbol.iterator](),
  }
}

function makeBody(value: JsonValue | undefined): gateway.PolicyBody | null {
  if (!isJsonObject(value)) return null
  let bytes: Uint8Array | null = Buffer.from(textOf(value, 'base64'), 'base64')
  return {
    typeName: 'IMessageBody',
    read({ preserveContent }) {
      const content = bytes
      if (!preserveContent) bytes = null
      return content
    },
  }
}

function makeResponse(file: JsonObject): gateway.PolicyResponse {
  return {
    typeName: 'IResponse',
    body: makeBody(file['body']),
    headers: makeHeaders(objectMember(file, 'headers')),
    statusCode: numberOf(file['statusCode']),
    statusReason: textOf(file, 'statusReason'),
  }
}

function makeCertificate(value: JsonValue | undefined): gateway.PolicyCertificate | null {
  const der = stringMember(value, 'derBase64')
  return der === undefined ? null : { der: Buffer.from(der, 'base64') }
}

function makeRequest(file: JsonObject): gateway.PolicyRequest {
  const matched = Object.entries(objectMember(file, 'matchedParameters'))
  return {
    typeName: 'IRequest',
    body: makeBody(file['body']),
    certificate: makeCertificate(file['certificate']),
    headers: makeHeaders(objectMember(file, 'headers')),
    ipAddress: textOf(file, 'ipAddress'),
    matchedParameters: new Map(
      matched.map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    method: textOf(file, 'method'),
    originalUrl: makeUrl(objectMember(file, 'originalUrl')),
    url: makeUrl(objectMember(file, 'url')),
  }
}

function makeApi(file: JsonObject): gateway.PolicyApi {
  const names = objectMember(file, 'subscriptionKeyParameterNames')
  return {
    typeName: 'IApi',
    id: textOf(file, 'id'),
    name: textOf(file, 'name'),
    path: textOf(file, 'path'),
    protocols: textsOf(file['protocols']),
    revision: textOrNull(file, 'revision'),
    version: textOrNull(file, 'version'),
    isCurrentRevision: file['isCurrentRevision'] !== false,
    serviceUrl: isJsonObject(file['serviceUrl']) ? makeUrl(file['serviceUrl']) : null,
    subscriptionKeyParameterNames: {
      header: textOf(names, 'header'),
      query: textOf(names, 'query'),
    },
  }
}

function makeOperation(file: JsonObject): gateway.PolicyOperation {
  return {
    typeName: 'IOperation',
    id: textOf(file, 'id'),
    method: textOf(file, 'method'),
    name: textOf(file, 'name'),
    urlTemplate: textOf(file, 'urlTemplate'),
  }
}

function makeGroups(value: JsonValue | undefined): gateway.PolicyGroup[] {
  return objectsOf(value).map((group) => ({
    typeName: 'IGroup',
    id: textOf(group, 'id'),
    name: textOf(group, 'name'),
  }))
}

function makeProduct(value: JsonValue | undefined): gateway.PolicyProduct | null {
  if (!isJsonObject(value)) return null
  const limit = value['subscriptionLimit']
  return {
    typeName: 'IProduct',
    id: textOf(value, 'id'),
    name: textOf(value, 'name'),
    state: value['state'] === 'Published' ? 'Published' : 'NotPublished',
    approvalRequired: value['approvalRequired'] === true,
    subscriptionRequired: value['subscriptionRequired'] === true,
    subscriptionLimit: typeof limit === 'number' ? limit : null,
    groups: makeGroups(value['groups']),
    apis: objectsOf(value['apis']).map(makeApi),
  }
}

function makeSubscription(value: JsonValue | undefined): gateway.PolicySubscription | null {
  if (!isJsonObject(value)) return null
  return {
    typeName: 'ISubscription',
    id: textOf(value, 'id'),
    name: textOf(value, 'name'),
    key: textOf(value, 'key'),
    primaryKey: textOf(value, 'primaryKey'),
    secondaryKey: textOf(value, 'secondaryKey'),
    createdDateMs: timeOf(value['createdDate']) ?? 0,
    startDateMs: timeOf(value['startDate']),
    endDateMs: timeOf(value['endDate']),
  }
}

function makeUser(value: JsonValue | undefined): gateway.PolicyUser | null {
  if (!isJsonObject(value)) return null
  return {
    typeName: 'IUser',
    id: textOf(value, 'id'),
    firstName: textOrNull(value, 'firstName'),
    lastName: textOrNull(value, 'lastName'),
    email: textOrNull(value, 'email'),
    note: textOrNull(value, 'note'),
    registrationDateMs: timeOf(value['registrationDate']) ?? 0,
    groups: makeGroups(value['groups']),
    identities: objectsOf(value['identities']).map((one) => ({
      typeName: 'IUserIdentity',
      id: textOf(one, 'id'),
      provider: textOf(one, 'provider'),
    })),
  }
}

function makeLastError(value: JsonValue | undefined): gateway.PolicyLastError | null {
  if (!isJsonObject(value)) return null
  return {
    typeName: 'ILastError',
    source: textOrNull(value, 'source'),
    reason: textOrNull(value, 'reason'),
    message: textOrNull(value, 'message'),
    scope: textOrNull(value, 'scope'),
    section: textOrNull(value, 'section'),
    path: textOrNull(value, 'path'),
    policyId: textOrNull(value, 'policyId'),
  }
}

function makeDeployment(file: JsonObject): gateway.PolicyDeployment {
  const own = objectMember(file, 'gateway')
  const certificates = Object.entries(objectMember(file, 'certificates')).flatMap(
    ([name, value]) => {
      const certificate = makeCertificate(value)
      return certificate ? [[name, certificate] as const] : []
    },
  )
  return {
    typeName: 'IDeployment',
    gatewayId: textOf(file, 'gatewayId'),
    region: textOf(file, 'region'),
    serviceId: textOf(file, 'serviceId'),
    serviceName: textOf(file, 'serviceName'),
    gateway: {
      id: textOf(own, 'id'),
      instanceId: textOf(own, 'instanceId'),
      isManaged: own['isManaged'] === true,
    },
    certificates: new Map(certificates),
  }
}
