import { contentOfText, xmlType } from '../../../languages/workflow-expression/content.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { failed, succeeded } from '../outcomes.ts'
import { schemaName } from '../schema-name.ts'
import { memberOf, plainText } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-flatfile */
export const flatFileDecoding = bySchema('decode', (text) => contentOfText(xmlType, text))

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-flatfile */
export const flatFileEncoding = bySchema('encode', (text) => text)

function bySchema(kind: 'decode' | 'encode', bodyOf: (text: string) => Value): ActionCompiler {
  return (action, context) => {
    const schema = schemaName(action, context)
    const problem = context.catalog.schemaProblem('flat file', schema)
    if (problem !== undefined) throw context.refuse(action, `"${problem}"`)
    return leafWork(action, context, {
      isExternal: false,
      execute: (inputs, { context: { app }, signal }) => {
        const input = plainText(memberOf(inputs, 'content') ?? null)
        if (input === undefined) {
          const wanted = kind === 'decode' ? 'text' : 'XML'
          const message = `The 'content' of the action '${action.name}' must be ${wanted}.`
          return failed(`${action.type}Failed`, message)
        }
        return app.schemas.run({ kind, schema, input, signal }, ({ text }) =>
          succeeded({ body: bodyOf(text) }),
        )
      },
    })
  }
}
