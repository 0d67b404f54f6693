import { DotnetException } from '../../../languages/dotnet/exceptions.ts'
import { readJson } from '../../../languages/workflow-expression/json-text.ts'
import { compileExpression } from '../../../languages/workflow-expression/compile-expression.ts'
import { isContent, contentText } from '../../../languages/workflow-expression/content.ts'
import { ExpressionError } from '../../../languages/workflow-expression/expression-error.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { renderLiquid } from '../liquid-template.ts'
import { failed, succeeded } from '../outcomes.ts'
import { memberOf, objectOf, textOf, toJson } from '../workflow-value.ts'

const kinds = new Map([
  ['jsontojson', { isXml: false, givesJson: true }],
  ['jsontotext', { isXml: false, givesJson: false }],
  ['xmltojson', { isXml: true, givesJson: true }],
  ['xmltotext', { isXml: true, givesJson: false }],
])

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-liquid-transform */
export const liquid: ActionCompiler = (action, context) => {
  const kind = kinds.get(action.kind?.toLowerCase() ?? '')
  if (!kind) {
    throw context.refuse(
      action,
      `"The kind '${action.kind ?? ''}' of the action type 'Liquid' is not known."`,
    )
  }
  const map = objectOf(objectOf(action.inputs, 'integrationAccount'), 'map')
  const name = textOf(objectOf(action.inputs, 'map'), 'name') ?? textOf(map, 'name')
  if (name === undefined || !context.catalog.artifact('Maps', name)) {
    throw context.refuse(
      action,
      `"The map '${name ?? ''}' is not in the folder 'Artifacts/Maps' of the app."`,
    )
  }
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) => {
      const template = call.context.app.artifacts.read('Maps', name) ?? ''
      const content = contentOf(memberOf(inputs, 'content') ?? null, kind.isXml, call)
      const rendered = renderLiquid(template, { content: toJson(content) })
      if ('fault' in rendered) return failed('LiquidTemplateError', rendered.fault)
      if (!kind.givesJson) return succeeded({ body: rendered.text })
      try {
        return succeeded({ body: readJson(rendered.text) })
      } catch (error) {
        if (!(error instanceof DotnetException)) throw error
        return failed(
          'InvalidJsonResponse',
          `The result of the Liquid map '${name}' is not valid JSON: '${error.message}'.`,
        )
      }
    },
  })
}

function contentOf(content: Value, isXml: boolean, call: LeafCall): Value {
  if (isXml) {
    const compiled = compileExpression(`json(xml(parameters('0')))`)
    const { environment } = call
    return compiled.evaluate({
      clock: environment.clock,
      roots: environment.roots,
      newGuid: () => environment.newGuid(),
      random: () => environment.random(),
      callRoot: () => (isContent(content) ? contentText(content) : content),
    })
  }
  const text = isContent(content) ? contentText(content) : content
  if (typeof text !== 'string') return text
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof DotnetException) throw new ExpressionError(error.message)
    throw error
  }
}
