// Code as people write it for Azure: it names Azure's hosts and knows nothing of this machine.
const dns = require('node:dns')
const https = require('node:https')
const tls = require('node:tls')
const { Worker } = require('node:worker_threads')
const { app } = require('@azure/functions')
const { DefaultAzureCredential } = require('@azure/identity')
const { SecretClient } = require('@azure/keyvault-secrets')

const credential = new DefaultAzureCredential()

function get(route, handler) {
  const answer = async (request) => ({ jsonBody: await handler(request) })
  app.http(route, { methods: ['GET'], authLevel: 'anonymous', route, handler: answer })
}

get('hello', (request) => ({ hello: 'world', url: request.url }))

get('secret', async () => {
  const client = new SecretClient(process.env.VAULT_URL, credential)
  const { value } = await client.getSecret('greeting')
  return { url: process.env.VAULT_URL, value, setting: process.env.GREETING }
})

get('secret-of-reader', async () => {
  const reader = new DefaultAzureCredential({
    managedIdentityClientId: process.env.READER_CLIENT_ID,
  })
  const { value } = await new SecretClient(process.env.VAULT_URL, reader).getSecret('greeting')
  return { value }
})

get('named-value', async () => {
  const { token } = await credential.getToken('https://management.azure.com/.default')
  const address = `https://management.azure.com${process.env.SERVICE_ID}/namedValues/credit/listValue?api-version=2024-05-01`
  const answer = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  return { status: answer.status, body: await answer.json() }
})

get('configuration', async () => {
  const path = '/common/v2.0/.well-known/openid-configuration'
  const byHttps = await new Promise((resolve, reject) => {
    const asked = https.get({ host: 'login.microsoftonline.com', path, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject)
  })
  const byTls = await new Promise((resolve, reject) => {
    const socket = tls.connect(
      443,
      'login.microsoftonline.com',
      { servername: 'login.microsoftonline.com' },
      () => {
        resolve(socket.authorized)
        socket.end()
      },
    )
    socket.on('error', reject)
  })
  const { address } = await dns.promises.lookup('login.microsoftonline.com')
  return { byHttps, byTls, address }
})

get('itself', async () => {
  const answer = await fetch('https://func-host-names.azurewebsites.net/api/hello')
  return answer.json()
})

get('thread', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads')
    fetch('https://func-host-names.azurewebsites.net/api/hello')
      .then((answer) => answer.json())
      .then((body) => parentPort.postMessage(body), (error) => parentPort.postMessage(String(error.cause ?? error)))`
  const worker = new Worker(code, { eval: true })
  return new Promise((resolve) => worker.once('message', resolve))
})

get('elsewhere', async (request) => {
  const answer = await fetch(request.query.get('url'))
  return { text: await answer.text() }
})
