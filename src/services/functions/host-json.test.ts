import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { minimumLogLevel, parseHostJson } from './host-json.ts'

function parse(text: string, settings: Record<string, string> = {}) {
  return parseHostJson({ text, file: 'host.json', settings })
}

test('what host.json leaves out has the defaults of Microsoft’s documentation', () => {
  const host = parse('{"version": "2.0"}')
  assert.equal(host.functionTimeoutMs, 1_800_000)
  assert.equal(host.http.routePrefix, 'api')
  assert.equal(host.http.maxOutstandingRequests, -1)
  assert.deepEqual(host.serviceBus, {
    autoCompleteMessages: true,
    maxAutoLockRenewalMs: 300_000,
    maxConcurrentCalls: 16,
    maxConcurrentSessions: 8,
    maxMessageBatchSize: 1000,
    minMessageBatchSize: 1,
    maxBatchWaitMs: 30_000,
    sessionIdleTimeoutMs: 60_000,
  })
  assert.equal(host.queues.newBatchThreshold, 8)
  assert.deepEqual(host.warnings, [])
})

test('an app without a host.json runs with the defaults', () => {
  assert.equal(parseHostJson({ file: 'host.json' }).http.routePrefix, 'api')
  assert.equal(parse('{}').http.routePrefix, 'api')
})

test('comments are allowed, names have no case, and numbers may be text', () => {
  const host = parse(`{
    // the schema version
    "Version": "2.0",
    "functionTimeout": "00:02:00",
    "extensions": {
      "HTTP": { "RoutePrefix": "/v1/", "maxConcurrentRequests": "4", "dynamicThrottlesEnabled": "True",
                "customHeaders": { "X-Content-Type-Options": "nosniff" } },
      "serviceBus": { "maxConcurrentCalls": 1, "maxAutoLockRenewalDuration": "00:10:00" },
    },
  }`)
  assert.equal(host.functionTimeoutMs, 120_000)
  assert.deepEqual(host.http, {
    routePrefix: 'v1',
    maxConcurrentRequests: 4,
    maxOutstandingRequests: -1,
    customHeaders: { 'X-Content-Type-Options': 'nosniff' },
  })
  assert.equal(host.serviceBus.maxConcurrentCalls, 1)
  assert.equal(host.serviceBus.maxAutoLockRenewalMs, 600_000)
})

test('a functionTimeout of -1 means no limit', () => {
  assert.equal(parse('{"version":"2.0","functionTimeout":"-1"}').functionTimeoutMs, undefined)
})

test('application settings override the file one value at a time', () => {
  const host = parse(
    '{"version":"2.0","watchFiles":["a","b"],"extensions":{"http":{"routePrefix":"v1"}}}',
    {
      AzureFunctionsJobHost__extensions__http__routePrefix: '',
      'azurefunctionsjobhost:functionTimeout': '00:00:05',
      AzureFunctionsJobHost__watchFiles__1: 'c',
      AzureFunctionsJobHost__functions__0: 'Only',
      AzureFunctionsJobHost__logging__logLevel__default: 'Warning',
      unrelated: 'x',
    },
  )
  assert.equal(host.http.routePrefix, '')
  assert.equal(host.functionTimeoutMs, 5000)
  assert.deepEqual(host.watchFiles, ['a', 'c'])
  assert.deepEqual(host.functions, ['Only'])
  assert.deepEqual(host.logging.logLevel, { default: 'warning' })
})

test('the retry policy of the whole app is read', () => {
  const host = parse(
    '{"version":"2.0","retry":{"strategy":"fixedDelay","maxRetryCount":2,"delayInterval":"00:00:03"}}',
  )
  assert.deepEqual(host.retry, { strategy: 'fixedDelay', retryCountMax: 2, delayMs: 3000 })
})

test('the log level of a category is that of the longest name it begins with', () => {
  const { logging } = parse(
    '{"version":"2.0","logging":{"logLevel":{"Default":"Error","Function":"Debug","Function.Orders":"None"}}}',
  )
  assert.equal(minimumLogLevel(logging, 'Function.Orders.User'), 'none')
  assert.equal(minimumLogLevel(logging, 'Function.OrdersToo'), 'debug')
  assert.equal(minimumLogLevel(logging, 'Host.Startup'), 'error')
  assert.equal(minimumLogLevel({ logLevel: {} }, 'Host.Startup'), 'information')
})

test('what has no effect is told with its place', () => {
  const host = parse(`{
  "version": "2.0",
  "extensionBundle": { "id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)" },
  "logging": { "applicationInsights": { "samplingSettings": { "isEnabled": true } } },
  "aggregator": { "batchSize": 1000 },
  "extention": {},
  "extensions": { "serviceBus": { "transportType": "amqpWebSockets", "maxCalls": 3 } }
}`)
  assert.deepEqual(host.warnings, [
    "host.json:5:17: 'aggregator' has no effect here",
    "host.json:6:16: unknown setting 'extention' is ignored",
    "host.json:7:52: 'extensions.serviceBus.transportType' has no effect here",
    "host.json:7:82: unknown setting 'extensions.serviceBus.maxCalls' is ignored",
  ])
})

const missingVersion =
  "The host.json file is missing the required 'version' property. See https://aka.ms/functions-hostjson for steps to migrate the configuration file."

const faults: [text: string, message: string][] = [
  ['{"version": "2.0"', "host.json:1:18: expected ',' or '}', the file ends here"],
  ['[]', 'host.json:1:1: expected an object'],
  ['{"http": {}}', `host.json:1:1: ${missingVersion}`],
  [
    '{"version": "1.0"}',
    "host.json:1:13: '1.0' is an invalid value for host.json 'version' property. We recommend you set the 'version' property to '2.0'. See https://aka.ms/functions-hostjson for more information on this configuration file.",
  ],
  ['{"version": 2}', "host.json:1:13: expected text for 'version', found 2"],
  [
    '{"version": "2.0", "functionTimeout": "soon"}',
    "host.json:1:39: expected a duration hh:mm:ss of at least 00:00:01, or -1 for no limit, found 'soon'",
  ],
  [
    '{"version": "2.0", "extensions": {"http": []}}',
    "host.json:1:43: expected an object for 'extensions.http', found a list",
  ],
  [
    '{"version": "2.0",\n "extensions": {"serviceBus": {"maxConcurrentCalls": 0}}}',
    "host.json:2:54: expected a whole number of at least 1 for 'extensions.serviceBus.maxConcurrentCalls', found 0",
  ],
  [
    '{"version": "2.0", "extensions": {"queues": {"batchSize": 33}}}',
    "host.json:1:59: expected a whole number from 1 to 32 for 'extensions.queues.batchSize', found 33",
  ],
  [
    '{"version": "2.0", "extensions": {"serviceBus": {"maxBatchWaitTime": "00:06:00"}}}',
    "host.json:1:70: expected a duration hh:mm:ss from 00:00:00 to 00:05:00 for 'extensions.serviceBus.maxBatchWaitTime', found '00:06:00'",
  ],
  [
    '{"version": "2.0", "logging": {"logLevel": {"default": "Loud"}}}',
    "host.json:1:56: expected one of trace, debug, information, warning, error, critical, none for 'logging.logLevel.default', found 'Loud'",
  ],
  [
    '{"version": "2.0", "watchFiles": "a"}',
    "host.json:1:34: expected a list of texts for 'watchFiles'",
  ],
  [
    '{"version": "2.0", "customHandler": {}}',
    "host.json:1:37: 'customHandler': custom handlers are not supported, an app runs on Node.js here",
  ],
  [
    '{"version": "2.0", "retry": {"strategy": "fixedDelay"}}',
    'host.json:1:29: expected a whole number, or -1 for ever, as the maxRetryCount of the retry policy, found null',
  ],
]

for (const [text, message] of faults) {
  test(`a fault is told with its place: ${message.slice(0, 60)}`, () => {
    assert.throws(
      () => parse(text),
      (error) => error instanceof SourceError && error.message === message,
    )
  })
}

test('a fault of an override names the application setting', () => {
  assert.throws(() => parse('{"version":"2.0"}', { AzureFunctionsJobHost__functionTimeout: 'x' }), {
    message:
      "application setting AzureFunctionsJobHost__functionTimeout:1:1: expected a duration hh:mm:ss of at least 00:00:01, or -1 for no limit, found 'x'",
  })
})
