import { createRequire } from 'node:module'
import type { Ajv, Options } from 'ajv'
import { stringMember, type JsonValue } from '../../base/json.ts'

const require = createRequire(import.meta.url)

/**
 * The validator of a schema's draft: 4, 2019-09 and 2020-12 by `$schema`, else 7, which reads 6 too. A draft is loaded with
 * the first schema that is of it: many solutions have no schema, and all drafts together are a tenth of a start.
 * https://json-schema.org/specification-links
 */
export function newAjv(schema: JsonValue, options: Options): Ajv {
  const ajv = ofDraft(schema, options)
  const { default: addFormats }: typeof import('ajv-formats') = require('ajv-formats')
  addFormats(ajv)
  return ajv
}

function ofDraft(schema: JsonValue, options: Options): Ajv {
  const draft = stringMember(schema, '$schema') ?? ''
  if (draft.includes('2020-12')) {
    const { Ajv2020 }: typeof import('ajv/dist/2020.js') = require('ajv/dist/2020.js')
    return new Ajv2020(options)
  }
  if (draft.includes('2019-09')) {
    const { Ajv2019 }: typeof import('ajv/dist/2019.js') = require('ajv/dist/2019.js')
    return new Ajv2019(options)
  }
  if (draft.includes('draft-04') || hasFlagsOfDraft4(schema)) {
    const { default: Ajv4 }: typeof import('ajv-draft-04') = require('ajv-draft-04')
    return new Ajv4(options)
  }
  const { Ajv: Ajv7 }: typeof import('ajv') = require('ajv')
  return new Ajv7(options)
}

// In draft 4, and in OpenAPI 3.0 with it, `exclusiveMinimum` is a boolean.
function hasFlagsOfDraft4(schema: JsonValue): boolean {
  return /"exclusive(?:Minimum|Maximum)":(?:true|false)/.test(JSON.stringify(schema))
}
