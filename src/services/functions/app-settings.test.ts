import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { AppSettings, SettingError, connectionKinds, parseLocalSettings } from './app-settings.ts'

function parse(text: string) {
  return parseLocalSettings({ text, file: 'local.settings.json' })
}

test('a local.settings.json is read as Core Tools writes it', () => {
  const local = parse(`{
    "IsEncrypted": false, // written by func init
    "Values": { "FUNCTIONS_WORKER_RUNTIME": "node", "BATCH": 5, "VERBOSE": true, "EMPTY": null },
    "Host": { "LocalHttpPort": 7075, "CORS": "http://localhost:3000/, https://a.example", "CORSCredentials": true },
    "ConnectionStrings": { "Plain": "Server=a", "Sql": { "ConnectionString": "Server=b", "ProviderName": "x" } }
  }`)
  assert.deepEqual(local, {
    values: { FUNCTIONS_WORKER_RUNTIME: 'node', BATCH: '5', VERBOSE: 'true', EMPTY: '' },
    connectionStrings: { Plain: 'Server=a', Sql: 'Server=b' },
    localHttpPort: 7075,
    cors: { origins: ['http://localhost:3000', 'https://a.example'], credentials: true },
    keysEnforced: true,
    warnings: [],
  })
})

test('keys are enforced unless Host.EnableAuth is false', () => {
  assert.equal(parse('{}').keysEnforced, true)
  assert.equal(parse('{"Host": {"EnableAuth": true}}').keysEnforced, true)
  assert.equal(parse('{"Host": {"EnableAuth": false}}').keysEnforced, false)
})

test('an unknown setting of local.settings.json is told', () => {
  assert.deepEqual(parse('{"Value": {}}').warnings, [
    "local.settings.json:1:11: unknown setting 'Value' is ignored",
  ])
})

const faults: [text: string, message: string][] = [
  [
    '{\n  "IsEncrypted": true }',
    'local.settings.json:2:18: encrypted settings are not supported, expected "IsEncrypted": false (run `func settings decrypt`)',
  ],
  [
    '{"Values": {"A": {"B": 1}}}',
    "local.settings.json:1:18: expected a value for 'Values.A', found an object",
  ],
  ['{"Values": "A=B"}', "local.settings.json:1:12: expected an object for 'Values', found 'A=B'"],
  [
    '{"Host": {"LocalHttpPort": 70000}}',
    "local.settings.json:1:28: expected a whole number from 0 to 65535 for 'Host.LocalHttpPort', found 70000",
  ],
  [
    '{"Host": {"EnableAuth": "no"}}',
    "local.settings.json:1:25: expected true or false for 'Host.EnableAuth', found 'no'",
  ],
  [
    '{"Host": {"CORS": "*", "CORSCredentials": true}}',
    'local.settings.json:1:43: credentials cannot be allowed for every origin (*)',
  ],
]

for (const [text, message] of faults) {
  test(`a fault is told with its place: ${message.slice(0, 70)}`, () => {
    assert.throws(
      () => parse(text),
      (error) => error instanceof SourceError && error.message === message,
    )
  })
}

test('a setting of the deployment wins over local.settings.json', () => {
  const local = parse('{"Values": {"A": "local", "B": "local", "X__Y": "local"}}')
  const settings = new AppSettings({ a: 'deployed', 'X:Y': 'deployed' }, local)
  assert.equal(settings.get('A'), 'deployed')
  assert.equal(settings.get('B'), 'local')
  assert.equal(settings.get('x__y'), 'deployed')
  assert.deepEqual(settings.environment, { a: 'deployed', B: 'local', 'X:Y': 'deployed' })
})

test('each %NAME% is replaced by its setting', () => {
  const settings = new AppSettings({
    QUEUE: 'orders',
    Schedules__Nightly: '0 0 2 * * *',
    EMPTY: '',
  })
  assert.equal(settings.resolve('%queue%-%QUEUE%-x%EMPTY%'), 'orders-orders-x')
  assert.equal(settings.resolve('%Schedules:Nightly%'), '0 0 2 * * *')
  assert.equal(settings.resolve('no setting'), 'no setting')
})

test('a setting that is not there is told in the words of the host', () => {
  const settings = new AppSettings({})
  assert.throws(() => settings.resolve('a %NOPE% b'), {
    name: 'SettingError',
    message: "'%NOPE%' does not resolve to a value.",
  })
  assert.throws(() => settings.resolve('100 % sure'), {
    message: "The '%' at position 4 does not have a closing '%'",
  })
})

test('a connection is found with the prefix AzureWebJobs, by its name, and among the connection strings', () => {
  const { cosmosDB, storage } = connectionKinds
  const local = parse('{"ConnectionStrings": {"Third": "c"}}')
  const settings = new AppSettings({ AzureWebJobsFirst: 'a', First: 'x', second: 'b' }, local)
  const read = (name: string) => settings.readConnection(name, cosmosDB)
  assert.deepEqual(read('First'), { kind: 'connectionString', name: 'First', value: 'a' })
  assert.deepEqual(read('Second'), { kind: 'connectionString', name: 'Second', value: 'b' })
  assert.deepEqual(read('Third'), { kind: 'connectionString', name: 'Third', value: 'c' })
  const storageSettings = new AppSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' })
  for (const name of [undefined, '', 'Storage', 'AzureWebJobsStorage']) {
    assert.equal(storageSettings.readConnection(name, storage).kind, 'connectionString')
  }
})

test('a connection may be a section of settings with its name before two underscores or a colon', () => {
  const settings = new AppSettings({
    Bus__fullyQualifiedNamespace: 'ns.servicebus.windows.net',
    'Bus:credential': 'managedidentity',
    BUS__CLIENTID: 'me',
    Bus2__fullyQualifiedNamespace: 'other',
  })
  assert.deepEqual(settings.readConnection('Bus', connectionKinds.serviceBus), {
    kind: 'section',
    name: 'Bus',
    values: {
      fullyQualifiedNamespace: 'ns.servicebus.windows.net',
      credential: 'managedidentity',
      clientId: 'me',
    },
  })
})

test('a missing connection is told in the words of its extension', () => {
  const settings = new AppSettings({ Half__credential: 'managedidentity' })
  const message = (name: string | undefined, kind: keyof typeof connectionKinds) => {
    try {
      settings.readConnection(name, connectionKinds[kind])
    } catch (error) {
      return error instanceof SettingError ? error.message : undefined
    }
    return undefined
  }
  assert.equal(
    message(undefined, 'cosmosDB'),
    "Cosmos DB connection configuration 'CosmosDB' does not exist. Make sure that it is a defined App Setting.",
  )
  assert.equal(
    message('Bus', 'serviceBus'),
    "Service Bus account connection string with name 'Bus' does not exist in the settings. Make sure that it is a defined App Setting.",
  )
  assert.equal(
    message('Half', 'serviceBus'),
    "Connection should have an 'fullyQualifiedNamespace' property or be a string representing a connection string.",
  )
})

test('a connection string written where its setting’s name belongs is not repeated in the message', () => {
  const settings = new AppSettings({})
  const leak = 'Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=secret'
  assert.throws(
    () => settings.readConnection(leak, connectionKinds.serviceBus),
    (error) => error instanceof SettingError && !error.message.includes('secret'),
  )
})
