import type { PolicyDefinition } from './gateway/policy-step.ts'
import { authenticationBasic } from './policies/authentication-basic.ts'
import { authenticationCertificate } from './policies/authentication-certificate.ts'
import { authenticationManagedIdentity } from './policies/authentication-managed-identity.ts'
import { cacheLookup } from './policies/cache-lookup.ts'
import { cacheLookupValue } from './policies/cache-lookup-value.ts'
import { cacheRemoveValue } from './policies/cache-remove-value.ts'
import { cacheStore } from './policies/cache-store.ts'
import { cacheStoreValue } from './policies/cache-store-value.ts'
import { checkHeader } from './policies/check-header.ts'
import { choose } from './policies/choose.ts'
import { cors } from './policies/cors.ts'
import { crossDomain } from './policies/cross-domain.ts'
import { emitMetric } from './policies/emit-metric.ts'
import { findAndReplace } from './policies/find-and-replace.ts'
import { forwardRequest } from './policies/forward-request.ts'
import { getAuthorizationContext } from './policies/get-authorization-context.ts'
import { includeFragment } from './policies/include-fragment.ts'
import { ipFilter } from './policies/ip-filter.ts'
import { jsonToXml } from './policies/json-to-xml.ts'
import { jsonp } from './policies/jsonp.ts'
import { limitConcurrency } from './policies/limit-concurrency.ts'
import { logToEventhub } from './policies/log-to-eventhub.ts'
import { mockResponse } from './policies/mock-response.ts'
import { proxy } from './policies/proxy.ts'
import { quota } from './policies/quota.ts'
import { quotaByKey } from './policies/quota-by-key.ts'
import { rateLimit } from './policies/rate-limit.ts'
import { rateLimitByKey } from './policies/rate-limit-by-key.ts'
import { redirectContentUrls } from './policies/redirect-content-urls.ts'
import { retry } from './policies/retry.ts'
import { returnResponse } from './policies/return-response.ts'
import { rewriteUri } from './policies/rewrite-uri.ts'
import { sendOneWayRequest } from './policies/send-one-way-request.ts'
import { sendRequest } from './policies/send-request.ts'
import { sendServiceBusMessage } from './policies/send-service-bus-message.ts'
import { setBackendService } from './policies/set-backend-service.ts'
import { setBody } from './policies/set-body.ts'
import { setHeader } from './policies/set-header.ts'
import { setMethod } from './policies/set-method.ts'
import { setQueryParameter } from './policies/set-query-parameter.ts'
import { setStatus } from './policies/set-status.ts'
import { setVariable } from './policies/set-variable.ts'
import { trace } from './policies/trace.ts'
import { validateAzureAdToken } from './policies/validate-azure-ad-token.ts'
import { validateClientCertificate } from './policies/validate-client-certificate.ts'
import { validateContent } from './policies/validate-content.ts'
import { validateHeaders } from './policies/validate-headers.ts'
import { validateJwt } from './policies/validate-jwt.ts'
import { validateOdataRequest } from './policies/validate-odata-request.ts'
import { validateParameters } from './policies/validate-parameters.ts'
import { validateStatusCode } from './policies/validate-status-code.ts'
import { wait } from './policies/wait.ts'
import { xmlToJson } from './policies/xml-to-json.ts'
import { xslTransform } from './policies/xsl-transform.ts'

/** Every policy there is here. https://learn.microsoft.com/azure/api-management/api-management-policies */
const policies: readonly PolicyDefinition[] = [
  authenticationBasic,
  authenticationCertificate,
  authenticationManagedIdentity,
  cacheLookup,
  cacheLookupValue,
  cacheRemoveValue,
  cacheStore,
  cacheStoreValue,
  checkHeader,
  choose,
  cors,
  crossDomain,
  emitMetric,
  findAndReplace,
  forwardRequest,
  getAuthorizationContext,
  includeFragment,
  ipFilter,
  jsonToXml,
  jsonp,
  limitConcurrency,
  logToEventhub,
  mockResponse,
  proxy,
  quota,
  quotaByKey,
  rateLimit,
  rateLimitByKey,
  redirectContentUrls,
  retry,
  returnResponse,
  rewriteUri,
  sendOneWayRequest,
  sendRequest,
  sendServiceBusMessage,
  setBackendService,
  setBody,
  setHeader,
  setMethod,
  setQueryParameter,
  setStatus,
  setVariable,
  trace,
  validateAzureAdToken,
  validateClientCertificate,
  validateContent,
  validateHeaders,
  validateJwt,
  validateOdataRequest,
  validateParameters,
  validateStatusCode,
  wait,
  xmlToJson,
  xslTransform,
]

const byName = new Map(policies.map((each) => [each.name, each]))

/** The names of all policies that can be used. */
export const policyNames: readonly string[] = policies.map(({ name }) => name)

export function findPolicy(name: string): PolicyDefinition | undefined {
  return byName.get(name)
}

const needsModel = 'it needs a language model service.'
const needsGraph = 'GraphQL APIs are not supported.'
const needsDapr = 'it needs a Dapr sidecar.'

/** Policies that Azure has and that are refused by name, with the reason. */
export const refusedPolicies: ReadonlyMap<string, string> = new Map([
  ...named(needsModel, [
    'azure-openai-emit-token-metric',
    'azure-openai-token-limit',
    'azure-openai-semantic-cache-lookup',
    'azure-openai-semantic-cache-store',
    'llm-content-safety',
    'llm-emit-token-metric',
    'llm-token-limit',
    'llm-semantic-cache-lookup',
    'llm-semantic-cache-store',
  ]),
  ...named(needsGraph, [
    'http-data-source',
    'sql-data-source',
    'cosmosdb-data-source',
    'set-graphql-resolver',
    'publish-event',
    'validate-graphql-request',
  ]),
  ...named(needsDapr, ['publish-to-dapr', 'invoke-dapr-binding']),
])

function named(reason: string, names: readonly string[]): readonly (readonly [string, string])[] {
  return names.map((name) => [name, reason])
}
