import { RealClock, type Clock } from '../../base/clock.ts'
import type { PolicyContext, PolicyUrl } from './policy-context.ts'

const url: PolicyUrl = {
  typeName: 'IUrl',
  scheme: 'http',
  host: 'localhost',
  port: 80,
  path: '/',
  queryString: '',
  query: new Map(),
}

/** A context without a request: for constant expressions and tests of the language. */
export function emptyContext(clock: Clock = new RealClock()): PolicyContext {
  return {
    clock,
    api: {
      typeName: 'IApi',
      id: '',
      name: '',
      path: '',
      protocols: [],
      revision: null,
      version: null,
      isCurrentRevision: true,
      serviceUrl: null,
      subscriptionKeyParameterNames: { header: '', query: '' },
    },
    deployment: {
      typeName: 'IDeployment',
      gatewayId: '',
      region: '',
      serviceId: '',
      serviceName: '',
      gateway: { id: '', instanceId: '', isManaged: true },
      certificates: new Map(),
    },
    elapsedMs: 0,
    lastError: null,
    operation: { typeName: 'IOperation', id: '', method: '', name: '', urlTemplate: '' },
    product: null,
    request: {
      typeName: 'IRequest',
      body: null,
      certificate: null,
      headers: new Map(),
      ipAddress: '',
      matchedParameters: new Map(),
      method: 'GET',
      originalUrl: url,
      url,
    },
    requestId: '00000000-0000-0000-0000-000000000000',
    response: null,
    subscription: null,
    timestampMs: 0,
    tracing: false,
    user: null,
    variables: new Map(),
    trace: () => undefined,
  }
}
