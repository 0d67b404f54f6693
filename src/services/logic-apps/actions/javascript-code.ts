import { readJson, writeJson } from '../../../languages/workflow-expression/json-text.ts'
import { type Value, makeObject } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { shownAction } from '../expression-roots.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { codeCharactersMax, codeMemoryBytesMax, codeMsMax } from '../limits.ts'
import { failed, succeeded } from '../outcomes.ts'
import type { ScriptAnswer } from '../script-request.ts'
import { listOf, objectOf, textOf } from '../workflow-value.ts'

/** Runs JavaScript of the workflow: https://learn.microsoft.com/azure/logic-apps/logic-apps-add-run-inline-code */
export const javascriptCode: ActionCompiler = (action, context) => {
  const code = textOf(action.inputs, 'code')
  if (code === undefined)
    throw context.refuse(action, `"The 'code' property of 'inputs' is required."`)
  if (code.length > codeCharactersMax) {
    throw context.refuse(action, `"The code is longer than '${codeCharactersMax}' characters."`)
  }
  const dependencies = objectOf(action.inputs, 'explicitDependencies')
  const named = listOf(dependencies, 'actions').filter((name) => typeof name === 'string')
  const mentioned = [
    ...code.matchAll(
      /workflowContext\.actions\.([A-Za-z_$][\w$]*)|workflowContext\.actions\[\s*['"]([^'"]+)['"]\s*\]/g,
    ),
  ]
  const names = new Set([...named, ...mentioned.map(([, dot, bracket]) => dot ?? bracket ?? '')])
  return leafWork(action, context, {
    isExternal: false,
    // The code is no template: what looks like an expression in it is JavaScript.
    inputs: {},
    execute: async (_, call) => {
      const answer = await call.context.app.scripts.run({
        code,
        context: writeJson(workflowContext(call, names)),
        timeoutMs: codeMsMax,
        memoryBytes: codeMemoryBytesMax,
      })
      return outcomeOf(answer)
    },
  })
}

function outcomeOf(answer: ScriptAnswer) {
  if ('json' in answer) return succeeded({ body: readJson(answer.json) })
  const { kind, message } = answer.error
  if (kind === 'timeout') {
    return failed(
      'InlineCodeScriptTimeout',
      `The inline code execution exceeded the limit of '${codeMsMax / 1000}' seconds.`,
    )
  }
  const code =
    kind === 'syntax' ? 'InlineCodeScriptCompileFailure' : 'InlineCodeScriptRuntimeFailure'
  return failed(code, `The inline code execution failed with error: '${message}'.`)
}

function workflowContext(call: LeafCall, names: ReadonlySet<string>): Value {
  const { context, environment } = call
  const actions = [...names].flatMap((name): [string, Value][] => {
    const found = call.frame.find(name)
    if (!found) return []
    const shown =
      found.kind === 'one'
        ? found.record && shownAction(found.record, context.clientTrackingId)
        : found.records.map((record) => shownAction(record, context.clientTrackingId))
    return shown === undefined ? [] : [[found.node.name, shown]]
  })
  return {
    actions: makeObject(actions),
    trigger: environment.callRoot('trigger', []),
    workflow: environment.callRoot('workflow', []),
  }
}
