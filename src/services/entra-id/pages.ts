import type { User } from './application.ts'

/** A page as it is answered; a script on it runs only with this nonce. */
export interface Page {
  readonly html: string
  readonly scriptNonce?: string
}

/** The people of the tenant, one of whom signs in. */
export function signInPage(options: {
  applicationName: string
  users: readonly User[]
  /** Where the choice is posted. */
  action: string
  /** What the page brings back unchanged. */
  sealedRequest: string
  /** Said above the list: what went wrong with the last try. */
  notice?: string
}): Page {
  const { applicationName, users, action, sealedRequest, notice } = options
  const people = users.map((user) => personForm(user, { action, sealedRequest }))
  const none = '<p>There is nobody in this directory yet.</p>'
  return page('Sign in', [
    `<p>to continue to <b>${escape(applicationName)}</b></p>`,
    notice === undefined ? '' : `<p class="notice" role="alert">${escape(notice)}</p>`,
    people.length > 0 ? people.join('\n') : none,
    form({ action, sealedRequest }, '<button name="decline" value="1">Cancel</button>'),
  ])
}

/** Where the code that a device shows is typed. */
export function deviceCodePage(options: { action: string; notice?: string }): Page {
  const { action, notice } = options
  return page('Enter code', [
    '<p>Enter the code that your app or device shows.</p>',
    notice === undefined ? '' : `<p class="notice" role="alert">${escape(notice)}</p>`,
    `<form method="post" action="${escape(action)}">
<label>Code <input name="user_code" autocomplete="off" autofocus required></label>
<button>Next</button></form>`,
  ])
}

/** Says one thing. */
export function messagePage(title: string, message: string): Page {
  return page(title, [`<p>${escape(message)}</p>`])
}

/** Posts the answer of a sign-in to the application: https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html */
export function formPostPage(options: {
  redirectUri: string
  values: URLSearchParams
  scriptNonce: string
}): Page {
  const { redirectUri, values, scriptNonce } = options
  const fields = [...values].map(([name, value]) => hidden(name, value)).join('')
  const html = page('Working', [
    `<form method="post" action="${escape(redirectUri)}">${fields}
<button>Continue</button></form>
<script nonce="${scriptNonce}">document.forms[0].submit()</script>`,
  ]).html
  return { html, scriptNonce }
}

function personForm(user: User, request: { action: string; sealedRequest: string }): string {
  const password =
    user.passwordHash === undefined
      ? ''
      : '<label>Password <input name="password" type="password" autocomplete="current-password"></label>'
  const name = `<b>${escape(user.displayName)}</b> ${escape(user.userPrincipalName)}`
  return form(
    request,
    `${password}<button name="user" value="${escape(user.objectId)}">${name}</button>`,
  )
}

function form(request: { action: string; sealedRequest: string }, content: string): string {
  return `<form method="post" action="${escape(request.action)}">${hidden('request', request.sealedRequest)}${content}</form>`
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`
}

function page(title: string, parts: readonly string[]): Page {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} - Interline</title><style>${style}</style></head>
<body><main><h1>${escape(title)}</h1>
${parts.filter((part) => part !== '').join('\n')}
</main></body></html>
`
  return { html }
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:2rem 1rem}
main{max-width:26rem;margin:auto}h1{font-size:1.4rem}form{margin:.5rem 0}
button{font:inherit;padding:.5rem .8rem;width:100%;text-align:left}input{font:inherit;padding:.4rem;width:100%;box-sizing:border-box}
.notice{color:#b3261e}`

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
