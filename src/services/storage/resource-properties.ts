import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, objectMember } from '../../base/json.ts'
import type { CorsRule } from './account.ts'

/** `cors.corsRules` of a service's template. */
export function readCorsRules(properties: JsonObject): readonly CorsRule[] {
  const rules = objectMember(properties, 'cors')['corsRules']
  return Array.isArray(rules) ? rules.filter(isJsonObject).map(readCorsRule) : []
}

/** The members of an object that are texts. */
export function textMembers(value: JsonObject): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, text] of Object.entries(value)) if (typeof text === 'string') texts[name] = text
  return texts
}

function readCorsRule(rule: JsonObject): CorsRule {
  const texts = (name: string) => {
    const value = rule[name]
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  }
  const maxAge = rule['maxAgeInSeconds']
  return {
    allowedOrigins: texts('allowedOrigins'),
    allowedMethods: texts('allowedMethods').map((method) => method.toUpperCase()),
    allowedHeaders: texts('allowedHeaders'),
    exposedHeaders: texts('exposedHeaders'),
    maxAgeSeconds: typeof maxAge === 'number' ? maxAge : 0,
  }
}
