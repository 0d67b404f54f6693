import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { xmlBytesMax } from '../limits.ts'
import { failed, succeeded } from '../outcomes.ts'
import { schemaName } from '../schema-name.ts'
import { memberOf, plainText } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-xml-validation */
export const xmlValidation: ActionCompiler = (action, context) => {
  const schema = schemaName(action, context)
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, { context: { app }, signal }) => {
      const input = plainText(memberOf(inputs, 'content') ?? null)
      if (input === undefined || Buffer.byteLength(input) > xmlBytesMax) {
        return failed(
          'InvalidXml',
          `The 'content' of the action '${action.name}' must be XML of at most '${xmlBytesMax}' bytes.`,
        )
      }
      return app.schemas.run({ kind: 'validate', schema, input, signal }, () =>
        succeeded({ body: {} }),
      )
    },
  })
}
