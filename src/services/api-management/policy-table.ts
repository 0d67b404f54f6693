import type { PolicyDefinition } from './gateway/policy-step.ts'
import { authenticationBasic } from './policies/authentication-basic.ts'
import { authenticationManagedIdentity } from './policies/authentication-managed-identity.ts'
import { cacheLookupValue } from './policies/cache-lookup-value.ts'
import { cacheRemoveValue } from './policies/cache-remove-value.ts'
import { cacheStoreValue } from './policies/cache-store-value.ts'
import { checkHeader } from './policies/check-header.ts'
import { choose } from './policies/choose.ts'
import { cors } from './policies/cors.ts'
import { findAndReplace } from './policies/find-and-replace.ts'
import { forwardRequest } from './policies/forward-request.ts'
import { includeFragment } from './policies/include-fragment.ts'
import { ipFilter } from './policies/ip-filter.ts'
import { limitConcurrency } from './policies/limit-concurrency.ts'
import { mockResponse } from './policies/mock-response.ts'
import { rateLimit } from './policies/rate-limit.ts'
import { rateLimitByKey } from './policies/rate-limit-by-key.ts'
import { retry } from './policies/retry.ts'
import { returnResponse } from './policies/return-response.ts'
import { rewriteUri } from './policies/rewrite-uri.ts'
import { sendOneWayRequest } from './policies/send-one-way-request.ts'
import { sendRequest } from './policies/send-request.ts'
import { setBackendService } from './policies/set-backend-service.ts'
import { setBody } from './policies/set-body.ts'
import { setHeader } from './policies/set-header.ts'
import { setMethod } from './policies/set-method.ts'
import { setQueryParameter } from './policies/set-query-parameter.ts'
import { setStatus } from './policies/set-status.ts'
import { setVariable } from './policies/set-variable.ts'
import { trace } from './policies/trace.ts'
import { validateJwt } from './policies/validate-jwt.ts'
import { wait } from './policies/wait.ts'

/** Every policy there is here. https://learn.microsoft.com/azure/api-management/api-management-policies */
const policies: readonly PolicyDefinition[] = [
  authenticationBasic,
  authenticationManagedIdentity,
  cacheLookupValue,
  cacheRemoveValue,
  cacheStoreValue,
  checkHeader,
  choose,
  cors,
  findAndReplace,
  forwardRequest,
  includeFragment,
  ipFilter,
  limitConcurrency,
  mockResponse,
  rateLimit,
  rateLimitByKey,
  retry,
  returnResponse,
  rewriteUri,
  sendOneWayRequest,
  sendRequest,
  setBackendService,
  setBody,
  setHeader,
  setMethod,
  setQueryParameter,
  setStatus,
  setVariable,
  trace,
  validateJwt,
  wait,
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
const needsOther = 'it needs a service that is not part of this platform yet.'

/** Policies that Azure has and that are refused by name, with the reason. */
export const refusedPolicies: ReadonlyMap<string, string> = new Map([
  ['azure-openai-emit-token-metric', needsModel],
  ['azure-openai-token-limit', needsModel],
  ['azure-openai-semantic-cache-lookup', needsModel],
  ['azure-openai-semantic-cache-store', needsModel],
  ['llm-content-safety', needsModel],
  ['llm-emit-token-metric', needsModel],
  ['llm-token-limit', needsModel],
  ['llm-semantic-cache-lookup', needsModel],
  ['llm-semantic-cache-store', needsModel],
  ['http-data-source', needsGraph],
  ['sql-data-source', needsGraph],
  ['cosmosdb-data-source', needsGraph],
  ['set-graphql-resolver', needsGraph],
  ['publish-event', needsGraph],
  ['validate-graphql-request', needsGraph],
  ['publish-to-dapr', needsDapr],
  ['invoke-dapr-binding', needsDapr],
  ['log-to-eventhub', needsOther],
  ['send-service-bus-message', needsOther],
  ['get-authorization-context', needsOther],
])
