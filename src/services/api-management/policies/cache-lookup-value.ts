import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** The caches a policy may name; without an external one all are the built-in cache. */
export const cachingTypes = ['internal', 'external', 'prefer-external'] as const

/** https://learn.microsoft.com/azure/api-management/cache-lookup-value-policy */
export const cacheLookupValue: PolicyDefinition = {
  name: 'cache-lookup-value',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['key', 'variable-name', 'default-value', 'caching-type'],
  compile(source) {
    const key = source.requiredText('key')
    const variable = source.requiredText('variable-name')
    const otherwise = source.any('default-value')
    source.choice('caching-type', cachingTypes)
    return (call) => {
      const found = call.parts.cache.get(`value ${key.read(call)}`)
      const value = found === undefined ? otherwise?.read(call) : found
      // Nothing found and no default: the variable is not set.
      if (value !== undefined) call.variables.set(variable.read(call), value)
    }
  },
}
