import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { requestWorkflow, startApp } from './app-fixture.ts'
import type { ManagedConnectorSubscribe } from './managed-connector.ts'
import type { ServiceProvider, ServiceProviderListen } from './service-provider.ts'

const map = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output omit-xml-declaration="yes"/>
  <xsl:template match="/">
    <transformedBooking>
      <bookingId><xsl:value-of select="booking/bookingId"/></bookingId>
      <passengerNames>
        <xsl:for-each select="booking/passengers">
          <name><xsl:value-of select="concat(firstName, ' ', lastName)"/></name>
        </xsl:for-each>
      </passengerNames>
      <amountPaid><xsl:value-of select="booking/payment/totalPrice"/></amountPaid>
    </transformedBooking>
  </xsl:template>
</xsl:stylesheet>`

const connections = {
  managedApiConnections: {
    azureeventgrid: {
      api: {
        id: "@{appsetting('subscription_Id')}/providers/Microsoft.Web/locations/westeurope/managedApis/azureeventgrid",
      },
      connection: { id: '/connections/azureeventgrid' },
      connectionRuntimeUrl: "@appsetting('eventGrid_connectionRuntimeUrl')",
    },
  },
  serviceProviderConnections: {
    AzureBlob: {
      parameterSetName: 'ManagedServiceIdentity',
      parameterValues: { blobStorageEndpoint: "@appsetting('blobs')" },
      serviceProvider: { id: '/serviceProviders/AzureBlob' },
    },
    serviceBus: {
      parameterValues: { fullyQualifiedNamespace: 'bus.servicebus.windows.net' },
      serviceProvider: { id: '/serviceProviders/serviceBus' },
    },
    AzureCosmosDB: {
      parameterValues: {},
      serviceProvider: { id: '/serviceProviders/AzureCosmosDB' },
    },
  },
}

function serviceProviderAction(provider: string, operationId: string, parameters: JsonValue) {
  return {
    type: 'ServiceProvider',
    inputs: {
      parameters,
      serviceProviderConfiguration: {
        connectionName: provider,
        operationId,
        serviceProviderId: `/serviceProviders/${provider}`,
      },
    },
  }
}

const fromBlobs = {
  definition: {
    triggers: {
      When_a_resource_event_occurs: {
        type: 'ApiConnectionWebhook',
        inputs: {
          host: { connection: { referenceName: 'azureeventgrid' } },
          body: {
            properties: {
              topic:
                "@{appsetting('subscription_Id')}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/sa",
              destination: {
                endpointType: 'webhook',
                properties: { endpointUrl: '@listCallbackUrl()' },
              },
            },
          },
          path: "/subscriptions/@{encodeURIComponent(appsetting('subscription_Id'))}/eventSubscriptions",
          queries: { 'x-ms-api-version': '2017-09-15-preview' },
        },
      },
    },
    actions: {
      Parse_JSON: {
        type: 'ParseJson',
        inputs: {
          content: '@triggerBody()',
          schema: { type: 'array', items: { type: 'object', required: ['subject', 'eventType'] } },
        },
        runAfter: {},
      },
      Condition: {
        type: 'If',
        expression: {
          and: [
            {
              equals: [
                "@body('Parse_JSON')[0]?['eventType']",
                'Microsoft.EventGrid.SubscriptionValidationEvent',
              ],
            },
          ],
        },
        actions: {
          Response_Validation: {
            type: 'Response',
            kind: 'Http',
            inputs: { statusCode: 200, body: "@item()?['data']?['validationCode']" },
          },
        },
        else: {
          actions: {
            Response_Processing: {
              type: 'Response',
              kind: 'Http',
              inputs: { statusCode: 200, body: "@triggerOutputs()?['queries']?['code']" },
            },
            For_each: {
              type: 'foreach',
              foreach: "@outputs('Parse_JSON')['body']",
              actions: {
                Read_blob_content: serviceProviderAction('AzureBlob', 'readBlob', {
                  containerName: 'inputfiles',
                  blobName: "@last(split(items('For_each')['subject'], '/'))",
                }),
                Send_message: {
                  ...serviceProviderAction('serviceBus', 'sendMessage', {
                    entityName: 'topic-orders',
                    message: { contentData: "@body('Read_blob_content')?['content']" },
                  }),
                  runAfter: { Read_blob_content: ['SUCCEEDED'] },
                },
              },
              runAfter: { Response_Processing: ['SUCCEEDED'] },
            },
          },
        },
        runAfter: { Parse_JSON: ['SUCCEEDED'] },
      },
    },
  },
  kind: 'Stateful',
}

const toCosmos = {
  definition: {
    triggers: {
      When_messages_are_available_in_a_topic: {
        ...serviceProviderAction('serviceBus', 'receiveTopicMessages', {
          topicName: 'topic-orders',
          subscriptionName: 'sub-orders-cdb',
        }),
        splitOn: "@triggerOutputs()?['body']",
      },
    },
    actions: {
      JSON_to_XML: {
        type: 'Compose',
        inputs: "@xml(json(triggerBody()?['contentData']))",
        runAfter: {},
      },
      Transform_XML: {
        type: 'Xslt',
        kind: 'transform',
        inputs: {
          content: "@outputs('JSON_to_XML')",
          map: { source: 'LogicApp', name: 'transformation_orders' },
        },
        runAfter: { JSON_to_XML: ['SUCCEEDED'] },
      },
      XML_to_JSON: {
        type: 'Compose',
        inputs: "@json(body('Transform_XML'))",
        runAfter: { Transform_XML: ['SUCCEEDED'] },
      },
      Append_id: {
        type: 'Compose',
        inputs: "@addProperty(outputs('XML_to_JSON'), 'id', guid())",
        runAfter: { XML_to_JSON: ['SUCCEEDED'] },
      },
      Create_item: {
        ...serviceProviderAction('AzureCosmosDB', 'CreateOrUpdateDocument', {
          databaseId: 'orders',
          containerId: 'toprocess',
          item: "@outputs('Append_id')",
        }),
        runAfter: { Append_id: ['SUCCEEDED'] },
      },
    },
  },
  kind: 'Stateful',
}

const booking = {
  booking: {
    bookingId: 'B1',
    passengers: [
      { firstName: 'Maren', lastName: 'Lindqvist' },
      { firstName: 'Tomas', lastName: 'Lindqvist' },
    ],
    payment: { totalPrice: 500 },
  },
}

test('a blob event becomes a message, and the message becomes an item', async (t) => {
  const items: JsonObject[] = []
  const subscribed: ManagedConnectorSubscribe[] = []
  let listen: ServiceProviderListen | undefined
  const blobs: ServiceProvider = {
    id: 'AzureBlob',
    actions: { readBlob: async () => ({ body: { content: booking } }) },
    triggers: {},
  }
  const bus: ServiceProvider = {
    id: 'serviceBus',
    actions: {
      sendMessage: async ({ parameters }) => {
        const { message } = parameters
        assert.ok(typeof message === 'object' && message !== null && 'contentData' in message)
        await listen?.fire({ body: [{ contentData: JSON.stringify(message['contentData']) }] })
        return { body: {} }
      },
    },
    triggers: {
      receiveTopicMessages: (options) => {
        listen = options
        return { start: async () => {}, stop: async () => {} }
      },
    },
  }
  const cosmos: ServiceProvider = {
    id: 'AzureCosmosDB',
    actions: {
      CreateOrUpdateDocument: async ({ parameters }) => {
        const { item } = parameters
        assert.ok(typeof item === 'object' && item !== null && !Array.isArray(item))
        items.push(item)
        return { body: item }
      },
    },
    triggers: {},
  }
  const fixture = await startApp(t, {
    files: {
      'host.json': { version: '2.0' },
      'connections.json': connections,
      'wf_orders_from_sa_to_sb/workflow.json': fromBlobs,
      'wf_orders_from_sb_to_cdb/workflow.json': toCosmos,
      'Artifacts/Maps/transformation_orders.xslt': map,
    },
    settings: {
      subscription_Id: '/subscriptions/s',
      blobs: 'https://sa.blob.core.windows.net',
      eventGrid_connectionRuntimeUrl: '',
    },
    serviceProviders: [blobs, bus, cosmos],
    managedConnectors: [
      {
        api: 'azureeventgrid',
        subscribe: async (subscribe) => {
          subscribed.push(subscribe)
          return { unsubscribe: async () => {} }
        },
      },
    ],
  })
  assert.deepEqual(
    fixture.app.workflows.filter((each) => 'error' in each),
    [],
  )
  const [subscription] = subscribed
  assert.ok(subscription)
  assert.match(
    JSON.stringify(subscription.body),
    /\/triggers\/When_a_resource_event_occurs\/invoke\?/,
  )
  const handshake = await post(subscription.callbackUrl, [
    {
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: 'abc' },
    },
  ])
  assert.deepEqual(await handshake.json(), { validationResponse: 'abc' })
  const event = {
    eventType: 'Microsoft.Storage.BlobCreated',
    subject: '/blobServices/default/containers/inputfiles/blobs/booking.json',
  }
  const answer = await post(subscription.callbackUrl, [event])
  assert.equal(answer.status, 200)
  while ((await fixture.service.pendingRuns()) > 0)
    await new Promise((resolve) => setImmediate(resolve))
  const [item] = items
  assert.ok(item)
  const { id, ...rest } = item
  assert.ok(typeof id === 'string')
  assert.match(id, /^[\da-f-]{36}$/)
  assert.deepEqual(rest, {
    transformedBooking: {
      bookingId: 'B1',
      passengerNames: { name: ['Maren Lindqvist', 'Tomas Lindqvist'] },
      amountPaid: '500',
    },
  })
})

test('a request is answered by the Response action of its run', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'echo/workflow.json': requestWorkflow({
        Greeting: { type: 'Compose', inputs: "Hello @{triggerBody()?['name']}", runAfter: {} },
        Response: {
          type: 'Response',
          kind: 'Http',
          inputs: {
            statusCode: 201,
            headers: { 'x-own': 'yes' },
            body: { text: "@outputs('Greeting')" },
          },
          runAfter: { Greeting: ['Succeeded'] },
        },
      }),
      'quiet/workflow.json': requestWorkflow({
        Nothing: { type: 'Compose', inputs: 1, runAfter: {} },
      }),
    },
  })
  const answer = await fixture.call('echo', { body: { name: 'Ada' } })
  assert.equal(answer.status, 201)
  assert.equal(answer.headers.get('x-own'), 'yes')
  assert.match(answer.headers.get('x-ms-workflow-run-id') ?? '', /^\d{29}CU00$/)
  assert.deepEqual(await answer.json(), { text: 'Hello Ada' })
  const accepted = await fixture.call('quiet')
  assert.equal(accepted.status, 202)
})

function post(url: string, body: JsonValue): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
