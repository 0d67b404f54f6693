import { apiConnection } from './actions/api-connection.ts'
import { compose } from './actions/compose.ts'
import { condition, foreach, scope, switchCase, until } from './actions/control.ts'
import { expression } from './actions/expression.ts'
import { flatFileDecoding, flatFileEncoding } from './actions/flat-file.ts'
import { apiManagement, callFunction } from './actions/function.ts'
import { apiConnectionWebhook, httpWebhook } from './actions/http-webhook.ts'
import { http } from './actions/http.ts'
import { javascriptCode } from './actions/javascript-code.ts'
import { join } from './actions/join.ts'
import { liquid } from './actions/liquid.ts'
import { parseJsonAction } from './actions/parse-json.ts'
import { query } from './actions/query.ts'
import { response } from './actions/response.ts'
import { xmlCompose, xmlParse } from './actions/schema-xml.ts'
import { select } from './actions/select.ts'
import { serviceProvider } from './actions/service-provider.ts'
import { table } from './actions/table.ts'
import { terminate } from './actions/terminate.ts'
import {
  appendToArrayVariable,
  appendToStringVariable,
  decrementVariable,
  incrementVariable,
  initializeVariable,
  setVariable,
} from './actions/variables.ts'
import { wait } from './actions/wait.ts'
import { sendToBatch, workflow } from './actions/workflow.ts'
import { xmlValidation } from './actions/xml-validation.ts'
import { xslt } from './actions/xslt.ts'
import type { ActionCompiler } from './compile-context.ts'

/** The types of actions, in lower case: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#action-types-list */
export const actionCompilers: ReadonlyMap<string, ActionCompiler> = new Map([
  ['scope', scope],
  ['if', condition],
  ['switch', switchCase],
  ['foreach', foreach],
  ['until', until],
  ['terminate', terminate],
  ['compose', compose],
  ['parsejson', parseJsonAction],
  ['query', query],
  ['select', select],
  ['join', join],
  ['table', table],
  ['initializevariable', initializeVariable],
  ['setvariable', setVariable],
  ['incrementvariable', incrementVariable],
  ['decrementvariable', decrementVariable],
  ['appendtoarrayvariable', appendToArrayVariable],
  ['appendtostringvariable', appendToStringVariable],
  ['response', response],
  ['wait', wait],
  ['serviceprovider', serviceProvider],
  ['apiconnection', apiConnection],
  ['openapiconnection', apiConnection],
  ['xslt', xslt],
  ['liquid', liquid],
  ['xmlvalidation', xmlValidation],
  ['xmlparse', xmlParse],
  ['xmlcompose', xmlCompose],
  ['flatfileencoding', flatFileEncoding],
  ['flatfiledecoding', flatFileDecoding],
  ['http', http],
  ['httpwebhook', httpWebhook],
  ['apiconnectionwebhook', apiConnectionWebhook],
  ['openapiconnectionwebhook', apiConnectionWebhook],
  ['workflow', workflow],
  ['sendtobatch', sendToBatch],
  ['function', callFunction],
  ['apimanagement', apiManagement],
  ['expression', expression],
  ['javascriptcode', javascriptCode],
])

const integrationAccount = 'it needs an integration account, which is not there'

/** Types that Azure has and this service does not, with the reason. */
export const unsupportedActions: ReadonlyMap<string, string> = new Map([
  ['invokefunction', 'compiled .NET functions of an app are not run'],
  ['csharpscriptcode', 'C# scripts are not run'],
  ['powershellcode', 'PowerShell scripts are not run'],
  ['agent', 'language models are not there'],
  ['agenthandoff', 'language models are not there'],
  ['mcpclienttool', 'language models are not there'],
  ['invokeagent', 'language models are not there'],
  ['chunktext', 'the operations for language models are not there'],
  ['parsedocument', 'the operations for language models are not there'],
  ['parsedocumentwithmetadata', 'the operations for language models are not there'],
  ['rulesengine', 'rules are not executed'],
  ['ruleengine', 'rules are not executed'],
  ['integrationaccountartifactlookup', integrationAccount],
  ['as2encode', integrationAccount],
  ['as2decode', integrationAccount],
  ['x12encode', integrationAccount],
  ['x12decode', integrationAccount],
  ['x12batchencode', integrationAccount],
  ['edifactencode', integrationAccount],
  ['edifactdecode', integrationAccount],
  ['edifactbatchencode', integrationAccount],
  ['rosettanetencode', integrationAccount],
  ['rosettanetdecode', integrationAccount],
  ['rosettanetwaitforresponse', integrationAccount],
  ['swiftencode', integrationAccount],
  ['swiftdecode', integrationAccount],
])
